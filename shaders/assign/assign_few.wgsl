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

// With the four centroids from k.
fn with_four(before: Best, rows: Rows, k: u32) -> Best {
  var best = with_centroid(before, load_centroid(k), rows, k);
  best = with_centroid(best, load_centroid(k + 1), rows, k + 1);
  best = with_centroid(best, load_centroid(k + 2), rows, k + 2);
  return with_centroid(best, load_centroid(k + 3), rows, k + 3);
}

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
  var best = with_four(none_yet(), rows, 0);
  if (TILE > 4) {
    best = with_four(best, rows, 4);
  }
  if (TILE > 8) {
    best = with_four(best, rows, 8);
  }
  if (TILE > 12) {
    best = with_four(best, rows, 12);
  }
  settle(start, best);
}
