// A register tile: a vec4 for each of TILE centroids beside four rows.

// Centroids at a time: 4 to 16.
const TILE = 16;

// A centroid's quad, or its sums with four rows. (Not an array: SwiftShader keeps those in memory.)
struct Tile {
  #repeat i 0..TILE
  k$i: vec4f,
  #end
}
