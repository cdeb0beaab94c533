// A register tile: a vec4 for each of TILE centroids beside four rows.

// Centroids at a time: 4 to 16, an even number of them.
const TILE = 16;

// A centroid's quad, or its sums with four rows. What lies past TILE is never used. (Not an array:
// SwiftShader keeps those in memory.)
struct Tile {
  k0: vec4f,
  k1: vec4f,
  k2: vec4f,
  k3: vec4f,
  k4: vec4f,
  k5: vec4f,
  k6: vec4f,
  k7: vec4f,
  k8: vec4f,
  k9: vec4f,
  k10: vec4f,
  k11: vec4f,
  k12: vec4f,
  k13: vec4f,
  k14: vec4f,
  k15: vec4f,
}
