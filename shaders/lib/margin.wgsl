// How far apart two scores |c|^2 / 2 - x.c must be for direct differences (lib/squared_distance.wgsl) to
// order the two centroids alike. With u = 2^-24, D columns and R >= every |c|, in whatever order the
// products are summed, and with or without fused operations,
//   | score - (|c|^2 / 2 - x.c) |  <=  u (D + 3) (|x| R + R^2 / 2)
//   | direct - |x - c|^2 |         <=  u (D / 4 + 6) |x - c|^2
// and half the difference of two squared distances is that of the scores. The farther one's |x - c|^2 is
// taken from its score; what that and |x| are off by lies within the spare of the two constants.

const HALF_ULP = 5.9604644775390625e-8;
// Above every score of a cluster, and low enough for what is computed of it to stay in float32's range.
const MOST_SCORE = 1e34;

// For four rows of `squared_norms` |x|^2, whose higher scores are `seconds`.
fn margins_of(squared_norms: vec4f, reach: f32, seconds: vec4f, quads: u32) -> vec4f {
  let farther = max(vec4f(), 2 * min(seconds, vec4f(MOST_SCORE)) + squared_norms);
  let rounding = (f32(4 * quads) + 4) * reach * (2 * sqrt(squared_norms) + reach);
  return HALF_ULP * (rounding + (f32(quads) + 8) * farther);
}
