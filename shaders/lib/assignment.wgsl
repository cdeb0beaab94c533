// What the variants of the assignment share: bindings, the running minimum, and writing labels.
//
// points      see lib/points_layout.wgsl; rows [first, first + rows) of them
// centroids   [padded K][quads]  vec4; K padded to a multiple of TILE
// half_norms  [padded K]         |c_k|^2 / 2; a huge number for padding, so that it never wins
// labels      [rows]             the previous labels in, the new ones out
// state       see converge.wgsl; nothing is done once a fit has halted
// changed     [1]                counts the rows whose label changed
//
// A workgroup owns 4 WORKGROUP neighbouring rows, an invocation 4 of them, WORKGROUP apart.
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
// Centroids at a time: 4, 8, 12 or 16. For 100,000 x 32, K 64, without subgroups and in one run, 8 took 53 ms on
// lavapipe and 272 on SwiftShader, 16 took 59 and 233.
const TILE = 16;
const HALTED = 1;

// import points_layout.wgsl

struct Best {
  score: vec4f,
  label: vec4u,
}

// Four rows' best centroid so far, with centroid k and its dot products taken into account.
// Ties stay with the lower index, which came first.
fn closer(best: Best, dots: vec4f, k: u32) -> Best {
  let score = half_norms[k] - dots;
  let wins = score < best.score;
  return Best(select(best.score, score, wins), select(best.label, vec4u(k), wins));
}

// The first of an invocation's four rows.
fn first_row(group: u32, lane: u32) -> u32 {
  return shape.first + group * 4 * WORKGROUP + lane;
}

// Where an invocation's four rows lie; those past the end are copies of the last row and never written.
fn four_rows(start: u32) -> vec4u {
  let rows = start + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP);
  return points_at(min(rows, vec4u(shape.first + shape.rows - 1)), shape.quads);
}

fn store_labels(start: u32, best: Best) {
  var moved = 0u;
  for (var i = 0u; i < 4; i++) {
    let row = start + i * WORKGROUP;
    if (row < shape.first + shape.rows && labels[row] != best.label[i]) {
      labels[row] = best.label[i];
      moved++;
    }
  }
  if (moved > 0) {
    atomicAdd(&changed[0], moved);
  }
}
