// What the variants of the log-density share: bindings, the rows of an invocation, and writing scores.
//
// points   see lib/points_layout.wgsl; rows [first, first + rows) of them
// means    [K][quads]                vec4
// offsets  [K]
// factors  [K or 1][factor_stride]   vec4; see lib/factor_layout.wgsl. factor_stride 0: one for all
// scores   [K][score_stride]         by row from 0
//
// An invocation takes 4 rows, WORKGROUP apart, of the 4 WORKGROUP neighbouring ones of its workgroup.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  clusters: u32,
  factor_stride: u32,
  score_stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<Stored>;
@group(0) @binding(2) var<storage, read> means: array<vec4f>;
@group(0) @binding(3) var<storage, read> offsets: array<f32>;
@group(0) @binding(4) var<storage, read> factors: array<vec4f>;
@group(0) @binding(5) var<storage, read> state: array<u32>;
@group(0) @binding(6) var<storage, read_write> scores: array<f32>;

const WORKGROUP = 128;
const HALTED = 1;

// import points_layout.wgsl

// Squares of the whitened coordinates of four rows.
fn squares(y0: vec4f, y1: vec4f, y2: vec4f, y3: vec4f) -> vec4f {
  return vec4f(dot(y0, y0), dot(y1, y1), dot(y2, y2), dot(y3, y3));
}

// Workgroups for the rows of one component.
fn groups_of_rows() -> u32 {
  return (shape.rows + 4 * WORKGROUP - 1) / (4 * WORKGROUP);
}

// An invocation's four rows.
fn four_rows(workgroup: u32, lane: u32) -> vec4u {
  let start = workgroup % groups_of_rows() * 4 * WORKGROUP + lane;
  return start + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP);
}

// Where they lie. Rows past the end are copies of the last one and never written.
fn places(rows: vec4u) -> vec4u {
  return points_at(shape.first + min(rows, vec4u(shape.rows - 1)), shape.quads);
}

fn store_scores(k: u32, rows: vec4u, distance: vec4f) {
  let score = offsets[k] - 0.5 * distance;
  for (var i = 0u; i < 4; i++) {
    if (rows[i] < shape.rows) {
      scores[k * shape.score_stride + rows[i]] = score[i];
    }
  }
}
