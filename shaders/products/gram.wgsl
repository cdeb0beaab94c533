// Weighted Gram products, centred, as partial sums of runs of rows:
//   partial[l][k][b] = sum over the rows of run l of r_nk (x_n - m_k)(x_n - m_k)^T
// for each block b of 8 x 8 columns on or below the diagonal, and the clusters [first_cluster,
// last_cluster) of K. Unweighted and uncentred, with one cluster, it is the Gram matrix X^T X.
//
// points   see lib/points_layout.wgsl; rows [first, first + rows) of them, for each cluster
//          point_stride further: 0 where all have the same rows
// centres  [K][quads]                      vec4, read if CENTRED
// weights  [K][weight_stride]              r_nk by row from 0, read if WEIGHTED
// partial  [lanes][K][blocks][ENTRY]       vec4; see lib/gram_layout.wgsl. If CONTINUED (unweighted
//                                          only), what it holds is added to.
//
// An invocation owns one run, one cluster and one block, whose 64 sums it keeps in registers. Rows go in
// units of unit_rows, each of unit_lanes runs: of its rows, run l takes l, l + unit_lanes, ..., so that
// neighbouring invocations load neighbouring rows. No barrier, no atomics, no workgroup memory.
// Cost: N K D^2 FLOPs; 4 vec4 loads for 64 FMAs.
struct Shape {
  first: u32,
  rows: u32,
  quads: u32,
  clusters: u32,
  lanes: u32,
  unit_rows: u32,
  unit_lanes: u32,
  weight_stride: u32,
  first_cluster: u32,
  last_cluster: u32,
  point_stride: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage, read> points: array<vec4f>;
@group(0) @binding(2) var<storage, read> centres: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read> state: array<u32>;
@group(0) @binding(5) var<storage, read_write> partial: array<vec4f>;

const WORKGROUP = 64;
const WEIGHTED = false;
const CENTRED = false;
const CONTINUED = false;
const HALTED = 1;

// import ../lib/points_layout.wgsl

// import ../lib/gram_layout.wgsl

fn centre(k: u32, quad: u32) -> vec4f {
  if (CENTRED) {
    return centres[k * shape.quads + quad];
  }
  return vec4f();
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
  let index = (group.x + group.y * groups.x) * WORKGROUP + lane;
  let run = index % shape.lanes;
  let kb = index / shape.lanes;
  let blocks = block_count(shape.quads);
  let own = kb / blocks;
  let k = shape.first_cluster + own;
  if (k >= shape.last_cluster) {
    return;
  }
  let block = block_at(kb % blocks);
  // Where the quads are odd in number, the last block's second quad is a copy of its first.
  let last = shape.quads - 1;
  let i0 = 2 * block.x;
  let i1 = min(i0 + 1, last);
  let j0 = 2 * block.y;
  let j1 = min(j0 + 1, last);
  let mi0 = centre(k, i0);
  let mi1 = centre(k, i1);
  let mj0 = centre(k, j0);
  let mj1 = centre(k, j1);
  #repeat i 0..16
  var product$i = vec4f();
  #end
  var residual0 = vec4f();
  var residual1 = vec4f();
  var total = 0.0;
  let at = ((run * shape.clusters + k) * blocks + kb % blocks) * ENTRY;
  if (CONTINUED) {
    #repeat i 0..16
    product$i = partial[at + $i];
    #end
  }
  let points_before = shape.first + own * shape.point_stride;
  let unit = run / shape.unit_lanes * shape.unit_rows;
  let end = min(unit + shape.unit_rows, shape.rows);
  for (var row = unit + run % shape.unit_lanes; row < end; row += shape.unit_lanes) {
    let p = point_at(points_before + row, shape.quads);
    var x0 = points[p + i0 * BLOCK_ROWS] - mi0;
    var x1 = points[p + i1 * BLOCK_ROWS] - mi1;
    let y0 = points[p + j0 * BLOCK_ROWS] - mj0;
    let y1 = points[p + j1 * BLOCK_ROWS] - mj1;
    if (WEIGHTED) {
      let weight = weights[k * shape.weight_stride + row];
      x0 *= weight;
      x1 *= weight;
      residual0 += x0;
      residual1 += x1;
      total += weight;
    }
    #repeat i 0..16
    product$i += x$(i / 8)[$(i % 4)] * y$(i / 4 % 2);
    #end
  }
  #repeat i 0..16
  partial[at + $i] = product$i;
  #end
  if (WEIGHTED) {
    partial[at + RESIDUALS] = residual0;
    partial[at + RESIDUALS + 1] = residual1;
    partial[at + WEIGHT] = vec4f(total, 0, 0, 0);
  }
}
