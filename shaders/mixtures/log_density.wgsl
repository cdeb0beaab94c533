// Scores of rows under Gaussian components given by lower triangular factors W_k (the precision is
// W_k^T W_k):
//   scores[k][n] = offset_k - |W_k (x_n - m_k)|^2 / 2
// from direct differences: nothing cancels, however far the components lie apart. DIAGONAL: W_k is
// diagonal, and factors [K][quads] are the roots of the precisions. With SUBGROUPS each lane loads one
// column of the factor and the subgroup passes it round, so that 8 columns cost 8 / LANES loads instead of
// 8. Either way the same sums.
//
// A workgroup owns one component and its rows; 8 of a row's whitened coordinates are held at a time.
// Cost: N K D^2 FLOPs; 13 loads for 128 FMAs, 9 of them at an address uniform over the workgroup, or
// 5 + 8 / LANES loads. DIAGONAL: 4 N K D FLOPs; 6 loads for 48 of them.
#if SUBGROUPS
enable subgroups;
#end
const SUBGROUPS = false;
const DIAGONAL = false;
// 4 or 8, at most the subgroup's size. Lanes past it load what lane % LANES loads; nobody asks them.
const LANES = 4;

// import ../lib/log_density.wgsl
// import ../lib/factor_layout.wgsl

#if !SUBGROUPS
fn columns_at(at: u32) -> mat4x4f {
  return mat4x4f(factors[at], factors[at + 1], factors[at + 2], factors[at + 3]);
}

#end
fn total(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
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
  if (state[HALTED] != 0) {
    return;
  }
  let workgroup = group.x + group.y * groups.x;
  let k = workgroup / groups_of_rows();
  if (k >= shape.clusters) {
    return;
  }
  let rows = four_rows(workgroup, lane);
  let first = places(rows);
  let mean = k * shape.quads;
  #if DIAGONAL
  var at = first;
  #repeat r 0..4
  var d$r = vec4f();
  #end
  for (var q = 0u; q < shape.quads; q++) {
    let m = means[mean + q];
    let f = factors[k * shape.quads + q];
    #repeat r 0..4
    let y$r = f * (unpacked(points[at[$r]]) - m);
    d$r += y$r * y$r;
    #end
    at += BLOCK_ROWS;
  }
  store_scores(k, rows, vec4f(total(d0), total(d1), total(d2), total(d3)));
  #else
  var distance = vec4f();
  for (var pair = 0u; 2 * pair < shape.quads; pair++) {
    var factor = k * shape.factor_stride + factor_at(pair);
    #repeat r 0..4
    var y$r = vec4f();
    var u$r = vec4f();
    #end
    var at = first;
    for (var q = 0u; q <= 2 * pair; q++) {
      let m = means[mean + q];
      #if SUBGROUPS
      #repeat j 0..8 / LANES
      let f$j = factors[factor + $(j * LANES) + subgroup_lane % LANES];
      #end
      let upper = mat4x4f(
        #repeat c 0..4
        subgroupBroadcast(f0, $c),
        #end
      );
      let lower = mat4x4f(
        #repeat c 4..8
        subgroupBroadcast(f$(c / LANES), $(c % LANES)),
        #end
      );
      #else
      let upper = columns_at(factor);
      let lower = columns_at(factor + 4);
      #end
      #repeat r 0..4
      let z$r = unpacked(points[at[$r]]) - m;
      y$r += upper * z$r;
      u$r += lower * z$r;
      #end
      factor += 8;
      at += BLOCK_ROWS;
    }
    if (2 * pair + 1 < shape.quads) {
      let m = means[mean + 2 * pair + 1];
      #if SUBGROUPS
      let f = factors[factor + subgroup_lane % 4];
      let lower = mat4x4f(
        #repeat c 0..4
        subgroupBroadcast(f, $c),
        #end
      );
      #else
      let lower = columns_at(factor);
      #end
      #repeat r 0..4
      u$r += lower * (unpacked(points[at[$r]]) - m);
      #end
    }
    distance += squares(y0, y1, y2, y3) + squares(u0, u1, u2, u3);
  }
  store_scores(k, rows, distance);
  #end
}
