// The Gram matrix X^T X of many columns where subgroups are at hand, as partial sums of runs of rows:
//   partial[l][i][j] = sum over the rows n of run l of x_ni x_nj, for columns j up to i's tile
//
// points   see lib/points_layout.wgsl; run l is run_rows rows from first + l run_rows on, the last one
//          shorter: [first, first + rows) in all
// partial  [runs][16 tiles][quads]       vec4; tiles = ceil(quads / 4) of 16 columns. What lies above
//                                        the diagonal is written for some entries only.
//
// A workgroup owns one run, 16 columns i and 4 WORKGROUP columns j; an invocation 4 of the latter,
// with 16 x 4 sums in registers. Each lane loads one quad of the 16 columns and the subgroup passes
// it round. LANES: 4 or 8, at most the subgroup's size.
// Cost: N D^2 FLOPs; two rows take 2 + 8 / LANES loads for 128 FMAs. On lavapipe (LANES 8) 2.3 times
// as fast as gram.wgsl (10,240 x 784), whose 4 loads serve 64. (The sums in structs of a shared file
// took 780 instead of 714 ms for the PCA of 20,000 x 500 there, and 2,560 instead of 2,360 on SwiftShader.)
enable subgroups;

struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  run_rows: u32,
  first_run: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>;

// 16 beat 8, 32 and 64 on lavapipe by 5 to 15 %.
const WORKGROUP = 16;
const LANES = 4;

// import ../lib/points_layout.wgsl

fn row_at(row: u32) -> u32 {
  return point_at(shape.first + row, shape.quads);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let across = (shape.quads + WORKGROUP - 1) / WORKGROUP;
  let tiles = (shape.quads + 3) / 4;
  let run = shape.first_run + workgroup / (tiles * across);
  let tile = workgroup / across % tiles;
  let first_quad = workgroup % across * WORKGROUP;
  let start = run * shape.run_rows;
  // Uniform over the workgroup: past the rows, or wholly above the diagonal.
  if (start >= shape.rows || first_quad > 4 * tile + 3) {
    return;
  }
  let end = min(start + shape.run_rows, shape.rows);
  let quad = first_quad + lane;
  let own = min(quad, shape.quads - 1) * BLOCK_ROWS;
  // Which of the tile's quads this lane loads for all, and of which of two rows.
  let part = subgroup_lane % LANES;
  let passed = min(4 * tile + part % 4, shape.quads - 1) * BLOCK_ROWS;
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  var b0 = vec4f();
  var b1 = vec4f();
  var b2 = vec4f();
  var b3 = vec4f();
  var c0 = vec4f();
  var c1 = vec4f();
  var c2 = vec4f();
  var c3 = vec4f();
  var d0 = vec4f();
  var d1 = vec4f();
  var d2 = vec4f();
  var d3 = vec4f();
  for (var row = start; row < end; row += 2) {
    let next = min(row + 1, end - 1);
    let next_at = row_at(next);
    let x = points[passed + row_at(min(row + part / 4, end - 1))];
    var x_next = x;
    if (LANES < 8) {
      x_next = points[passed + next_at];
    }
    let y = points[own + row_at(row)];
    let y_next = select(vec4f(), points[own + next_at], next > row);
    let p0 = subgroupBroadcast(x, 0);
    let p1 = subgroupBroadcast(x, 1);
    let p2 = subgroupBroadcast(x, 2);
    let p3 = subgroupBroadcast(x, 3);
    let q0 = subgroupBroadcast(x_next, 4 % LANES);
    let q1 = subgroupBroadcast(x_next, 5 % LANES);
    let q2 = subgroupBroadcast(x_next, 6 % LANES);
    let q3 = subgroupBroadcast(x_next, 7 % LANES);
    a0 += p0.x * y + q0.x * y_next;
    a1 += p0.y * y + q0.y * y_next;
    a2 += p0.z * y + q0.z * y_next;
    a3 += p0.w * y + q0.w * y_next;
    b0 += p1.x * y + q1.x * y_next;
    b1 += p1.y * y + q1.y * y_next;
    b2 += p1.z * y + q1.z * y_next;
    b3 += p1.w * y + q1.w * y_next;
    c0 += p2.x * y + q2.x * y_next;
    c1 += p2.y * y + q2.y * y_next;
    c2 += p2.z * y + q2.z * y_next;
    c3 += p2.w * y + q2.w * y_next;
    d0 += p3.x * y + q3.x * y_next;
    d1 += p3.y * y + q3.y * y_next;
    d2 += p3.z * y + q3.z * y_next;
    d3 += p3.w * y + q3.w * y_next;
  }
  if (quad >= shape.quads) {
    return;
  }
  let step = shape.quads;
  let at = (run * tiles + tile) * 16 * step + quad;
  partial[at] = a0;
  partial[at + step] = a1;
  partial[at + 2 * step] = a2;
  partial[at + 3 * step] = a3;
  partial[at + 4 * step] = b0;
  partial[at + 5 * step] = b1;
  partial[at + 6 * step] = b2;
  partial[at + 7 * step] = b3;
  partial[at + 8 * step] = c0;
  partial[at + 9 * step] = c1;
  partial[at + 10 * step] = c2;
  partial[at + 11 * step] = c3;
  partial[at + 12 * step] = d0;
  partial[at + 13 * step] = d1;
  partial[at + 14 * step] = d2;
  partial[at + 15 * step] = d3;
}
