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
// import lib/assignment_tile.wgsl

const LANES = 4;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) subgroup_lane: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  if (is_idle(workgroup)) {
    return;
  }
  let start = first_row(workgroup, lane);
  let rows = four_rows(start);
  var best = none_yet();
  for (var k = 0u; k < shape.padded_clusters; k += TILE) {
    var dots = Tile();
    // Lanes past LANES load what lane % LANES loads; nobody asks them for it.
    var at = (k + subgroup_lane % LANES) * shape.quads;
    var p = rows;
    for (var q = 0u; q < shape.quads; q++) {
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
      var quads = Tile();
      quads.k0 = subgroupBroadcast(c[0 / LANES], 0 % LANES);
      quads.k1 = subgroupBroadcast(c[1 / LANES], 1 % LANES);
      quads.k2 = subgroupBroadcast(c[2 / LANES], 2 % LANES);
      quads.k3 = subgroupBroadcast(c[3 / LANES], 3 % LANES);
      if (TILE > 4) {
        quads.k4 = subgroupBroadcast(c[4 / LANES], 4 % LANES);
        quads.k5 = subgroupBroadcast(c[5 / LANES], 5 % LANES);
        quads.k6 = subgroupBroadcast(c[6 / LANES], 6 % LANES);
        quads.k7 = subgroupBroadcast(c[7 / LANES], 7 % LANES);
      }
      if (TILE > 8) {
        quads.k8 = subgroupBroadcast(c[8 / LANES], 8 % LANES);
        quads.k9 = subgroupBroadcast(c[9 / LANES], 9 % LANES);
        quads.k10 = subgroupBroadcast(c[10 / LANES], 10 % LANES);
        quads.k11 = subgroupBroadcast(c[11 / LANES], 11 % LANES);
      }
      if (TILE > 12) {
        quads.k12 = subgroupBroadcast(c[12 / LANES], 12 % LANES);
        quads.k13 = subgroupBroadcast(c[13 / LANES], 13 % LANES);
        quads.k14 = subgroupBroadcast(c[14 / LANES], 14 % LANES);
        quads.k15 = subgroupBroadcast(c[15 / LANES], 15 % LANES);
      }
      dots = multiply_add(dots, quads, four_quads(p));
      at++;
      p += BLOCK_ROWS;
    }
    best = closest(best, dots, k);
  }
  count_changed(store_labels(start, best));
}
