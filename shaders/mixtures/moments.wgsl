// Weighted sums and squares of differences from centres, as partial sums of runs of rows:
//   partial[l][k][q][0] = sum over the rows of run l of r_nk (x_n - m_k) in the quad's columns
//   partial[l][k][q][1] = the same of their squares
//   partial[l][k][quads][0] = (sum of r_nk, 0, 0, 0)
//
// points   see lib/points_layout.wgsl; rows [first, first + rows) of them
// centres  [K][quads]                  vec4
// weights  [K][weight_stride]          r_nk by row from 0
// partial  [lanes][K][quads + 1][2]    vec4
//
// An invocation owns one run, one cluster and up to 4 quads of it; rows go in units and runs as
// gram.wgsl has them.
// Cost: 5 N K D FLOPs; 5 loads for 80 of them.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  clusters: u32,
  lanes: u32,
  unit_rows: u32,
  unit_lanes: u32,
  weight_stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> centres: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> partial: array<vec4f>;

const WORKGROUP = 64;
const HALTED = 1;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  if (state[HALTED] != 0) {
    return;
  }
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let run = index % shape.lanes;
  let tiles = (shape.quads + 3) / 4;
  let tile = index / shape.lanes % tiles;
  let k = index / shape.lanes / tiles;
  if (k >= shape.clusters) {
    return;
  }
  let q = 4 * tile + vec4u(0, 1, 2, 3);
  // Quads past the last are copies of it and never written.
  let within = min(q, vec4u(shape.quads - 1));
  let m0 = centres[k * shape.quads + within.x];
  let m1 = centres[k * shape.quads + within.y];
  let m2 = centres[k * shape.quads + within.z];
  let m3 = centres[k * shape.quads + within.w];
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var t0 = vec4f();
  var t1 = vec4f();
  var t2 = vec4f();
  var t3 = vec4f();
  var total = 0.0;
  let unit = run / shape.unit_lanes * shape.unit_rows;
  let end = min(unit + shape.unit_rows, shape.rows);
  for (var row = unit + run % shape.unit_lanes; row < end; row += shape.unit_lanes) {
    let weight = weights[k * shape.weight_stride + row];
    let at = within * BLOCK_ROWS + point_at(shape.first + row, shape.quads);
    let z0 = points[at.x] - m0;
    let z1 = points[at.y] - m1;
    let z2 = points[at.z] - m2;
    let z3 = points[at.w] - m3;
    s0 += weight * z0;
    s1 += weight * z1;
    s2 += weight * z2;
    s3 += weight * z3;
    t0 += weight * z0 * z0;
    t1 += weight * z1 * z1;
    t2 += weight * z2 * z2;
    t3 += weight * z3 * z3;
    total += weight;
  }
  let at = 2 * (run * shape.clusters + k) * (shape.quads + 1);
  partial[at + 2 * q.x] = s0;
  partial[at + 2 * q.x + 1] = t0;
  if (q.y < shape.quads) {
    partial[at + 2 * q.y] = s1;
    partial[at + 2 * q.y + 1] = t1;
  }
  if (q.z < shape.quads) {
    partial[at + 2 * q.z] = s2;
    partial[at + 2 * q.z + 1] = t2;
  }
  if (q.w < shape.quads) {
    partial[at + 2 * q.w] = s3;
    partial[at + 2 * q.w + 1] = t3;
  }
  if (tile == 0) {
    partial[at + 2 * shape.quads] = vec4f(total, 0, 0, 0);
    partial[at + 2 * shape.quads + 1] = vec4f();
  }
}
