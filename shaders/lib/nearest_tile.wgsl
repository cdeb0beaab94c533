// The nearest of TILE centroids to each of 4 rows, by dot products: summed in column order whatever the
// tile, so that a row's label depends neither on where the row lies nor on the tile. `Best` and `closer`
// are the importing file's.
const ROWS = 4;

// import tile.wgsl

// Four rows' products so far, and those of one more quad; `column` holds a column of the rows each.
fn plus_products(dots: vec4f, quad: vec4f, column: mat4x4f) -> vec4f {
  let first_two = fma(column[1], vec4f(quad.y), fma(column[0], vec4f(quad.x), dots));
  return fma(column[3], vec4f(quad.w), fma(column[2], vec4f(quad.z), first_two));
}

// As `plus_products`, for a quad of each of TILE centroids.
fn multiply_add(before: Tile, quads: Tile, x: mat4x4f) -> Tile {
  let columns = transpose(x);
  var dots = before;
  #repeat i 0..TILE
  dots.k$i = plus_products(dots.k$i, quads.k$i, columns);
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
