// Weighted sums and squares of differences from centres (see moments.wgsl) where subgroups are at
// hand: neighbouring invocations own the clusters, so that they need the same rows. Each lane loads one
// quad of a row or of the next, and the subgroup passes it round.
//
// points   see lib/points_layout.wgsl; run l is run_rows rows from first + l run_rows on, the last ones
//          shorter or empty: [first, first + rows) in all
// centres  [K][quads]                  vec4
// weights  [K][weight_stride]          r_nk by row from 0
// partial  [lanes][K][quads + 1][2]    vec4, as moments.wgsl leaves it
//
// A workgroup owns one run, 4 quads and WORKGROUP clusters. LANES: 4 or 8, at most the subgroup's size.
// Cost: 5 N K D FLOPs; two rows take 2 + 8 / LANES loads for 160 of them. On
// lavapipe 7 ms where moments.wgsl took 40 (100,000 x 16, 16 clusters).
enable subgroups;

struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  clusters: u32,
  lanes: u32,
  run_rows: u32,
  weight_stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> centres: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> partial: array<vec4f>;

const WORKGROUP = 8;
const LANES = 4;
const HALTED = 1;

// import ../lib/points_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let across = (shape.clusters + WORKGROUP - 1) / WORKGROUP;
  let tiles = (shape.quads + 3) / 4;
  let run = workgroup / across / tiles;
  // Uniform over the workgroup.
  if (state[HALTED] != 0 || run >= shape.lanes) {
    return;
  }
  let own = workgroup % across * WORKGROUP + lane;
  // Invocations past the last cluster go along with it, and write nothing.
  let k = min(own, shape.clusters - 1);
  let tile = workgroup / across % tiles;
  let q = 4 * tile + vec4u(0, 1, 2, 3);
  // Quads past the last are copies of it and never written.
  let within = min(q, vec4u(shape.quads - 1));
  let m0 = centres[k * shape.quads + within.x];
  let m1 = centres[k * shape.quads + within.y];
  let m2 = centres[k * shape.quads + within.z];
  let m3 = centres[k * shape.quads + within.w];
  // Which of the quads this lane loads for all, and of which of two rows.
  let part = subgroup_lane % LANES;
  let passed = within[part % 4] * BLOCK_ROWS;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var t0 = vec4f();
  var t1 = vec4f();
  var t2 = vec4f();
  var t3 = vec4f();
  var total = 0.0;
  let start = run * shape.run_rows;
  let end = min(start + shape.run_rows, shape.rows);
  for (var row = start; row < end; row += 2) {
    let next = min(row + 1, end - 1);
    let x = points[passed + point_at(shape.first + select(row, next, part >= 4), shape.quads)];
    var x_next = x;
    if (LANES < 8) {
      x_next = points[passed + point_at(shape.first + next, shape.quads)];
    }
    let w = weights[k * shape.weight_stride + row];
    let w_next = select(0.0, weights[k * shape.weight_stride + next], next > row);
    total += w + w_next;
    let z0 = subgroupBroadcast(x, 0) - m0;
    let v0 = subgroupBroadcast(x_next, 4 % LANES) - m0;
    s0 += w * z0 + w_next * v0;
    t0 += w * z0 * z0 + w_next * v0 * v0;
    let z1 = subgroupBroadcast(x, 1) - m1;
    let v1 = subgroupBroadcast(x_next, 5 % LANES) - m1;
    s1 += w * z1 + w_next * v1;
    t1 += w * z1 * z1 + w_next * v1 * v1;
    let z2 = subgroupBroadcast(x, 2) - m2;
    let v2 = subgroupBroadcast(x_next, 6 % LANES) - m2;
    s2 += w * z2 + w_next * v2;
    t2 += w * z2 * z2 + w_next * v2 * v2;
    let z3 = subgroupBroadcast(x, 3) - m3;
    let v3 = subgroupBroadcast(x_next, 7 % LANES) - m3;
    s3 += w * z3 + w_next * v3;
    t3 += w * z3 * z3 + w_next * v3 * v3;
  }
  if (own >= shape.clusters) {
    return;
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
