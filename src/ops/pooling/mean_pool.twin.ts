/** As in sentence-transformers and torch. */
const LEAST_WEIGHT = 1e-9;
const LEAST_LENGTH = 1e-12;

/** The weighted mean of each sentence's tokens (b x t x d, weights b x t), at length 1 if wanted; b x d. */
export function meanPool(
  tokens: ArrayLike<number>,
  weights: ArrayLike<number>,
  [b, t, d]: readonly [sentences: number, tokens: number, columns: number],
  normalize: boolean,
): Float64Array {
  const pooled = new Float64Array(b * d);
  for (let i = 0; i < b; i++) {
    const mean = pooled.subarray(i * d, (i + 1) * d);
    let weight = 0;
    for (let s = i * t; s < (i + 1) * t; s++) {
      weight += weights[s];
      for (let j = 0; j < d; j++) mean[j] += weights[s] * tokens[s * d + j];
    }
    let square = 0;
    for (let j = 0; j < d; j++) {
      mean[j] /= Math.max(weight, LEAST_WEIGHT);
      square += mean[j] ** 2;
    }
    if (!normalize) continue;
    const length = Math.max(Math.sqrt(square), LEAST_LENGTH);
    for (let j = 0; j < d; j++) mean[j] /= length;
  }
  return pooled;
}
