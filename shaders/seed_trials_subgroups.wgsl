// Tries candidates out (see lib/seed_trials.wgsl) where subgroups are at hand: each lane loads one
// candidate's quad and the subgroup passes it round, as in assign_subgroups.wgsl.
//
// In one run on lavapipe, with the uniform loads, tiles of 8 and second pass of before: choosing 64 of
// 100,000 x 32 took 589 ms instead of 1,288, 256 of 3,000 x 784 took 1,618 instead of 3,438, 16 of
// 1,000,000 x 3 took 256 instead of 297. For the first, 7.4 ms a centre: 2.1 GB/s of points read and
// distances written, and 7.8 GFLOP/s.
//
// LANES: 4, 8 or 16, at most the subgroup's size.
// Cost: 3 N T D FLOPs; a quad of 4 columns costs 4 point loads and TILE / LANES candidate loads for
// 32 TILE FLOPs.
enable subgroups;

// import lib/seed_trials.wgsl

const LANES = 4;

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
    var p = points_at(rows, shape.quads);
    // Lanes past LANES load what lane % LANES loads; nobody asks them for it.
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
      d0 += squares(x, subgroupBroadcast(c[0 / LANES], 0 % LANES));
      d1 += squares(x, subgroupBroadcast(c[1 / LANES], 1 % LANES));
      d2 += squares(x, subgroupBroadcast(c[2 / LANES], 2 % LANES));
      d3 += squares(x, subgroupBroadcast(c[3 / LANES], 3 % LANES));
      if (TILE > 4) {
        d4 += squares(x, subgroupBroadcast(c[4 / LANES], 4 % LANES));
        d5 += squares(x, subgroupBroadcast(c[5 / LANES], 5 % LANES));
      }
      if (TILE > 6) {
        d6 += squares(x, subgroupBroadcast(c[6 / LANES], 6 % LANES));
        d7 += squares(x, subgroupBroadcast(c[7 / LANES], 7 % LANES));
      }
      if (TILE > 8) {
        d8 += squares(x, subgroupBroadcast(c[8 / LANES], 8 % LANES));
        d9 += squares(x, subgroupBroadcast(c[9 / LANES], 9 % LANES));
        d10 += squares(x, subgroupBroadcast(c[10 / LANES], 10 % LANES));
        d11 += squares(x, subgroupBroadcast(c[11 / LANES], 11 % LANES));
      }
      if (TILE > 12) {
        d12 += squares(x, subgroupBroadcast(c[12 / LANES], 12 % LANES));
        d13 += squares(x, subgroupBroadcast(c[13 / LANES], 13 % LANES));
        d14 += squares(x, subgroupBroadcast(c[14 / LANES], 14 % LANES));
        d15 += squares(x, subgroupBroadcast(c[15 / LANES], 15 % LANES));
      }
      at++;
      p += BLOCK_ROWS;
    }
    if (first < end) {
      let w = weights_of(first, rows);
      let place = place_of(first);
      let nearest = nearest_of(place);
      s[0] = keep(0, place, s[0], w, min(nearest, d0));
      s[1] = keep(1, place, s[1], w, min(nearest, d1));
      s[2] = keep(2, place, s[2], w, min(nearest, d2));
      s[3] = keep(3, place, s[3], w, min(nearest, d3));
      if (TILE > 4) {
        s[4] = keep(4, place, s[4], w, min(nearest, d4));
        s[5] = keep(5, place, s[5], w, min(nearest, d5));
      }
      if (TILE > 6) {
        s[6] = keep(6, place, s[6], w, min(nearest, d6));
        s[7] = keep(7, place, s[7], w, min(nearest, d7));
      }
      if (TILE > 8) {
        s[8] = keep(8, place, s[8], w, min(nearest, d8));
        s[9] = keep(9, place, s[9], w, min(nearest, d9));
        s[10] = keep(10, place, s[10], w, min(nearest, d10));
        s[11] = keep(11, place, s[11], w, min(nearest, d11));
      }
      if (TILE > 12) {
        s[12] = keep(12, place, s[12], w, min(nearest, d12));
        s[13] = keep(13, place, s[13], w, min(nearest, d13));
        s[14] = keep(14, place, s[14], w, min(nearest, d14));
        s[15] = keep(15, place, s[15], w, min(nearest, d15));
      }
    }
  }
  if (start >= end) {
    return;
  }
  let out = (shape.first_block + block) * TILE;
  potentials[out] = s[0];
  potentials[out + 1] = s[1];
  potentials[out + 2] = s[2];
  potentials[out + 3] = s[3];
  if (TILE > 4) {
    potentials[out + 4] = s[4];
    potentials[out + 5] = s[5];
  }
  if (TILE > 6) {
    potentials[out + 6] = s[6];
    potentials[out + 7] = s[7];
  }
  if (TILE > 8) {
    potentials[out + 8] = s[8];
    potentials[out + 9] = s[9];
    potentials[out + 10] = s[10];
    potentials[out + 11] = s[11];
  }
  if (TILE > 12) {
    potentials[out + 12] = s[12];
    potentials[out + 13] = s[13];
    potentials[out + 14] = s[14];
    potentials[out + 15] = s[15];
  }
}
