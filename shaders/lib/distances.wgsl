// Squared distances of four queries, WORKGROUP apart from `start` on, from TILE rows from number j on. Whoever
// imports it has `queries` and `points`, laid out as in points_layout.wgsl, and distance_tile.wgsl.
fn distances(start: u32, j: u32, quads: u32) -> Tile {
  var tile = Tile();
  var a = start;
  var b = point_at(j, quads) / 4;
  for (var q = 0u; q < quads; q++) {
    let x = mat4x4f(
      queries[a],
      queries[a + WORKGROUP],
      queries[a + 2 * WORKGROUP],
      queries[a + 3 * WORKGROUP],
    );
    #repeat f 0..TILE / 4
    let four$f = points[b + $f];
    let y$f = unpacked4(four$f[0], four$f[1], four$f[2], four$f[3]);
    #end
    #repeat i 0..TILE
    tile.k$i += squares(x, y$(i / 4)[$(i % 4)]);
    #end
    a += BLOCK_ROWS;
    b += BLOCK_ROWS / 4;
  }
  return tile;
}
