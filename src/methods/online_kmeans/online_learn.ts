/** Online k-means: centroids that learn from rows as they come. */
import { type Following, moveWinner } from '../../ops/online/follow_rows.twin.js';
import type { Random } from '../../math/random.js';
import { centre } from '../../rows/column_means.twin.js';
import { largestOf } from '../../rows/float16.js';
import type { PointSource } from '../../rows/load_options.js';
import type { ScaledWeights } from '../../rows/sample_weights.js';
import { type OnlineRate, ratesOf } from './online_rate.js';
import { type OnlineBlock, rowsInOrder } from './online_rows.js';
import { withLoaded } from '../../fit/session.js';
import { assign } from '../../ops/clustering/assign.js';
import { followRows } from '../../ops/online/follow_rows.js';
import type { Engine, Session } from '../../ops/op.js';

/** What goes from one row to the next. */
export interface OnlineProgressState {
  /** k x d, less the shift. */
  readonly centred: Float32Array;
  /** The weight of the rows that each has moved by, [k]. */
  readonly counts: Float64Array;
  /** Rows taken. */
  readonly steps: number;
}

/** How rows are learnt from. */
export interface Learning {
  readonly k: number;
  /** What every row is less of, [d]. */
  readonly shift: Float64Array;
  readonly eta: OnlineRate;
  readonly batchSize: number;
  readonly weights: ScaledWeights | undefined;
  /** The weights as they were given. */
  readonly sampleWeight: ArrayLike<number> | undefined;
  /** Draws the order of the rows; as they lie when absent. */
  readonly random: Random | undefined;
  readonly signal: AbortSignal | undefined;
  /** Told after each block of rows what they cost on average. */
  readonly onBlock?: ((steps: number, cost: number) => void) | undefined;
}

/** Rows and bytes in a block, of which each row is learnt from by itself. */
const BLOCK_ROWS = 8192;
const BLOCK_NUMBERS = 2 ** 21;

/** A pass over `points`. */
export async function learn(
  backend: Engine,
  points: PointSource,
  before: OnlineProgressState,
  learning: Learning,
): Promise<OnlineProgressState> {
  const { batchSize, sampleWeight, random, signal, onBlock } = learning;
  const together = Math.max(1, Math.min(BLOCK_ROWS, Math.floor(BLOCK_NUMBERS / points.shape[1])));
  const weights = sampleWeight && Array.from(sampleWeight);
  let state = before;
  for await (const block of rowsInOrder(points, weights, batchSize, together, random)) {
    signal?.throwIfAborted();
    const taken = await take(backend, block, state, learning);
    state = taken.state;
    onBlock?.(state.steps, taken.cost);
  }
  signal?.throwIfAborted();
  return state;
}

async function take(
  backend: Engine,
  block: OnlineBlock,
  { centred, counts, steps }: OnlineProgressState,
  { k, shift, eta, batchSize, weights, signal }: Learning,
): Promise<{ readonly state: OnlineProgressState; readonly cost: number }> {
  const [n] = block.rows.shape;
  const unit = weights?.mean ?? 1;
  const following = {
    centroids: centred,
    counts: counts.map((count) => count / unit),
    ...ratesOf(eta, steps, n, block.weights, unit),
  };
  const load = { metric: 'euclidean', shift, extent: largestOf(centred), signal } as const;
  const { centroids, winners, cost } = await withLoaded(backend, block.rows, load, (session) =>
    batchSize === 1
      ? oneByOne(session, following, k, signal)
      : together(session, block, following, k, signal),
  );
  const moved = counts.slice();
  winners.forEach((winner, i) => {
    moved[winner] += block.weights?.[i] ?? 1;
  });
  return { state: { centred: centroids, counts: moved, steps: steps + n }, cost: cost / n };
}

interface Taken {
  readonly centroids: Float32Array;
  readonly winners: Uint32Array;
  /** The rows' squared distances to their winners. */
  readonly cost: number;
}

async function oneByOne(
  session: Session,
  following: Following,
  k: number,
  signal: AbortSignal | undefined,
): Promise<Taken> {
  const { costs, ...followed } = await session.run(followRows, following, k, signal);
  return { ...followed, cost: costs.reduce((sum, cost) => sum + cost, 0) };
}

/** The winners of all rows by the centroids as they are, which then move row after row. */
async function together(
  session: Session,
  { rows }: OnlineBlock,
  following: Following,
  k: number,
  signal: AbortSignal | undefined,
): Promise<Taken> {
  const { labels, inertia } = await session.run(assign, following.centroids, k, signal);
  const { data, shape, shift: subtracted } = rows as Extract<typeof rows, { data: unknown }>;
  const [n, d] = shape;
  const left = session.shift.map((value, j) => value - (subtracted?.[j] ?? 0));
  const x = centre(data, n, d, left);
  const followers = {
    centroids: Float64Array.from(following.centroids),
    counts: Float64Array.from(following.counts),
  };
  labels.forEach((winner, i) => {
    moveWinner(x, i, followers, d, following, winner);
  });
  const centroids = Float32Array.from(followers.centroids);
  return { centroids, winners: labels, cost: inertia };
}
