// Tries candidates out: see lib/seed_trials.wgsl.
//
// Cost: 3 N T D FLOPs; a quad of 4 columns costs 4 point loads and TILE uniform loads for 32 TILE FLOPs.

// import lib/seed_trials.wgsl

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let block = workgroup * WORKGROUP + lane;
  let start = shape.first + block * BLOCK;
  let end = shape.first + shape.rows;
  if (start >= end) {
    return;
  }
  // Only ever by constant indices: so it stays in registers.
  var s = array<f32, 16>();
  for (var first = start; first < min(start + BLOCK, end); first += 4) {
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
    var at = 0u;
    for (var q = 0u; q < shape.quads; q++) {
      let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
      d0 += squares(x, candidates[at]);
      d1 += squares(x, candidates[at + shape.quads]);
      d2 += squares(x, candidates[at + 2 * shape.quads]);
      d3 += squares(x, candidates[at + 3 * shape.quads]);
      if (TILE > 4) {
        d4 += squares(x, candidates[at + 4 * shape.quads]);
        d5 += squares(x, candidates[at + 5 * shape.quads]);
      }
      if (TILE > 6) {
        d6 += squares(x, candidates[at + 6 * shape.quads]);
        d7 += squares(x, candidates[at + 7 * shape.quads]);
      }
      if (TILE > 8) {
        d8 += squares(x, candidates[at + 8 * shape.quads]);
        d9 += squares(x, candidates[at + 9 * shape.quads]);
        d10 += squares(x, candidates[at + 10 * shape.quads]);
        d11 += squares(x, candidates[at + 11 * shape.quads]);
      }
      if (TILE > 12) {
        d12 += squares(x, candidates[at + 12 * shape.quads]);
        d13 += squares(x, candidates[at + 13 * shape.quads]);
        d14 += squares(x, candidates[at + 14 * shape.quads]);
        d15 += squares(x, candidates[at + 15 * shape.quads]);
      }
      at++;
      p += BLOCK_ROWS;
    }
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
