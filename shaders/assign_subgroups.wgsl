// The assignment (see assign.wgsl) where subgroups are at hand: each lane loads one centroid's quad
// and the subgroup passes it round, so that TILE centroids cost TILE / LANES loads instead of TILE.
// For 100,000 x 32, K 64 in one run: 23 ms on lavapipe (LANES 8) where assign.wgsl took 59, and 117
// on SwiftShader (LANES 4) where it took 233.
//
// The same sums in the same order as assign.wgsl. LANES: 4, 8 or 16, at most the subgroup's size.
// Cost: 2 N K D FLOPs; a quad of 4 columns costs 4 point loads and TILE / LANES centroid loads
// for 16 TILE FMAs.
enable subgroups;

// import lib/assignment.wgsl

const LANES = 4;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  // Uniform over the workgroup: the grid's last row may reach past the end.
  if (state[HALTED] != 0 || workgroup * 4 * WORKGROUP >= shape.rows) {
    return;
  }
  let start = first_row(workgroup, lane);
  let rows = four_rows(start);
  var best = Best(vec4f(3.4e38), vec4u());
  for (var k = 0u; k < shape.padded_clusters; k += TILE) {
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
    var at = (k + subgroup_lane % LANES) * shape.quads;
    var p = rows;
    for (var q = 0u; q < shape.quads; q++) {
      let x = unpacked4(points[p.x], points[p.y], points[p.z], points[p.w]);
      var c = array<vec4f, 4>(centroids[at], vec4f(), vec4f(), vec4f());
      if (LANES < TILE) {
        c[1] = centroids[at + LANES * shape.quads];
      }
      if (2 * LANES < TILE) {
        c[2] = centroids[at + 2 * LANES * shape.quads];
      }
      if (3 * LANES < TILE) {
        c[3] = centroids[at + 3 * LANES * shape.quads];
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
      at++;
      p += BLOCK_ROWS;
    }
    best = closer(best, d0, k);
    best = closer(best, d1, k + 1);
    best = closer(best, d2, k + 2);
    best = closer(best, d3, k + 3);
    if (TILE > 4) {
      best = closer(best, d4, k + 4);
      best = closer(best, d5, k + 5);
      best = closer(best, d6, k + 6);
      best = closer(best, d7, k + 7);
    }
    if (TILE > 8) {
      best = closer(best, d8, k + 8);
      best = closer(best, d9, k + 9);
      best = closer(best, d10, k + 10);
      best = closer(best, d11, k + 11);
    }
    if (TILE > 12) {
      best = closer(best, d12, k + 12);
      best = closer(best, d13, k + 13);
      best = closer(best, d14, k + 14);
      best = closer(best, d15, k + 15);
    }
  }
  store_labels(start, best);
}
