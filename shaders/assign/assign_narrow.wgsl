// The assignment (see assign.wgsl) of rows of at most 4 QUADS columns: an invocation keeps ROWS rows in
// registers and takes one centroid after the other. Centroids are read at an address that is uniform over
// the workgroup; with SUBGROUPS each lane loads one of LANES centroids and the subgroup passes them round.
// Either way the same sums.
// Cost: 2 N K D FLOPs; a centroid costs QUADS uniform loads, or QUADS / LANES loads, for 16 ROWS QUADS FMAs.
#if SUBGROUPS
enable subgroups;
#end
const SUBGROUPS = false;

// import ../lib/assignment_narrow.wgsl

// 4 or 8.
const ROWS = 8;
// At most the subgroup's size. Lanes past it load what lane % LANES loads; nobody asks them.
const LANES = 4;

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
  if (is_idle(workgroup)) {
    return;
  }
  let start = first_row(workgroup, lane);
  let rows = load_rows(start);
  var best = none_yet();
  #if ROWS > 4
  let other = start + 4 * WORKGROUP;
  let others = load_rows(other);
  var best_of_others = none_yet();
  #end
  #if SUBGROUPS
  for (var k = 0u; k < shape.padded_clusters; k += LANES) {
    let mine = load_centroid(k + subgroup_lane % LANES);
    #repeat i 0..LANES
    var c$i = mine;
    c$i.half_norm = subgroupBroadcast(mine.half_norm, $i);
    #repeat q 0..QUADS
    c$i.q$q = subgroupBroadcast(mine.q$q, $i);
    #end
    best = with_centroid(best, c$i, rows, k + $i);
    #if ROWS > 4
    best_of_others = with_centroid(best_of_others, c$i, others, k + $i);
    #end
    #end
  }
  #else
  for (var k = 0u; k < shape.padded_clusters; k++) {
    let c = load_centroid(k);
    best = with_centroid(best, c, rows, k);
    #if ROWS > 4
    best_of_others = with_centroid(best_of_others, c, others, k);
    #end
  }
  #end
  settle(start, best);
  #if ROWS > 4
  settle(other, best_of_others);
  #end
}
