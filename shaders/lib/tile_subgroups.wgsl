// How a subgroup fills a register tile (see tile.wgsl): each lane loads every LANES-th quad of it, and
// the subgroup passes them round, so that TILE quads cost TILE / LANES loads.

// 4, 8 or 16, at most the subgroup's size. Lanes past it load what lane % LANES loads; nobody asks them.
const LANES = 4;
// Quads that a lane loads, the last of them by some lanes only.
const ROUNDS = (TILE + LANES - 1) / LANES;

// The quads of a lane: numbers lane % LANES, + LANES, ...
struct Share {
  #repeat j 0..ROUNDS
  c$j: vec4f,
  #end
}

fn passed_round(share: Share) -> Tile {
  var quads = Tile();
  #repeat i 0..TILE
  quads.k$i = subgroupBroadcast(share.c$(i / LANES), $(i % LANES));
  #end
  return quads;
}
