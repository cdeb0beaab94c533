/** Gaussian mixtures on the CPU in float64: what the device is checked against. */
import { newFloats } from '../../../rows/matrix.js';
import { ClusteringError } from '../../../errors.js';
import type { MixtureEngine, MixtureSession } from '../gaussian_mixture_backend.js';
import type {
  Expectation,
  FactorForm,
  Frame,
  Responsibilities,
  Scorer,
  Statistics,
} from '../../../ops/mixtures/scorer.js';
import { createPause, rowBlocks } from '../../../math/event_loop.js';
import { gram } from '../../../ops/products/gram.twin.js';
import { loadHostRows } from '../../../rows/host_rows.js';
import { logDensity } from '../../../ops/mixtures/log_density.twin.js';
import { moments } from '../../../ops/mixtures/moments.twin.js';
import { reachOf } from '../mixture_step.js';
import { largestScore, softmax } from '../../../ops/mixtures/softmax.twin.js';

/** The CPU engine. Matrices that lie on a GPU are refused with InvalidArgumentError. */
export const referenceMixtureEngine: MixtureEngine = {
  description: 'cpu',
  async load(points, options) {
    const { x, shift } = await loadHostRows(points, options.shift);
    const [n, d] = points.shape;
    const weights = options.weights ?? new Float32Array(n).fill(1);
    return new ReferenceSession({ x, weights }, [n, d], shift);
  },
};

/** Rows on the host as an engine holds them. */
export interface HostRows {
  /** n x d, less the shift */
  readonly x: Float32Array;
  /** [n] */
  readonly weights: Float32Array;
}

/** Reach (see reachOf) of a frame from which float64 sums of the columns lose digits that its own keep. */
const FRAME_REACH = 2 ** 16;

/** What a block of rows adds to the sums over all of them. */
function addTo(target: Float64Array, source: Float64Array): void {
  for (let at = 0; at < source.length; at++) target[at] += source[at];
}

/** Rows in component c's coordinates of a frame, U^T (x - m). */
function whiten(
  x: Float32Array,
  { centres, factors }: Required<Frame>,
  c: number,
  d: number,
): Float64Array {
  const factor = factors.length === d * d ? 0 : c * d * d;
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += d) {
    for (let j = 0; j < d; j++) {
      const difference = x[row + j] - centres[c * d + j];
      for (let i = j; i < d; i++) y[row + i] += factors[factor + j * d + i] * difference;
    }
  }
  return y;
}

/** A session in float64. */
export class ReferenceSession implements MixtureSession {
  readonly shape: readonly [rows: number, columns: number];
  readonly shift: Float64Array;
  readonly scale: Float64Array;
  #rows: HostRows | undefined;

  constructor(rows: HostRows, shape: readonly [number, number], shift: Float64Array) {
    this.#rows = rows;
    this.shape = shape;
    this.shift = shift;
    this.scale = new Float64Array(shape[1]).fill(1);
  }

  async expect(scorer: Scorer, frame: Frame, signal?: AbortSignal): Promise<Expectation> {
    const { x, weights } = this.#loaded();
    const [, d] = this.shape;
    const { k, form } = scorer;
    const totals = this.#empty(frame, form);
    let logLikelihood = 0;
    let entropy = 0;
    await this.#blocks(k * d * d, signal, (start, end) => {
      const scores = logDensity(x, start, end, d, scorer);
      const { responsibilities, logSums, entropies } = softmax(scores, k, end - start);
      for (let row = 0; row < end - start; row++) {
        logLikelihood += weights[start + row] * logSums[row];
        entropy += weights[start + row] * entropies[row];
      }
      this.#add(totals, start, end, responsibilities, form);
    });
    return { ...totals, logLikelihood, entropy };
  }

  async accumulate(
    responsibilities: Responsibilities,
    frame: Frame,
    form: FactorForm,
    signal?: AbortSignal,
  ): Promise<Statistics> {
    const [, d] = this.shape;
    const k = frame.centres.length / d;
    const totals = this.#empty(frame, form);
    await this.#blocks(k * d * d, signal, (start, end) => {
      const given = Float64Array.from(responsibilities(start, end - start));
      this.#add(totals, start, end, given, form);
    });
    return totals;
  }

  async score(scorer: Scorer, signal?: AbortSignal) {
    const { x } = this.#loaded();
    const [n, d] = this.shape;
    const logDensities = new Float32Array(n);
    const labels = new Uint32Array(n);
    await this.#blocks(scorer.k * d * d, signal, (start, end) => {
      const scores = logDensity(x, start, end, d, scorer);
      logDensities.set(softmax(scores, scorer.k, end - start).logSums, start);
      labels.set(largestScore(scores, scorer.k, end - start), start);
    });
    return { logDensities, labels };
  }

  async responsibilities(scorer: Scorer, signal?: AbortSignal) {
    const { x } = this.#loaded();
    const [n, d] = this.shape;
    const { k } = scorer;
    const data = newFloats(n * k);
    const logDensities = new Float32Array(n);
    await this.#blocks(k * d * d, signal, (start, end) => {
      const rows = end - start;
      const scores = logDensity(x, start, end, d, scorer);
      const { responsibilities, logSums } = softmax(scores, k, rows);
      logDensities.set(logSums, start);
      for (let row = 0; row < rows; row++) {
        for (let c = 0; c < k; c++) {
          data[(start + row) * k + c] = responsibilities[c * rows + row];
        }
      }
    });
    return { data, logDensities };
  }

  dispose(): void {
    this.#rows = undefined;
  }

  /** In columns where these do for float64, else in the frame's own coordinates. */
  #empty({ centres, factors }: Frame, form: FactorForm): Statistics {
    const [, d] = this.shape;
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

  /** Adds rows [start, end) with responsibilities [k][end - start], which get the rows' weights. */
  #add(
    totals: Statistics,
    start: number,
    end: number,
    responsibilities: Float64Array,
    form: FactorForm,
  ): void {
    const { x, weights } = this.#loaded();
    const [, d] = this.shape;
    const { centres, factors } = totals.frame;
    const k = centres.length / d;
    const rows = end - start;
    const weighted = responsibilities.map((value, at) => value * weights[start + (at % rows)]);
    const block = x.subarray(start * d, end * d);
    if (factors) {
      const origin = new Float64Array(d);
      for (let c = 0; c < k; c++) {
        const y = whiten(block, { centres, factors }, c, d);
        const own = weighted.subarray(c * rows, (c + 1) * rows);
        const sums = moments(y, rows, d, 1, own, origin);
        totals.weights[c] += sums.weights[0];
        addTo(totals.sums.subarray(c * d, (c + 1) * d), sums.sums);
        const products = gram(y, rows, d, { k: 1, weights: own, centres: origin });
        addTo(totals.products.subarray(c * d * d, (c + 1) * d * d), products);
      }
      return;
    }
    const sums = moments(block, rows, d, k, weighted, centres);
    addTo(totals.weights, sums.weights);
    addTo(totals.sums, sums.sums);
    addTo(
      totals.products,
      form === 'diag' ? sums.squares : gram(block, rows, d, { k, weights: weighted, centres }),
    );
  }

  async #blocks(
    workPerRow: number,
    signal: AbortSignal | undefined,
    work: (start: number, end: number) => void,
  ): Promise<void> {
    const pause = createPause(signal);
    for (const [start, end] of rowBlocks(this.shape[0], workPerRow)) {
      work(start, end);
      await pause();
    }
  }

  #loaded(): HostRows {
    if (this.#rows) return this.#rows;
    throw new ClusteringError(
      'disposed',
      'This session was disposed, and its data with it. Load the points again.',
    );
  }
}
