// What the variants of the assignment share: bindings, the running minimum, and writing labels.
//
// points      see lib/points_layout.wgsl; rows [first, first + rows) of them
// centroids   [padded K][quads]  vec4; K padded to a multiple of the centroids taken at a time
// half_norms  [padded K]         |c_k|^2 / 2; a huge number for padding, so that it never wins
// labels      [rows]             the previous labels in, the new ones out
// state       see converge.wgsl; nothing is done once a fit has halted
// changed     [1]                counts the rows whose label changed
//
// A workgroup owns ROWS WORKGROUP neighbouring rows, an invocation ROWS of them, WORKGROUP apart.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  padded_clusters: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> half_norms: array<f32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> labels: array<u32>;
@group(0) @binding(6) var<storage, read_write> changed: array<atomic<u32>>;

const WORKGROUP = 64;
const HALTED = 1;

// import points_layout.wgsl

struct Best {
  score: vec4f,
  label: vec4u,
}

fn none_yet() -> Best {
  return Best(vec4f(3.4e38), vec4u());
}

// Four rows' best centroid so far, with centroid k and its dot products taken into account.
// Ties stay with the lower index, which came first.
fn closer(best: Best, dots: vec4f, k: u32) -> Best {
  let score = half_norms[k] - dots;
  let wins = score < best.score;
  return Best(select(best.score, score, wins), select(best.label, vec4u(k), wins));
}

// True where a workgroup has nothing to do; uniform over it. The grid's last row may reach past the end.
fn is_idle(group: u32) -> bool {
  return state[HALTED] != 0 || group * ROWS * WORKGROUP >= shape.rows;
}

// The first of an invocation's rows.
fn first_row(group: u32, lane: u32) -> u32 {
  return shape.first + group * ROWS * WORKGROUP + lane;
}

// Where four rows of an invocation lie; those past the end are copies of the last row and never written.
fn four_rows(start: u32) -> vec4u {
  let rows = start + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP);
  return points_at(min(rows, vec4u(shape.first + shape.rows - 1)), shape.quads);
}

// One quad of four rows.
fn four_quads(at: vec4u) -> mat4x4f {
  return unpacked4(points[at.x], points[at.y], points[at.z], points[at.w]);
}

// 1 where the label is another than before.
fn store_label(row: u32, label: u32) -> u32 {
  if (row >= shape.first + shape.rows || labels[row] == label) {
    return 0;
  }
  labels[row] = label;
  return 1;
}

// Labels the four rows from `start`; how many of the labels are others than before.
fn store_labels(start: u32, best: Best) -> u32 {
  return store_label(start, best.label.x) +
    store_label(start + WORKGROUP, best.label.y) +
    store_label(start + 2 * WORKGROUP, best.label.z) +
    store_label(start + 3 * WORKGROUP, best.label.w);
}

fn count_changed(moved: u32) {
  if (moved > 0) {
    atomicAdd(&changed[0], moved);
  }
}
