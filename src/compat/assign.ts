/**
 * The nearest centroid of each row as a peer finds it in float64: by its formula of the distance, ties by its
 * rule. A device proposes and float64 decides what float32 cannot tell, so labels are equal, not near.
 */
import { withBackend } from '../fit/backend.js';
import { withLoaded } from '../fit/session.js';
import { createPause, rowBlocks } from '../math/event_loop.js';
import { nearestTwo } from '../ops/assign/nearest_two.js';
import { deviceEngine } from '../ops/device_engine.js';
import type { Session } from '../ops/op.js';
import { largestOf } from '../rows/float16.js';
import { toFloat32 } from '../rows/matrix.js';
import type { Rows64, Where } from './rows.js';

/** How a peer compares. */
export interface Rule {
  /** Which of centroids as near wins. */
  readonly ties: 'lowest' | 'highest';
  /** What is compared: sums of squares, or their roots, of which more are equal. */
  readonly form: 'squared' | 'root';
  /** Columns are summed from the last. */
  readonly backwards?: boolean;
  /** The caller's own distance of row i from centroid j: it keeps the work on the host. */
  readonly custom?: (i: number, j: number) => number;
}

/** Writes the label of each row for the centroids, k x d. */
export type Assign = (centroids: Float64Array, labels: Uint32Array) => Promise<void>;

/** Multiply-adds of an iteration below which the host is done before a device has begun. */
const SMALL = 2 ** 22;

/** Does `work` with the means to assign rows to k centroids. */
export function withAssign<T>(
  rows: Rows64,
  k: number,
  rule: Rule,
  { runtime, signal }: Where,
  work: (assign: Assign) => Promise<T>,
): Promise<T> {
  const { x, n, d } = rows;
  const onHost = () => work(hostAssign(rows, k, rule, signal));
  const isSmall = runtime === undefined && n * k * d < SMALL;
  signal?.throwIfAborted();
  if (rule.custom || runtime === 'cpu' || isSmall) return onHost();
  const checked = toFloat32('data', { source: x, shape: [n, d], exact: false });
  return withBackend(
    runtime,
    checked,
    signal,
    (device) =>
      withLoaded(deviceEngine(device), checked, { metric: 'euclidean', signal }, (session) =>
        work(deviceAssign(session, rows, k, rule, signal)),
      ),
    onHost,
  );
}

/** The distance of row i from centroid j as the rule has it. */
export function distanceBy(
  { form, backwards }: Rule,
  x: Float64Array,
  i: number,
  c: Float64Array,
  j: number,
  d: number,
): number {
  let sum = 0;
  const [a, b] = [i * d, j * d];
  if (backwards) {
    for (let at = d - 1; at >= 0; at--) sum += (x[a + at] - c[b + at]) * (x[a + at] - c[b + at]);
  } else {
    for (let at = 0; at < d; at++) sum += (x[a + at] - c[b + at]) * (x[a + at] - c[b + at]);
  }
  return form === 'root' ? Math.sqrt(sum) : sum;
}

/** By all distances. Where none compares, as of NaN, it is the first centroid. */
function nearestBy(
  rule: Rule,
  x: Float64Array,
  i: number,
  c: Float64Array,
  k: number,
  d: number,
): number {
  let [best, label] = [Number.POSITIVE_INFINITY, 0];
  for (let j = 0; j < k; j++) {
    const distance = rule.custom ? rule.custom(i, j) : distanceBy(rule, x, i, c, j, d);
    if (rule.ties === 'lowest' ? distance < best : distance <= best) [best, label] = [distance, j];
  }
  return label;
}

function hostAssign(
  { x, n, d }: Rows64,
  k: number,
  rule: Rule,
  signal: AbortSignal | undefined,
): Assign {
  const pause = createPause(signal);
  return async (centroids, labels) => {
    for (const [start, end] of rowBlocks(n, k * d)) {
      for (let i = start; i < end; i++) labels[i] = nearestBy(rule, x, i, centroids, k, d);
      await pause();
    }
  };
}

function deviceAssign(
  session: Session,
  { x, n, d }: Rows64,
  k: number,
  rule: Rule,
  signal: AbortSignal | undefined,
): Assign {
  const { shift } = session;
  const pause = createPause(signal);
  const squared: Rule = { ties: 'lowest', form: 'squared' };
  let extent = 0;
  for (let at = 0; at < x.length; at++) extent = Math.max(extent, Math.abs(x[at] - shift[at % d]));
  const unit = 2 ** -24;
  const relative = (Math.ceil(d / 4) + 8) * unit;
  return async (centroids, labels) => {
    // Centroids without any number, as a peer makes them of no rows, are nearest to nothing.
    const valid = Uint32Array.from({ length: k }, (_, j) => j).filter((j) =>
      centroids.subarray(j * d, (j + 1) * d).every(Number.isFinite),
    );
    const centred = Float32Array.from({ length: valid.length * d }, (_, at) => {
      const column = at % d;
      return centroids[valid[(at - column) / d] * d + column] - shift[column];
    });
    // What float32 may be wrong by in a distance.
    const off = 2 * Math.max(extent, largestOf(centred)) * unit * Math.sqrt(d) + 1e-36;
    const found = await session.run(nearestTwo, centred, valid.length, signal);
    for (const [start, end] of rowBlocks(n, 2 * d)) {
      for (let i = start; i < end; i++) {
        const [a, b] = [valid[found.nearest[i]], valid[found.second[i]]];
        const near = Math.sqrt(distanceBy(squared, x, i, centroids, a, d));
        const next = Math.sqrt(distanceBy(squared, x, i, centroids, b, d));
        const isSure = valid.length === 1 || near < next * (1 - 2 * relative) - 2 * off;
        labels[i] = isSure ? a : nearestBy(rule, x, i, centroids, k, d);
      }
      await pause();
    }
  };
}

/** Sums of each cluster's rows in their order, [k][d], and how many these are. */
export function sumsOf(
  { x, n, d }: Rows64,
  k: number,
  labels: Uint32Array,
): { readonly sums: Float64Array; readonly counts: Uint32Array } {
  const sums = new Float64Array(k * d);
  const counts = new Uint32Array(k);
  for (let i = 0, at = 0; i < n; i++) {
    counts[labels[i]]++;
    for (let j = 0, to = labels[i] * d; j < d; j++, at++, to++) sums[to] += x[at];
  }
  return { sums, counts };
}
