// The two nearest centroids of each listed row in its list's group: see lib/bounds_scan.wgsl.
//
// The same register tile and the same sums in the same order as assign_subgroups.wgsl, so that a
// score has the very bits it has there, whichever rows and centroids share the tile.
// Cost: 2 D FLOPs a listed row and centroid of its group; a quad of 4 columns costs 4 point loads and
// TILE / LANES centroid loads for 16 TILE FMAs.
enable subgroups;

// import ../lib/bounds_scan.wgsl
// import ../lib/tile_subgroups.wgsl

// Where the centroid of a member of a group begins.
fn first_quad(member: u32) -> u32 {
  return min(groups[member], shape.clusters - 1) * shape.quads;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups_in_grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
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
      let mine = member + subgroup_lane % LANES;
      var at = vec4u(first_quad(mine), 0, 0, 0);
      if (LANES < TILE) {
        at[1] = first_quad(mine + LANES);
      }
      if (2 * LANES < TILE) {
        at[2] = first_quad(mine + 2 * LANES);
      }
      if (3 * LANES < TILE) {
        at[3] = first_quad(mine + 3 * LANES);
      }
      var p = rows;
      for (var q = 0u; q < shape.quads; q++) {
        let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
        var c = array<vec4f, 4>(centroids[at[0] + q], vec4f(), vec4f(), vec4f());
        if (LANES < TILE) {
          c[1] = centroids[at[1] + q];
        }
        if (2 * LANES < TILE) {
          c[2] = centroids[at[2] + q];
        }
        if (3 * LANES < TILE) {
          c[3] = centroids[at[3] + q];
        }
        dots = multiply_add(dots, passed_round(c), x);
        p += BLOCK_ROWS;
      }
      best = closest(best, dots, member);
    }
    store_results(list, first, count, best);
  }
}
