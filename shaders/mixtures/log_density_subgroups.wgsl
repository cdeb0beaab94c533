// The log-density (see log_density.wgsl) where subgroups are at hand: each lane loads one column of
// the factor and the subgroup passes it round, so that 8 columns cost 8 / LANES loads instead of 8.
//
// The same sums in the same order as log_density.wgsl. LANES: 4 or 8, at most the subgroup's size.
// Cost: N K D^2 FLOPs; 5 + 8 / LANES loads for 128 FMAs.
enable subgroups;

// import ../lib/log_density.wgsl
// import ../lib/factor_layout.wgsl

const LANES = 4;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
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
      // Lanes past LANES load what lane % LANES loads; nobody asks them for it.
      let f = factors[factor + subgroup_lane % LANES];
      var g = f;
      if (LANES < 8) {
        g = factors[factor + 4 + subgroup_lane % LANES];
      }
      let upper = mat4x4f(
        subgroupBroadcast(f, 0),
        subgroupBroadcast(f, 1),
        subgroupBroadcast(f, 2),
        subgroupBroadcast(f, 3),
      );
      let lower = mat4x4f(
        subgroupBroadcast(g, 4 % LANES),
        subgroupBroadcast(g, 5 % LANES),
        subgroupBroadcast(g, 6 % LANES),
        subgroupBroadcast(g, 7 % LANES),
      );
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
      let f = factors[factor + subgroup_lane % 4];
      let lower = mat4x4f(
        subgroupBroadcast(f, 0),
        subgroupBroadcast(f, 1),
        subgroupBroadcast(f, 2),
        subgroupBroadcast(f, 3),
      );
      u0 += lower * (points[at.x] - m);
      u1 += lower * (points[at.y] - m);
      u2 += lower * (points[at.z] - m);
      u3 += lower * (points[at.w] - m);
    }
    distance += squares(y0, y1, y2, y3) + squares(u0, u1, u2, u3);
  }
  store_scores(k, rows, distance);
}
