/** CPU twins of shaders/networks/cluster_weights.wgsl, pull_rows.wgsl and pull_centres.wgsl. */
import type { Matrix } from '../algebra/algebra.js';
import { CONTROL } from './control.js';
import type { ClusterWeights, PullCentres, PullRows } from './clusters.js';

type Values = (matrix: Matrix) => Float64Array;

/** |z_i - m_j|^2 of one row to all centres. */
function distancesOf(row: Float64Array, centres: Float64Array, k: number): Float64Array {
  const d = row.length;
  return Float64Array.from({ length: k }, (_, j) =>
    row.reduce((sum, value, q) => sum + (value - centres[j * d + q]) ** 2, 0),
  );
}

export function clusterWeights(
  { loss, z, centres, targets, control, weight, into, losses }: ClusterWeights,
  values: Values,
): void {
  const [rows, m, c, parts] = [z, centres, into, losses].map(values);
  const wanted = targets && values(targets);
  const a = values(control)[CONTROL.sharpness];
  const k = centres.rows;
  const d = z.columns;
  for (let i = 0; i < z.rows; i++) {
    const distances = distancesOf(rows.subarray(i * d, (i + 1) * d), m, k);
    const own = c.subarray(i * k, (i + 1) * k);
    const least = Math.min(...distances);
    if (loss === 'nearest') {
      own.fill(0);
      own[distances.indexOf(least)] = 2 * weight;
      parts[i] = weight * least;
      continue;
    }
    const shares = distances.map((distance) =>
      loss === 'divergence'
        ? ((1 + least / a) / (1 + distance / a)) ** ((a + 1) / 2)
        : Math.exp(-a * (distance - least)),
    );
    const total = shares.reduce((sum, share) => sum + share, 0);
    const mean = shares.reduce((sum, share, j) => sum + share * distances[j], 0) / total;
    let all = loss === 'soft' ? mean : 0;
    for (let j = 0; j < k; j++) {
      const share = shares[j] / total;
      if (loss === 'soft') {
        own[j] = weight * 2 * share * (1 - a * (distances[j] - mean));
        continue;
      }
      const p = wanted![i * k + j];
      if (p > 0) all += p * Math.log(p / Math.max(share, 1e-37));
      own[j] = (((weight * (a + 1)) / a) * (p - share)) / (1 + distances[j] / a);
    }
    parts[i] = weight * all;
  }
}

export function pullRows({ z, centres, weights, gradient, own }: PullRows, values: Values): void {
  const [rows, m, c, slope] = [z, centres, weights, gradient].map(values);
  const d = z.columns;
  const k = centres.rows;
  for (let at = 0; at < slope.length; at++) {
    const i = Math.floor(at / d);
    let sum = own === 0 ? 0 : own * slope[at];
    for (let j = 0; j < k; j++) sum += c[i * k + j] * (rows[at] - m[j * d + (at % d)]);
    slope[at] = sum;
  }
}

export function pullCentres(
  { z, centres, weights, into, follow }: PullCentres,
  values: Values,
): void {
  const [rows, m, c, out] = [z, centres, weights, into].map(values);
  const d = z.columns;
  const k = centres.rows;
  for (let j = 0; j < k; j++) {
    const sum = new Float64Array(d);
    let came = 0;
    for (let i = 0; i < z.rows; i++) {
      const drawn = c[i * k + j];
      const share = follow ? Number(drawn > 0) : -drawn;
      came += share;
      for (let q = 0; q < d; q++) sum[q] += share * (rows[i * d + q] - m[j * d + q]);
    }
    if (!follow) {
      out.set(sum, j * d);
      continue;
    }
    out[j] += came;
    for (let q = 0; q < d; q++) m[j * d + q] += sum[q] / Math.max(out[j], 1);
  }
}
