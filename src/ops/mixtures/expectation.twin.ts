import { newFloats } from '../../rows/matrix.js';
import { addTo, type HostPart, hostParts } from '../host_parts.twin.js';
import type { HostRows } from '../op.js';
import { gram } from '../products/gram.twin.js';
import { logDensity } from './log_density.twin.js';
import { moments } from './moments.twin.js';
import type {
  Expectation,
  FactorForm,
  Frame,
  Responsibilities,
  RowDensities,
  RowResponsibilities,
  Scorer,
  Statistics,
} from './scorer.js';
import { largestScore, softmax } from './softmax.twin.js';
import { whiten } from './whiten.twin.js';
import { reachOf } from './whitening.js';

/** Reach (see reachOf) of a frame from which float64 sums of the columns lose digits that its own keep. */
const FRAME_REACH = 2 ** 16;

export async function expectation(
  rows: HostRows,
  scorer: Scorer,
  frame: Frame,
  signal: AbortSignal | undefined,
): Promise<Expectation> {
  const { x, d, weights } = rows;
  const { k, form } = scorer;
  const totals = noSums(frame, form, d);
  let logLikelihood = 0;
  let entropy = 0;
  for await (const part of hostParts(rows, k * d * d, signal)) {
    const { start, count } = part;
    const scores = logDensity(x, start, start + count, d, scorer);
    const { responsibilities: given, logSums, entropies } = softmax(scores, k, count);
    for (let row = 0; row < count; row++) {
      logLikelihood += weights[start + row] * logSums[row];
      entropy += weights[start + row] * entropies[row];
    }
    addSums(totals, rows, part, given, form);
  }
  return { ...totals, logLikelihood, entropy };
}

export async function givenSums(
  rows: HostRows,
  given: Responsibilities,
  frame: Frame,
  form: FactorForm,
  signal: AbortSignal | undefined,
): Promise<Statistics> {
  const { d } = rows;
  const k = frame.centres.length / d;
  const totals = noSums(frame, form, d);
  for await (const part of hostParts(rows, k * d * d, signal)) {
    addSums(totals, rows, part, Float64Array.from(given(part.start, part.count)), form);
  }
  return totals;
}

export async function densities(
  rows: HostRows,
  scorer: Scorer,
  signal: AbortSignal | undefined,
): Promise<RowDensities> {
  const { x, n, d } = rows;
  const { k } = scorer;
  const logDensities = new Float32Array(n);
  const labels = new Uint32Array(n);
  for await (const { start, count } of hostParts(rows, k * d * d, signal)) {
    const scores = logDensity(x, start, start + count, d, scorer);
    logDensities.set(softmax(scores, k, count).logSums, start);
    labels.set(largestScore(scores, k, count), start);
  }
  return { logDensities, labels };
}

export async function responsibilities(
  rows: HostRows,
  scorer: Scorer,
  signal: AbortSignal | undefined,
): Promise<RowResponsibilities> {
  const { x, n, d } = rows;
  const { k } = scorer;
  const data = newFloats(n * k);
  const logDensities = new Float32Array(n);
  for await (const { start, count } of hostParts(rows, k * d * d, signal)) {
    const scores = logDensity(x, start, start + count, d, scorer);
    const { responsibilities: byCluster, logSums } = softmax(scores, k, count);
    logDensities.set(logSums, start);
    for (let row = 0; row < count; row++) {
      for (let c = 0; c < k; c++) data[(start + row) * k + c] = byCluster[c * count + row];
    }
  }
  return { data, logDensities };
}

/** In columns where these do for float64, else in the frame's own coordinates. */
function noSums({ centres, factors }: Frame, form: FactorForm, d: number): Statistics {
  const k = centres.length / d;
  const isNarrow = factors && form !== 'diag' && reachOf(factors, d) > FRAME_REACH;
  return {
    frame: { centres, ...(isNarrow ? { factors } : {}) },
    noise: 0,
    weights: new Float64Array(k),
    sums: new Float64Array(k * d),
    products: new Float64Array(form === 'diag' ? k * d : k * d * d),
  };
}

/** Adds a part's rows with responsibilities [k][count], which get the rows' weights. */
function addSums(
  totals: Statistics,
  { d, weights }: HostRows,
  { x, start, count }: HostPart,
  responsibilities: Float64Array,
  form: FactorForm,
): void {
  const { centres, factors } = totals.frame;
  const k = centres.length / d;
  const weighted = responsibilities.map((value, at) => value * weights[start + (at % count)]);
  if (factors) {
    const origin = new Float64Array(d);
    const factor = (c: number) => (factors.length === d * d ? factors : of(factors, c, d * d));
    for (let c = 0; c < k; c++) {
      const y = whiten(x, count, d, of(centres, c, d), factor(c));
      const own = of(weighted, c, count);
      const sums = moments(y, count, d, 1, own, origin);
      totals.weights[c] += sums.weights[0];
      addTo(of(totals.sums, c, d), sums.sums);
      const products = gram(y, count, d, { k: 1, weights: own, centres: origin });
      addTo(of(totals.products, c, d * d), products);
    }
    return;
  }
  const sums = moments(x, count, d, k, weighted, centres);
  addTo(totals.weights, sums.weights);
  addTo(totals.sums, sums.sums);
  addTo(
    totals.products,
    form === 'diag' ? sums.squares : gram(x, count, d, { k, weights: weighted, centres }),
  );
}

/** Component c's part of an array with so many numbers for each. */
function of(values: Float64Array, c: number, size: number): Float64Array {
  return values.subarray(c * size, (c + 1) * size);
}
