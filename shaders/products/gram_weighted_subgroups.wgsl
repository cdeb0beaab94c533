// Weighted Gram products about centres (see gram.wgsl) where subgroups are at hand: neighbouring
// invocations own the clusters, so that they need the same rows. Each lane loads one quad of a row or
// of the next, and the subgroup passes it round.
//   partial[l][k][b] = sum over the rows n of run l of r_nk (x_n - m_k)(x_n - m_k)^T
//
// points   see lib/points_layout.wgsl; run l is run_rows rows from first + l run_rows on, the last ones
//          shorter or empty: [first, first + rows) in all
// centres  [K][quads]                 vec4
// weights  [K][weight_stride]         r_nk by row from 0
// partial  [lanes][K][blocks][ENTRY]  vec4; see lib/gram_layout.wgsl
//
// A workgroup owns one run, one block of 8 x 8 columns and WORKGROUP clusters. LANES: 4 or 8, at most
// the subgroup's size. Cost: N K D^2 FLOPs; two rows take 2 + 8 / LANES loads for 128 FMAs. On lavapipe
// 26 ms where gram.wgsl took 65 (100,000 x 16, 16 clusters).
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
// import ../lib/gram_layout.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let across = (shape.clusters + WORKGROUP - 1) / WORKGROUP;
  let blocks = block_count(shape.quads);
  let run = workgroup / across / blocks;
  // Uniform over the workgroup.
  if (state[HALTED] != 0 || run >= shape.lanes) {
    return;
  }
  let own = workgroup % across * WORKGROUP + lane;
  // Invocations past the last cluster go along with it, and write nothing.
  let k = min(own, shape.clusters - 1);
  let b = workgroup / across % blocks;
  let block = block_at(b);
  // Where the quads are odd in number, the last block's second quad is a copy of its first.
  let last = shape.quads - 1;
  let i = min(2 * block.x + vec2u(0, 1), vec2u(last));
  let j = min(2 * block.y + vec2u(0, 1), vec2u(last));
  let mi0 = centres[k * shape.quads + i.x];
  let mi1 = centres[k * shape.quads + i.y];
  let mj0 = centres[k * shape.quads + j.x];
  let mj1 = centres[k * shape.quads + j.y];
  // Which of the block's quads this lane loads for all, and of which of two rows.
  let part = subgroup_lane % LANES;
  let passed = vec4u(i, j)[part % 4] * BLOCK_ROWS;
  #repeat i 0..16
  var product$i = vec4f();
  #end
  var residual0 = vec4f();
  var residual1 = vec4f();
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
    let x0 = w * (subgroupBroadcast(x, 0) - mi0);
    let x1 = w * (subgroupBroadcast(x, 1) - mi1);
    let y0 = subgroupBroadcast(x, 2) - mj0;
    let y1 = subgroupBroadcast(x, 3) - mj1;
    let u0 = w_next * (subgroupBroadcast(x_next, 4 % LANES) - mi0);
    let u1 = w_next * (subgroupBroadcast(x_next, 5 % LANES) - mi1);
    let v0 = subgroupBroadcast(x_next, 6 % LANES) - mj0;
    let v1 = subgroupBroadcast(x_next, 7 % LANES) - mj1;
    residual0 += x0 + u0;
    residual1 += x1 + u1;
    total += w + w_next;
    #repeat i 0..16
    product$i += x$(i / 8)[$(i % 4)] * y$(i / 4 % 2) + u$(i / 8)[$(i % 4)] * v$(i / 4 % 2);
    #end
  }
  if (own >= shape.clusters) {
    return;
  }
  let at = ((run * shape.clusters + k) * blocks + b) * ENTRY;
  #repeat i 0..16
  partial[at + $i] = product$i;
  #end
  partial[at + RESIDUALS] = residual0;
  partial[at + RESIDUALS + 1] = residual1;
  partial[at + WEIGHT] = vec4f(total, 0, 0, 0);
}
