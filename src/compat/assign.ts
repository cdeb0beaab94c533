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
import { Bounds } from './bounds.js';
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
  const { n, d, checked } = rows;
  const onHost = () => work(hostAssign(rows, k, rule, signal));
  const isSmall = runtime === undefined && n * k * d < SMALL;
  signal?.throwIfAborted();
  if (rule.custom || runtime === 'cpu' || isSmall) return onHost();
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

/** Columns after which a sum is held against what it may be at most. */
const STRETCH = 8;

/** The distance of row i from centroid j as the rule has it; where it is over `most`, any number over that. */
export function distanceBy(
  { form, backwards }: Rule,
  x: Float64Array,
  i: number,
  c: Float64Array,
  j: number,
  d: number,
  most = Number.POSITIVE_INFINITY,
): number {
  let sum = 0;
  const [a, b] = [i * d, j * d];
  if (backwards) {
    for (let at = d - 1; at >= 0; at--) sum += (x[a + at] - c[b + at]) * (x[a + at] - c[b + at]);
    return form === 'root' ? Math.sqrt(sum) : sum;
  }
  const mostSum = form === 'root' ? most * most * (1 + 1e-9) : most;
  for (let at = 0; at < d && !(sum > mostSum);) {
    const end = Math.min(at + STRETCH, d);
    for (; at < end; at++) sum += (x[a + at] - c[b + at]) * (x[a + at] - c[b + at]);
  }
  return form === 'root' ? Math.sqrt(sum) : sum;
}

/** The nearest centroid by all distances, the first where none compares, as of NaN; and what bounds they give. */
function decide(
  rule: Rule,
  x: Float64Array,
  i: number,
  c: Float64Array,
  k: number,
  d: number,
  bounds: Bounds,
): void {
  let [best, next, label] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  const isLowest = rule.ties === 'lowest';
  for (let j = 0; j < k; j++) {
    const distance = rule.custom ? rule.custom(i, j) : distanceBy(rule, x, i, c, j, d, next);
    if (isLowest ? distance < best : distance <= best) {
      next = best;
      best = distance;
      label = j;
    } else if (distance < next) next = distance;
  }
  bounds.labels[i] = label;
  bounds.upper[i] = rule.form === 'root' ? best : Math.sqrt(best);
  bounds.lower[i] = rule.form === 'root' ? next : Math.sqrt(next);
}

/** Decides all rows. */
type DecideAll = (centroids: Float64Array, bounds: Bounds) => Promise<void>;

/** Of rows that bounds leave open, the share from which all are decided anew. */
const MANY_OPEN = 1 / 4;

function boundedAssign(
  { x, n, d }: Rows64,
  k: number,
  rule: Rule,
  decideAll: DecideAll,
  signal: AbortSignal | undefined,
): Assign {
  const pause = createPause(signal);
  const bounds = new Bounds(n, d);
  const most = Math.floor(MANY_OPEN * n);
  return async (centroids, labels) => {
    await pause();
    // They are of no distance but the Euclidean.
    const open = rule.custom ? undefined : bounds.open(centroids, most);
    if (!open) await decideAll(centroids, bounds);
    else {
      for (const [start, end] of rowBlocks(open.length, k * d)) {
        for (const i of open.subarray(start, end)) decide(rule, x, i, centroids, k, d, bounds);
        await pause();
      }
    }
    bounds.decided(centroids);
    labels.set(bounds.labels);
  };
}

function hostAssign(rows: Rows64, k: number, rule: Rule, signal: AbortSignal | undefined): Assign {
  const { x, n, d } = rows;
  const pause = createPause(signal);
  const decideAll: DecideAll = async (centroids, bounds) => {
    for (const [start, end] of rowBlocks(n, k * d)) {
      for (let i = start; i < end; i++) decide(rule, x, i, centroids, k, d, bounds);
      await pause();
    }
  };
  return boundedAssign(rows, k, rule, decideAll, signal);
}

function deviceAssign(
  session: Session,
  rows: Rows64,
  k: number,
  rule: Rule,
  signal: AbortSignal | undefined,
): Assign {
  const { x, n, d } = rows;
  const { shift } = session;
  const pause = createPause(signal);
  let extent = 0;
  for (let at = 0; at < x.length;) {
    for (let j = 0; j < d; j++, at++) extent = Math.max(extent, Math.abs(x[at] - shift[j]));
  }
  const unit = 2 ** -24;
  const relative = (Math.ceil(d / 4) + 8) * unit;
  const decideAll: DecideAll = async (centroids, bounds) => {
    const { labels, upper, lower } = bounds;
    // Centroids without any number, as a peer makes them of no rows, are nearest to nothing.
    const valid = Uint32Array.from({ length: k }, (_, j) => j).filter((j) =>
      centroids.subarray(j * d, (j + 1) * d).every(Number.isFinite),
    );
    if (valid.length === 0) {
      labels.fill(0);
      return;
    }
    const centred = Float32Array.from({ length: valid.length * d }, (_, at) => {
      const column = at % d;
      return centroids[valid[(at - column) / d] * d + column] - shift[column];
    });
    // What float32 may be wrong by in a distance.
    const off = 2 * Math.max(extent, largestOf(centred)) * unit * Math.sqrt(d) + 1e-36;
    const found = await session.run(nearestTwo, centred, valid.length, signal);
    for (const [start, end] of rowBlocks(n, d)) {
      for (let i = start; i < end; i++) {
        labels[i] = valid[found.nearest[i]];
        upper[i] = Math.sqrt(found.squared[i]) * (1 + relative) + off;
        lower[i] = Math.sqrt(found.secondSquared[i]) * (1 - relative) - off;
        if (!(upper[i] < lower[i])) decide(rule, x, i, centroids, k, d, bounds);
      }
      await pause();
    }
  };
  return boundedAssign(rows, k, rule, decideAll, signal);
}

export interface Sums {
  /** [k][d] */
  readonly sums: Float64Array;
  /** Rows of each cluster, [k]. */
  readonly counts: Uint32Array;
}

/**
 * What sums each cluster's rows, in their order, again and again. A cluster whose rows are those of the time before
 * keeps its sum, which are the same bits.
 */
export function summing({ x, n, d }: Rows64, k: number): (labels: Uint32Array) => Sums {
  const before = new Uint32Array(n).fill(k);
  const sums = new Float64Array(k * d);
  const counts = new Uint32Array(k);
  return (labels) => {
    const isStale = new Uint8Array(k + 1);
    for (let i = 0; i < n; i++) {
      if (labels[i] !== before[i]) isStale[labels[i]] = isStale[before[i]] = 1;
    }
    before.set(labels);
    for (let j = 0; j < k; j++) {
      if (!isStale[j]) continue;
      counts[j] = 0;
      sums.fill(0, j * d, (j + 1) * d);
    }
    for (let i = 0; i < n; i++) {
      const label = labels[i];
      if (!isStale[label]) continue;
      counts[label]++;
      for (let at = i * d, to = label * d; to < (label + 1) * d; at++, to++) sums[to] += x[at];
    }
    return { sums: sums.slice(), counts: counts.slice() };
  };
}
