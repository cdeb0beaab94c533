// The two nearest centroids of each listed row in its list's group: see lib/bounds_scan.wgsl.
//
// The same register tile and the same sums in the same order as assign.wgsl, so that a score has the
// very bits it has there, whichever rows and centroids share the tile.
// Cost: 2 D FLOPs a listed row and centroid of its group; a quad of 4 columns costs 4 point loads and
// TILE uniform loads, with SUBGROUPS TILE / LANES loads, for 16 TILE FMAs.
#if SUBGROUPS
enable subgroups;
#end
const SUBGROUPS = false;

// import ../lib/bounds_scan.wgsl
#if SUBGROUPS
// import ../lib/tile_subgroups.wgsl
#end

// Where the centroid of a member of a group begins.
fn first_quad(member: u32) -> u32 {
  return min(groups[member], shape.clusters - 1) * shape.quads;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups_in_grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
  #if SUBGROUPS
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
  #end
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
    let first = start + lane;
    let rows = four_points(list, first, count);
    var best = none_yet();
    let end = (g + 1) * shape.group_size;
    for (var member = g * shape.group_size; member < end; member += TILE) {
      var dots = Tile();
      #if SUBGROUPS
      let mine = member + subgroup_lane % LANES;
      #repeat j 0..ROUNDS
      let at$j = first_quad(mine + $(j * LANES));
      #end
      #else
      #repeat i 0..TILE
      let at$i = first_quad(member + $i);
      #end
      #end
      var p = rows;
      for (var q = 0u; q < shape.quads; q++) {
        let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
        #if SUBGROUPS
        var share = Share();
        #repeat j 0..ROUNDS
        share.c$j = centroids[at$j + q];
        #end
        let quads = passed_round(share);
        #else
        var quads = Tile();
        #repeat i 0..TILE
        quads.k$i = centroids[at$i + q];
        #end
        #end
        dots = multiply_add(dots, quads, x);
        p += BLOCK_ROWS;
      }
      best = closest(best, dots, member);
    }
    store_results(list, first, count, best);
  }
}
