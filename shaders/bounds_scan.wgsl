// The two nearest centroids of each listed row in its list's group: see lib/bounds_scan.wgsl.
//
// The same register tile and the same sums in the same order as assign.wgsl, so that a score has the
// very bits it has there, whichever rows and centroids share the tile.
// Cost: 2 D FLOPs a listed row and centroid of its group; a quad of 4 columns costs 4 point loads and
// TILE uniform loads for 16 TILE FMAs.
//
// import lib/bounds_scan.wgsl

// Where the centroids of four members of a group begin.
fn first_quads(member: u32) -> vec4u {
  let k = vec4u(groups[member], groups[member + 1], groups[member + 2], groups[member + 3]);
  return min(k, vec4u(shape.clusters - 1)) * shape.quads;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups_in_grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let own = group.x + group.y * groups_in_grid.x;
  // Uniform over the workgroup: the grid's last row may reach past the end.
  if (own >= shape.lists) {
    return;
  }
  let list = shape.first_list + own;
  let g = list % shape.groups;
  let count = counts[list];
  for (var start = 0u; start < count; start += 4 * WORKGROUP) {
    let first = start + 4 * lane;
    let rows = four_points(list, first, count);
    var best = Two(vec4f(3.4e38), vec4f(3.4e38), vec4u());
    let end = (g + 1) * shape.group_size;
    for (var member = g * shape.group_size; member < end; member += TILE) {
      var d0 = vec4f();
      var d1 = vec4f();
      var d2 = vec4f();
      var d3 = vec4f();
      var d4 = vec4f();
      var d5 = vec4f();
      var d6 = vec4f();
      var d7 = vec4f();
      var d8 = vec4f();
      var d9 = vec4f();
      var d10 = vec4f();
      var d11 = vec4f();
      var d12 = vec4f();
      var d13 = vec4f();
      var d14 = vec4f();
      var d15 = vec4f();
      let at0 = first_quads(member + 0);
      let at1 = first_quads(select(member, member + 4, TILE > 4));
      let at2 = first_quads(select(member, member + 8, TILE > 8));
      let at3 = first_quads(select(member, member + 12, TILE > 12));
      var p = rows;
      for (var q = 0u; q < shape.quads; q++) {
        let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
        d0 += centroids[at0.x + q] * x;
        d1 += centroids[at0.y + q] * x;
        d2 += centroids[at0.z + q] * x;
        d3 += centroids[at0.w + q] * x;
        if (TILE > 4) {
          d4 += centroids[at1.x + q] * x;
          d5 += centroids[at1.y + q] * x;
          d6 += centroids[at1.z + q] * x;
          d7 += centroids[at1.w + q] * x;
        }
        if (TILE > 8) {
          d8 += centroids[at2.x + q] * x;
          d9 += centroids[at2.y + q] * x;
          d10 += centroids[at2.z + q] * x;
          d11 += centroids[at2.w + q] * x;
        }
        if (TILE > 12) {
          d12 += centroids[at3.x + q] * x;
          d13 += centroids[at3.y + q] * x;
          d14 += centroids[at3.z + q] * x;
          d15 += centroids[at3.w + q] * x;
        }
        p += BLOCK_ROWS;
      }
      best = closer(best, d0, member);
      best = closer(best, d1, member + 1);
      best = closer(best, d2, member + 2);
      best = closer(best, d3, member + 3);
      if (TILE > 4) {
        best = closer(best, d4, member + 4);
        best = closer(best, d5, member + 5);
        best = closer(best, d6, member + 6);
        best = closer(best, d7, member + 7);
      }
      if (TILE > 8) {
        best = closer(best, d8, member + 8);
        best = closer(best, d9, member + 9);
        best = closer(best, d10, member + 10);
        best = closer(best, d11, member + 11);
      }
      if (TILE > 12) {
        best = closer(best, d12, member + 12);
        best = closer(best, d13, member + 13);
        best = closer(best, d14, member + 14);
        best = closer(best, d15, member + 15);
      }
    }
    store_results(list, first, count, best);
  }
}
