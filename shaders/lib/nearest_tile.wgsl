// The nearest of TILE centroids to each of 4 rows, by dot products: summed in column order whatever the
// tile, so that a row's label depends neither on where the row lies nor on the tile. `Best` and `closer`
// are the importing file's.
const ROWS = 4;

// import tile.wgsl

// The products so far, and those of one more quad of the centroids with four rows'.
fn multiply_add(before: Tile, quads: Tile, x: mat4x4f) -> Tile {
  var dots = before;
  #repeat i 0..TILE
  dots.k$i += quads.k$i * x;
  #end
  return dots;
}

// As `closer`, for the TILE centroids from k.
fn closest(before: Best, dots: Tile, k: u32) -> Best {
  var best = before;
  #repeat i 0..TILE
  best = closer(best, dots.k$i, k + $i);
  #end
  return best;
}
