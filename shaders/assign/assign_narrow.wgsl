// The assignment (see assign.wgsl) of rows of at most 4 QUADS columns: an invocation keeps 8 rows in
// registers and takes one centroid after the other.
// Cost: 2 N K D FLOPs; a centroid costs QUADS uniform loads for 128 QUADS FMAs.
//
// import ../lib/assignment_narrow.wgsl

const ROWS = 8;

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
  let other = start + 4 * WORKGROUP;
  let rows = load_rows(start);
  let others = load_rows(other);
  var best = none_yet();
  var best_of_others = none_yet();
  for (var k = 0u; k < shape.padded_clusters; k++) {
    let c = load_centroid(k);
    best = with_centroid(best, c, rows, k);
    best_of_others = with_centroid(best_of_others, c, others, k);
  }
  settle(start, best);
  settle(other, best_of_others);
}
