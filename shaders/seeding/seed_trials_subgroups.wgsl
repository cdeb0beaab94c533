// Tries candidates out (see lib/seed_trials.wgsl) where subgroups are at hand: each lane loads one
// candidate's quad and the subgroup passes it round, as in assign_subgroups.wgsl.
//
// In one run on lavapipe, with the uniform loads, tiles of 8 and second pass of before: choosing 64 of
// 100,000 x 32 took 589 ms instead of 1,288, 256 of 3,000 x 784 took 1,618 instead of 3,438, 16 of
// 1,000,000 x 3 took 256 instead of 297. For the first, 7.4 ms a centre: 2.1 GB/s of points read and
// distances written, and 7.8 GFLOP/s.
//
// Cost: 3 N T D FLOPs; a quad of 4 columns costs 4 point loads and TILE / LANES candidate loads for
// 32 TILE FLOPs.
enable subgroups;

// import ../lib/seed_trials.wgsl
// import ../lib/tile_subgroups.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  // Uniform over the workgroup; blocks past the end are computed as copies of the last row.
  if (workgroup * WORKGROUP * BLOCK >= shape.rows) {
    return;
  }
  let block = workgroup * WORKGROUP + lane;
  let start = shape.first + block * BLOCK;
  let end = shape.first + shape.rows;
  // Only ever by constant indices: so it stays in registers.
  var s = array<f32, 16>();
  for (var i = 0u; i < BLOCK; i += 4) {
    let first = start + i;
    let rows = four_rows(first);
    var distances = Tile();
    var p = points_at(rows, shape.quads);
    var at = subgroup_lane % LANES * shape.quads;
    for (var q = 0u; q < shape.quads; q++) {
      let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
      var c = array<vec4f, 4>(candidates[at], vec4f(), vec4f(), vec4f());
      if (LANES < TILE) {
        c[1] = candidates[at + LANES * shape.quads];
      }
      if (2 * LANES < TILE) {
        c[2] = candidates[at + 2 * LANES * shape.quads];
      }
      if (3 * LANES < TILE) {
        c[3] = candidates[at + 3 * LANES * shape.quads];
      }
      distances = add_squares(distances, passed_round(c), x);
      at++;
      p += BLOCK_ROWS;
    }
    if (first < end) {
      keep_all(&s, first, rows, distances);
    }
  }
  if (start < end) {
    store_potentials(block, &s);
  }
}
