// The nearest of TILE centroids to each of 4 rows, by dot products: summed in column order whatever the
// tile, so that a row's label depends neither on where the row lies nor on the tile. `Best` and `closer`
// are the importing file's.
const ROWS = 4;

// import tile.wgsl

// The products so far, and those of one more quad of the centroids with four rows'.
fn multiply_add(before: Tile, quads: Tile, x: mat4x4f) -> Tile {
  var dots = before;
  dots.k0 += quads.k0 * x;
  dots.k1 += quads.k1 * x;
  dots.k2 += quads.k2 * x;
  dots.k3 += quads.k3 * x;
  if (TILE > 4) {
    dots.k4 += quads.k4 * x;
    dots.k5 += quads.k5 * x;
  }
  if (TILE > 6) {
    dots.k6 += quads.k6 * x;
    dots.k7 += quads.k7 * x;
  }
  if (TILE > 8) {
    dots.k8 += quads.k8 * x;
    dots.k9 += quads.k9 * x;
  }
  if (TILE > 10) {
    dots.k10 += quads.k10 * x;
    dots.k11 += quads.k11 * x;
  }
  if (TILE > 12) {
    dots.k12 += quads.k12 * x;
    dots.k13 += quads.k13 * x;
  }
  if (TILE > 14) {
    dots.k14 += quads.k14 * x;
    dots.k15 += quads.k15 * x;
  }
  return dots;
}

// As `closer`, for the TILE centroids from k.
fn closest(before: Best, dots: Tile, k: u32) -> Best {
  var best = closer(before, dots.k0, k);
  best = closer(best, dots.k1, k + 1);
  best = closer(best, dots.k2, k + 2);
  best = closer(best, dots.k3, k + 3);
  if (TILE > 4) {
    best = closer(best, dots.k4, k + 4);
    best = closer(best, dots.k5, k + 5);
  }
  if (TILE > 6) {
    best = closer(best, dots.k6, k + 6);
    best = closer(best, dots.k7, k + 7);
  }
  if (TILE > 8) {
    best = closer(best, dots.k8, k + 8);
    best = closer(best, dots.k9, k + 9);
  }
  if (TILE > 10) {
    best = closer(best, dots.k10, k + 10);
    best = closer(best, dots.k11, k + 11);
  }
  if (TILE > 12) {
    best = closer(best, dots.k12, k + 12);
    best = closer(best, dots.k13, k + 13);
  }
  if (TILE > 14) {
    best = closer(best, dots.k14, k + 14);
    best = closer(best, dots.k15, k + 15);
  }
  return best;
}
