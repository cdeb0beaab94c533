// What the variants of the assignment share: bindings, and writing labels.
//
// points      see lib/points_layout.wgsl; rows [first, first + rows) of them, first a multiple of 4
// centroids   [padded K][quads]  vec4; K padded to a multiple of the centroids taken at a time, with some
//             that lie so far off that they never win
// labels      [rows]             the previous labels in, the new ones out
// state       see converge.wgsl; nothing is done once a fit has halted
// changed     [1]                counts the rows whose label changed
//
// A workgroup owns ROWS WORKGROUP neighbouring rows, an invocation fours of them. That four rows are
// neighbours, and loaded by one address, halved the time of assign_few.wgsl on 1,000,000 x 3 in bytes,
// K 16: 4.3 ms instead of 8.7 (lavapipe; 60 and 66 on SwiftShader).
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  padded_clusters: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<FourStored>;
@group(0) @binding(2) var<storage, read> centroids: array<vec4f>;
@group(0) @binding(3) var<storage, read> state: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels: array<vec4u>;
@group(0) @binding(5) var<storage, read_write> changed: array<atomic<u32>>;

const WORKGROUP = 64;
const HALTED = 1;

// import points_layout.wgsl

// True where a workgroup has nothing to do; uniform over it. The grid's last row may reach past the end.
fn is_idle(group: u32) -> bool {
  return state[HALTED] != 0 || group * ROWS * WORKGROUP >= shape.rows;
}

// The first of an invocation's rows.
fn first_row(group: u32, lane: u32) -> u32 {
  return shape.first + group * ROWS * WORKGROUP + 4 * lane;
}

// Where four rows of an invocation lie; past the end are rows that are there, and never written.
fn four_rows(start: u32) -> u32 {
  return point_at(min(start, shape.first + shape.rows - 1), shape.quads) / 4;
}

// From a quad of four rows to the next.
const NEXT_QUAD = BLOCK_ROWS / 4;

// One quad of four rows.
fn four_quads(at: u32) -> mat4x4f {
  let four = points[at];
  return unpacked4(four[0], four[1], four[2], four[3]);
}

// Which of four rows are this dispatch's.
fn owned_rows(start: u32) -> vec4<bool> {
  return start + vec4u(0, 1, 2, 3) < vec4u(shape.first + shape.rows);
}

// Labels those of the four rows from `start` that are `settled`; how many of the labels are others than
// before.
fn store_labels(start: u32, label: vec4u, settled: vec4<bool>) -> u32 {
  if (!any(settled)) {
    return 0;
  }
  let before = labels[start / 4];
  let now = select(before, label, settled);
  let differs = now != before;
  if (!any(differs)) {
    return 0;
  }
  labels[start / 4] = now;
  let moved = select(vec4u(), vec4u(1), differs);
  return (moved.x + moved.y) + (moved.z + moved.w);
}

fn count_changed(moved: u32) {
  if (moved > 0) {
    atomicAdd(&changed[0], moved);
  }
}
