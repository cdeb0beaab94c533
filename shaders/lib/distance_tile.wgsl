// Squared distances of four queries from each of TILE rows.
struct Tile {
  #repeat i 0..TILE
  k$i: vec4f,
  #end
}

fn row_of(tile: Tile, i: u32) -> vec4f {
  switch i {
    #repeat i 1..TILE
    case $i: { return tile.k$i; }
    #end
    default: { return tile.k0; }
  }
}

fn least(tile: Tile) -> vec4f {
  var all = tile.k0;
  #repeat i 1..TILE
  all = min(all, tile.k$i);
  #end
  return all;
}
