// The assignment (see assign.wgsl) where subgroups are at hand: each lane loads one centroid's quad
// and the subgroup passes it round, so that TILE centroids cost TILE / LANES loads instead of TILE.
// For 100,000 x 32, K 64 in one run: 23 ms on lavapipe (LANES 8) where assign.wgsl took 59, and 117
// on SwiftShader (LANES 4) where it took 233.
//
// The same sums in the same order as assign.wgsl.
// Cost: 2 N K D FLOPs; a quad of 4 columns costs 4 point loads and TILE / LANES centroid loads
// for 16 TILE FMAs.
enable subgroups;

// import ../lib/listed_proposal.wgsl
// import ../lib/nearest_tile.wgsl
// import ../lib/tile_subgroups.wgsl

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
  // A lane leaves out what is past the tile.
  let mine = subgroup_lane % LANES;
  var best = none_yet();
  for (var k = 0u; k < shape.padded_clusters; k += TILE) {
    var dots = Tile();
    var at = (k + mine) * shape.quads;
    var p = rows;
    for (var q = 0u; q < shape.quads; q++) {
      var c = array<vec4f, 4>(centroids[at], vec4f(), vec4f(), vec4f());
      if (LANES < TILE && (2 * LANES <= TILE || mine + LANES < TILE)) {
        c[1] = centroids[at + LANES * shape.quads];
      }
      if (2 * LANES < TILE && (3 * LANES <= TILE || mine + 2 * LANES < TILE)) {
        c[2] = centroids[at + 2 * LANES * shape.quads];
      }
      if (3 * LANES < TILE && (4 * LANES <= TILE || mine + 3 * LANES < TILE)) {
        c[3] = centroids[at + 3 * LANES * shape.quads];
      }
      dots = multiply_add(dots, passed_round(c), four_quads(p));
      at++;
      p += NEXT_QUAD;
    }
    best = closest(best, dots, k);
  }
  settle(start, best);
}
