// The assignment (see assign.wgsl) of rows of at most 4 QUADS columns to at most TILE centroids: an
// invocation keeps 4 rows in registers, and the centroids lie where the compiler knows.
//
// lavapipe loads what lies at a constant address once for all lanes, at any other once for each (32 loads
// for a vec4).
// Cost: 2 N K D FLOPs; a centroid costs QUADS loads for 64 QUADS FMAs.
//
// import ../lib/assignment_narrow.wgsl

const ROWS = 4;
// Centroids, with padding: 4, 8, 12 or 16.
const TILE = 16;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  if (is_idle(workgroup)) {
    return;
  }
  let start = first_row(workgroup, lane);
  let rows = load_rows(start);
  var best = none_yet();
  #repeat i 0..TILE
  best = with_centroid(best, load_centroid($i), rows, $i);
  #end
  settle(start, best);
}
