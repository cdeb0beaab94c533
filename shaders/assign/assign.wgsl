// Nearest centroid of every row, without ever writing the N x K distances: proposed by dot products, see
// lib/proposal.wgsl.
//
// An invocation holds a register tile of 4 rows x TILE centroids. Centroids are read at an address
// that is uniform over the workgroup; with SUBGROUPS each lane loads one centroid's quad and the subgroup
// passes it round, so that TILE centroids cost TILE / LANES loads. Either way the same sums.
// Cost: 2 N K D FLOPs; a quad of 4 columns costs 4 point loads and TILE uniform loads, or TILE / LANES
// loads, for 16 TILE FMAs.
#if SUBGROUPS
enable subgroups;
#end
const SUBGROUPS = false;

// import ../lib/listed_proposal.wgsl
// import ../lib/nearest_tile.wgsl
#if SUBGROUPS
// import ../lib/tile_subgroups.wgsl
#end

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
  let rows = four_rows(start);
  #if SUBGROUPS
  let mine = subgroup_lane % LANES;
  #else
  let mine = 0u;
  #end
  var best = none_yet();
  for (var k = 0u; k < shape.padded_clusters; k += TILE) {
    var dots = Tile();
    var at = (k + mine) * shape.quads;
    var p = rows;
    for (var q = 0u; q < shape.quads; q++) {
      #if SUBGROUPS
      var share = Share();
      share.c0 = centroids[at];
      #repeat j 1..ROUNDS
      #if (j + 1) * LANES <= TILE
      share.c$j = centroids[at + $(j * LANES) * shape.quads];
      #else
      if (mine + $(j * LANES) < TILE) {
        share.c$j = centroids[at + $(j * LANES) * shape.quads];
      }
      #end
      #end
      let quads = passed_round(share);
      #else
      var quads = Tile();
      #repeat i 0..TILE
      quads.k$i = centroids[at + $i * shape.quads];
      #end
      #end
      dots = multiply_add(dots, quads, four_quads(p));
      at++;
      p += NEXT_QUAD;
    }
    #if SUBGROUPS
    #repeat j 0..ROUNDS
    let halves$j = half_norms[k + mine + $(j * LANES)];
    #end
    #repeat i 0..TILE
    let c$i = subgroupBroadcast(halves$(i / LANES), $(i % LANES));
    best = with_score_of(best, c$i - dots.k$i, c$i, k + $i);
    #end
    #else
    best = closest(best, dots, k);
    #end
  }
  settle(start, best);
}
