/** Mean of each column of `x` (n x d, row-major), [d]. */
export function columnMeans(x: ArrayLike<number>, n: number, d: number): Float64Array {
  const means = new Float64Array(d);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < d; j++, at++) means[j] += x[at];
  for (let j = 0; j < d; j++) means[j] /= n;
  return means;
}

/** Every row of `x` (n x d) less `shift` ([d]), n x d. */
export function centre(
  x: ArrayLike<number>,
  n: number,
  d: number,
  shift: ArrayLike<number>,
): Float64Array {
  const centred = new Float64Array(n * d);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) centred[at] = x[at] - shift[j];
  }
  return centred;
}

/**
 * Population variance (divided by n) of each column of `x` (n x d), [d]. Two passes: the mean of
 * squares less the square of the mean would cancel, and even turn negative.
 */
export function columnVariances(x: ArrayLike<number>, n: number, d: number): Float64Array {
  const means = columnMeans(x, n, d);
  const variances = new Float64Array(d);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) variances[j] += (x[at] - means[j]) ** 2;
  }
  for (let j = 0; j < d; j++) variances[j] /= n;
  return variances;
}
