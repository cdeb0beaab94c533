// How a subgroup fills a register tile (see tile.wgsl): each lane loads every LANES-th quad of it, and
// the subgroup passes them round, so that TILE quads cost TILE / LANES loads.

// 4, 8 or 16, at most the subgroup's size. Lanes past it load what lane % LANES loads; nobody asks them.
const LANES = 4;

// The tile's quads, of which a lane holds numbers lane % LANES, + LANES, ...
fn passed_round(c: array<vec4f, 4>) -> Tile {
  var quads = Tile();
  quads.k0 = subgroupBroadcast(c[0 / LANES], 0 % LANES);
  quads.k1 = subgroupBroadcast(c[1 / LANES], 1 % LANES);
  quads.k2 = subgroupBroadcast(c[2 / LANES], 2 % LANES);
  quads.k3 = subgroupBroadcast(c[3 / LANES], 3 % LANES);
  if (TILE > 4) {
    quads.k4 = subgroupBroadcast(c[4 / LANES], 4 % LANES);
    quads.k5 = subgroupBroadcast(c[5 / LANES], 5 % LANES);
  }
  if (TILE > 6) {
    quads.k6 = subgroupBroadcast(c[6 / LANES], 6 % LANES);
    quads.k7 = subgroupBroadcast(c[7 / LANES], 7 % LANES);
  }
  if (TILE > 8) {
    quads.k8 = subgroupBroadcast(c[8 / LANES], 8 % LANES);
    quads.k9 = subgroupBroadcast(c[9 / LANES], 9 % LANES);
  }
  if (TILE > 10) {
    quads.k10 = subgroupBroadcast(c[10 / LANES], 10 % LANES);
    quads.k11 = subgroupBroadcast(c[11 / LANES], 11 % LANES);
  }
  if (TILE > 12) {
    quads.k12 = subgroupBroadcast(c[12 / LANES], 12 % LANES);
    quads.k13 = subgroupBroadcast(c[13 / LANES], 13 % LANES);
  }
  if (TILE > 14) {
    quads.k14 = subgroupBroadcast(c[14 / LANES], 14 % LANES);
    quads.k15 = subgroupBroadcast(c[15 / LANES], 15 % LANES);
  }
  return quads;
}
