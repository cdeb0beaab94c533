// The two nearest centroids of each listed row in its list's group: see lib/bounds_scan.wgsl.
//
// The same register tile and the same sums in the same order as assign.wgsl, so that a score has the
// very bits it has there, whichever rows and centroids share the tile.
// Cost: 2 D FLOPs a listed row and centroid of its group; a quad of 4 columns costs 4 point loads and
// TILE uniform loads for 16 TILE FMAs.
//
// import ../lib/bounds_scan.wgsl

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
    var best = none_yet();
    let end = (g + 1) * shape.group_size;
    for (var member = g * shape.group_size; member < end; member += TILE) {
      var dots = Tile();
      let at0 = first_quads(member + 0);
      let at1 = first_quads(select(member, member + 4, TILE > 4));
      let at2 = first_quads(select(member, member + 8, TILE > 8));
      let at3 = first_quads(select(member, member + 12, TILE > 12));
      var p = rows;
      for (var q = 0u; q < shape.quads; q++) {
        let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
        var quads = Tile();
        quads.k0 = centroids[at0.x + q];
        quads.k1 = centroids[at0.y + q];
        quads.k2 = centroids[at0.z + q];
        quads.k3 = centroids[at0.w + q];
        if (TILE > 4) {
          quads.k4 = centroids[at1.x + q];
          quads.k5 = centroids[at1.y + q];
        }
        if (TILE > 6) {
          quads.k6 = centroids[at1.z + q];
          quads.k7 = centroids[at1.w + q];
        }
        if (TILE > 8) {
          quads.k8 = centroids[at2.x + q];
          quads.k9 = centroids[at2.y + q];
        }
        if (TILE > 10) {
          quads.k10 = centroids[at2.z + q];
          quads.k11 = centroids[at2.w + q];
        }
        if (TILE > 12) {
          quads.k12 = centroids[at3.x + q];
          quads.k13 = centroids[at3.y + q];
        }
        if (TILE > 14) {
          quads.k14 = centroids[at3.z + q];
          quads.k15 = centroids[at3.w + q];
        }
        dots = multiply_add(dots, quads, x);
        p += BLOCK_ROWS;
      }
      best = closest(best, dots, member);
    }
    store_results(list, first, count, best);
  }
}
