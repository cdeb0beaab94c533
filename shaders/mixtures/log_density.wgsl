// Scores of rows under Gaussian components given by lower triangular factors W_k (the precision is
// W_k^T W_k):
//   scores[k][n] = offset_k - |W_k (x_n - m_k)|^2 / 2
// from direct differences: nothing cancels, however far the components lie apart.
//
// Cost: N K D^2 FLOPs; 13 loads for 128 FMAs, 9 of them at an address uniform over the workgroup.
//
// import ../lib/log_density.wgsl
// import ../lib/factor_layout.wgsl

fn columns_at(at: u32) -> mat4x4f {
  return mat4x4f(factors[at], factors[at + 1], factors[at + 2], factors[at + 3]);
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
  let workgroup = group.x + group.y * groups.x;
  let k = workgroup / groups_of_rows();
  if (k >= shape.clusters) {
    return;
  }
  let rows = four_rows(workgroup, lane);
  // Rows past the end are copies of the last one and never written.
  let first = points_at(shape.first + min(rows, vec4u(shape.rows - 1)), shape.quads);
  let mean = k * shape.quads;
  var distance = vec4f();
  for (var pair = 0u; 2 * pair < shape.quads; pair++) {
    var factor = k * shape.factor_stride + factor_at(pair);
    var y0 = vec4f();
    var y1 = vec4f();
    var y2 = vec4f();
    var y3 = vec4f();
    var u0 = vec4f();
    var u1 = vec4f();
    var u2 = vec4f();
    var u3 = vec4f();
    var at = first;
    for (var q = 0u; q <= 2 * pair; q++) {
      let m = means[mean + q];
      let z0 = points[at.x] - m;
      let z1 = points[at.y] - m;
      let z2 = points[at.z] - m;
      let z3 = points[at.w] - m;
      let upper = columns_at(factor);
      let lower = columns_at(factor + 4);
      y0 += upper * z0;
      y1 += upper * z1;
      y2 += upper * z2;
      y3 += upper * z3;
      u0 += lower * z0;
      u1 += lower * z1;
      u2 += lower * z2;
      u3 += lower * z3;
      factor += 8;
      at += BLOCK_ROWS;
    }
    if (2 * pair + 1 < shape.quads) {
      let m = means[mean + 2 * pair + 1];
      let lower = columns_at(factor);
      u0 += lower * (points[at.x] - m);
      u1 += lower * (points[at.y] - m);
      u2 += lower * (points[at.z] - m);
      u3 += lower * (points[at.w] - m);
    }
    distance += squares(y0, y1, y2, y3) + squares(u0, u1, u2, u3);
  }
  store_scores(k, rows, distance);
}
