// Weighted Gram products, centred, as partial sums of runs of rows:
//   partial[l][k][b] = sum over the rows of run l of r_nk (x_n - m_k)(x_n - m_k)^T
// for each block b of 8 x 8 columns on or below the diagonal. Unweighted and uncentred, with one cluster,
// it is the Gram matrix X^T X.
//
// centres  read if CENTRED, weights if WEIGHTED; with SUBGROUPS both are
// partial  [lanes][K][blocks][ENTRY]  vec4; see lib/gram_layout.wgsl. If CONTINUED (unweighted only), what it
//          holds is added to. For what else there is, see lib/weighted_sums.wgsl
//
// The parts of a cluster's sums are blocks, whose 64 sums an invocation keeps in registers.
// Cost: N K D^2 FLOPs; 4 vec4 loads for 64 FMAs, with SUBGROUPS 2 + 8 / LANES loads for the 128 of two rows.
// On lavapipe 26 ms with SUBGROUPS, 65 without (100,000 x 16, 16 clusters).
#if SUBGROUPS
enable subgroups;
#end
const WEIGHTED = false;
const CENTRED = false;
const CONTINUED = false;

// import ../lib/weighted_sums.wgsl
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
  #if SUBGROUPS
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
  #end
) {
  let workgroup = group.x + group.y * groups.x;
  let blocks = block_count(shape.quads);
  let run = run_of(workgroup, lane, blocks);
  let b = part_of(workgroup, lane, blocks);
  let own = cluster_of(workgroup, lane, blocks);
  if (is_idle(run, own)) {
    return;
  }
  let k = shape.first_cluster + min(own, cluster_count() - 1);
  let block = block_at(b);
  // Where the quads are odd in number, the last block's second quad is a copy of its first.
  let last = shape.quads - 1;
  let i = min(2 * block.x + vec2u(0, 1), vec2u(last));
  let j = min(2 * block.y + vec2u(0, 1), vec2u(last));
  #repeat c 0..2
  let mi$c = centre(k, i[$c]);
  let mj$c = centre(k, j[$c]);
  var residual$c = vec4f();
  #end
  var total = 0.0;
  let at = ((run * shape.clusters + k) * blocks + b) * ENTRY;
  #repeat c 0..16
  #if CONTINUED
  var product$c = partial[at + $c];
  #else
  var product$c = vec4f();
  #end
  #end
  let unit = run / shape.unit_lanes * shape.unit_rows;
  let end = min(unit + shape.unit_rows, shape.rows);
  #if SUBGROUPS
  let part = subgroup_lane % LANES;
  let passed = vec4u(i, j)[part % 4] * BLOCK_ROWS;
  for (var row = unit; row < end; row += 2) {
    let next = min(row + 1, end - 1);
    let x = two_rows(passed + row_at(row), passed + row_at(next), part);
    let w = weight_of(k, row);
    let w_next = select(0.0, weight_of(k, next), next > row);
    total += w + w_next;
    #repeat c 0..2
    let x$c = w * (subgroupBroadcast(x.first, $c) - mi$c);
    let y$c = subgroupBroadcast(x.first, $(c + 2)) - mj$c;
    let u$c = w_next * (subgroupBroadcast(x.second, $((c + 4) % LANES)) - mi$c);
    let v$c = subgroupBroadcast(x.second, $((c + 6) % LANES)) - mj$c;
    residual$c += x$c + u$c;
    #end
    #repeat c 0..16
    product$c += x$(c / 8)[$(c % 4)] * y$(c / 4 % 2) + u$(c / 8)[$(c % 4)] * v$(c / 4 % 2);
    #end
  }
  #else
  for (var row = unit + run % shape.unit_lanes; row < end; row += shape.unit_lanes) {
    let p = row_at(own * shape.point_stride + row);
    #repeat c 0..2
    var x$c = unpacked(points[p + i[$c] * BLOCK_ROWS]) - mi$c;
    let y$c = unpacked(points[p + j[$c] * BLOCK_ROWS]) - mj$c;
    #end
    #if WEIGHTED
    let w = weight_of(k, row);
    total += w;
    #repeat c 0..2
    x$c *= w;
    residual$c += x$c;
    #end
    #end
    #repeat c 0..16
    product$c += x$(c / 8)[$(c % 4)] * y$(c / 4 % 2);
    #end
  }
  #end
  if (own >= cluster_count()) {
    return;
  }
  #repeat c 0..16
  partial[at + $c] = product$c;
  #end
  if (WEIGHTED) {
    partial[at + RESIDUALS] = residual0;
    partial[at + RESIDUALS + 1] = residual1;
    partial[at + WEIGHT] = vec4f(total, 0, 0, 0);
  }
}
