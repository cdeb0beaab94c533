/** Which cluster a code belongs to, and how surely, in float64 on the host. */

/** n x columns codes, k x columns centres. */
export interface Codes {
  readonly codes: ArrayLike<number>;
  readonly centres: ArrayLike<number>;
  readonly k: number;
  readonly columns: number;
}

/** |z_i - m_j|^2, n x k. */
export function distances({ codes, centres, k, columns }: Codes): Float64Array {
  const n = codes.length / columns;
  const result = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      let sum = 0;
      for (let q = 0; q < columns; q++) {
        sum += (codes[i * columns + q] - centres[j * columns + q]) ** 2;
      }
      result[i * k + j] = sum;
    }
  }
  return result;
}

/** The nearest centre of each code, ties to the lowest index. */
export function nearest(of: Float64Array, k: number): Uint32Array {
  return Uint32Array.from({ length: of.length / k }, (_, i) => {
    let best = 0;
    for (let j = 1; j < k; j++) if (of[i * k + j] < of[i * k + best]) best = j;
    return best;
  });
}

/** q_ij, by Student's distribution with `a` degrees of freedom (Xie et al. 2016, equation 1): n x k. */
export function shares(of: Float64Array, k: number, a: number): Float64Array {
  const result = of.map((distance) => (1 + distance / a) ** (-(a + 1) / 2));
  for (let at = 0; at < result.length; at += k) {
    const own = result.subarray(at, at + k);
    const total = own.reduce((sum, share) => sum + share, 0);
    for (let j = 0; j < k; j++) own[j] /= total;
  }
  return result;
}

/** p_ij = (q_ij^2 / f_j) over their sum, f_j the sum of q_ij over all rows (equation 3). */
export function sharpened(q: Float64Array, k: number): Float64Array {
  const size = new Float64Array(k);
  for (let at = 0; at < q.length; at++) size[at % k] += q[at];
  const p = q.map((share, at) => (share * share) / size[at % k]);
  for (let at = 0; at < p.length; at += k) {
    const own = p.subarray(at, at + k);
    const total = own.reduce((sum, share) => sum + share, 0);
    for (let j = 0; j < k; j++) own[j] /= total;
  }
  return p;
}

/** The share of labels that differ. */
export const changed = (before: Uint32Array, after: Uint32Array): number =>
  after.reduce((count, label, i) => count + Number(label !== before[i]), 0) / after.length;
