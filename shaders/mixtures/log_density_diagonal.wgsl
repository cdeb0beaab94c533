// Scores of rows under Gaussian components of diagonal precisions f_k^2:
//   scores[k][n] = offset_k - |f_k (x_n - m_k)|^2 / 2
//
// points   see lib/points_layout.wgsl; rows [first, first + rows) of them
// means    [K][quads]          vec4
// offsets  [K]
// factors  [K][quads]          vec4: the roots of the precisions
// scores   [K][score_stride]   by row from 0
//
// A workgroup owns one component and 4 WORKGROUP neighbouring rows, an invocation 4 of them,
// WORKGROUP apart. Cost: 4 N K D FLOPs; 6 loads for 48 of them.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  clusters: u32,
  score_stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> means: array<vec4f>;
@group(0) @binding(3) var<storage, read> offsets: array<f32>;
@group(0) @binding(4) var<storage, read> factors: array<vec4f>;
@group(0) @binding(5) var<storage, read> state: array<u32>;
@group(0) @binding(6) var<storage, read_write> scores: array<f32>;

const WORKGROUP = 64;
const HALTED = 1;

// import ../lib/points_layout.wgsl

fn total(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if (state[HALTED] != 0) {
    return;
  }
  let per_cluster = (shape.rows + 4 * WORKGROUP - 1) / (4 * WORKGROUP);
  let workgroup = group.x + group.y * groups.x;
  let k = workgroup / per_cluster;
  if (k >= shape.clusters) {
    return;
  }
  let start = workgroup % per_cluster * 4 * WORKGROUP + lane;
  let rows = start + vec4u(0, WORKGROUP, 2 * WORKGROUP, 3 * WORKGROUP);
  // Rows past the end are copies of the last one and never written.
  var at = points_at(shape.first + min(rows, vec4u(shape.rows - 1)), shape.quads);
  var d0 = vec4f();
  var d1 = vec4f();
  var d2 = vec4f();
  var d3 = vec4f();
  for (var q = 0u; q < shape.quads; q++) {
    let m = means[k * shape.quads + q];
    let f = factors[k * shape.quads + q];
    let y0 = f * (points[at.x] - m);
    let y1 = f * (points[at.y] - m);
    let y2 = f * (points[at.z] - m);
    let y3 = f * (points[at.w] - m);
    d0 += y0 * y0;
    d1 += y1 * y1;
    d2 += y2 * y2;
    d3 += y3 * y3;
    at += BLOCK_ROWS;
  }
  let score = offsets[k] - 0.5 * vec4f(total(d0), total(d1), total(d2), total(d3));
  for (var i = 0u; i < 4; i++) {
    if (rows[i] < shape.rows) {
      scores[k * shape.score_stride + rows[i]] = score[i];
    }
  }
}
