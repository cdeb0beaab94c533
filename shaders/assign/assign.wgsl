// Nearest centroid of every row, without ever writing the N x K distances: proposed by dot products, see
// lib/proposal.wgsl.
//
// An invocation holds a register tile of 4 rows x TILE centroids. Centroids are read at an address
// that is uniform over the workgroup.
// Cost: 2 N K D FLOPs; a quad of 4 columns costs 4 point loads and TILE uniform loads for
// 16 TILE FMAs.
//
// import ../lib/listed_proposal.wgsl
// import ../lib/nearest_tile.wgsl

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
  let rows = four_rows(start);
  var best = none_yet();
  for (var k = 0u; k < shape.padded_clusters; k += TILE) {
    var dots = Tile();
    var at = k * shape.quads;
    var p = rows;
    for (var q = 0u; q < shape.quads; q++) {
      var quads = Tile();
      quads.k0 = centroids[at];
      quads.k1 = centroids[at + shape.quads];
      quads.k2 = centroids[at + 2 * shape.quads];
      quads.k3 = centroids[at + 3 * shape.quads];
      if (TILE > 4) {
        quads.k4 = centroids[at + 4 * shape.quads];
        quads.k5 = centroids[at + 5 * shape.quads];
      }
      if (TILE > 6) {
        quads.k6 = centroids[at + 6 * shape.quads];
        quads.k7 = centroids[at + 7 * shape.quads];
      }
      if (TILE > 8) {
        quads.k8 = centroids[at + 8 * shape.quads];
        quads.k9 = centroids[at + 9 * shape.quads];
      }
      if (TILE > 10) {
        quads.k10 = centroids[at + 10 * shape.quads];
        quads.k11 = centroids[at + 11 * shape.quads];
      }
      if (TILE > 12) {
        quads.k12 = centroids[at + 12 * shape.quads];
        quads.k13 = centroids[at + 13 * shape.quads];
      }
      if (TILE > 14) {
        quads.k14 = centroids[at + 14 * shape.quads];
        quads.k15 = centroids[at + 15 * shape.quads];
      }
      dots = multiply_add(dots, quads, four_quads(p));
      at++;
      p += NEXT_QUAD;
    }
    best = closest(best, dots, k);
  }
  settle(start, best);
}
