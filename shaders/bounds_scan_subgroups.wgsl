// The two nearest centroids of each listed row in its list's group: see lib/bounds_scan.wgsl.
//
// The same register tile and the same sums in the same order as assign_subgroups.wgsl, so that a
// score has the very bits it has there, whichever rows and centroids share the tile.
// LANES: 4, 8 or 16, at most the subgroup's size.
// Cost: 2 D FLOPs a listed row and centroid of its group; a quad of 4 columns costs 4 point loads and
// TILE / LANES centroid loads for 16 TILE FMAs.
enable subgroups;

// import lib/bounds_scan.wgsl

const LANES = 4;

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
      // Lanes past LANES load what lane % LANES loads; nobody asks them for it.
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
        d0 += subgroupBroadcast(c[0 / LANES], 0 % LANES) * x;
        d1 += subgroupBroadcast(c[1 / LANES], 1 % LANES) * x;
        d2 += subgroupBroadcast(c[2 / LANES], 2 % LANES) * x;
        d3 += subgroupBroadcast(c[3 / LANES], 3 % LANES) * x;
        if (TILE > 4) {
          d4 += subgroupBroadcast(c[4 / LANES], 4 % LANES) * x;
          d5 += subgroupBroadcast(c[5 / LANES], 5 % LANES) * x;
          d6 += subgroupBroadcast(c[6 / LANES], 6 % LANES) * x;
          d7 += subgroupBroadcast(c[7 / LANES], 7 % LANES) * x;
        }
        if (TILE > 8) {
          d8 += subgroupBroadcast(c[8 / LANES], 8 % LANES) * x;
          d9 += subgroupBroadcast(c[9 / LANES], 9 % LANES) * x;
          d10 += subgroupBroadcast(c[10 / LANES], 10 % LANES) * x;
          d11 += subgroupBroadcast(c[11 / LANES], 11 % LANES) * x;
        }
        if (TILE > 12) {
          d12 += subgroupBroadcast(c[12 / LANES], 12 % LANES) * x;
          d13 += subgroupBroadcast(c[13 / LANES], 13 % LANES) * x;
          d14 += subgroupBroadcast(c[14 / LANES], 14 % LANES) * x;
          d15 += subgroupBroadcast(c[15 / LANES], 15 % LANES) * x;
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
