import type { NearestCentroids } from './assign.twin.js';
import { type Frame, nextFrame, scan, settle, slackOf, uncleared } from './bounds.twin.js';
import { groupCentroids } from './centroid_groups.js';
import { type Pause, rowBlocks } from '../../math/event_loop.js';
import { rowNorms } from './row_norms.twin.js';
import { squaredDistance } from './squared_distance.twin.js';

/** Centroids in a group. */
const GROUP_SIZE = 16;
/** Of so many columns' sums, beside those of a row: for what bounds lose when they are added up. */
const SPARE_COLUMNS = 4096;

/**
 * Assigns the rows of `x` (n x d) as `assign` does, time after time, while centroids move little:
 * distances that the bounds of the time before rule out are not computed.
 */
export class BoundedAssignment {
  readonly #x: Float32Array;
  readonly #n: number;
  readonly #k: number;
  readonly #d: number;
  readonly #groups: readonly (readonly number[])[];
  readonly #groupOf: Uint32Array;
  readonly #squaredNorms: ArrayLike<number>;
  readonly #labels: Uint32Array;
  /** [n][groups]. */
  readonly #lower: Float64Array;
  #frame: Frame | undefined;
  #centroids: Float64Array;

  constructor(x: Float32Array, n: number, c: Float64Array, k: number, d: number) {
    this.#x = x;
    this.#n = n;
    this.#k = k;
    this.#d = d;
    this.#groups = groupCentroids(c, k, d, GROUP_SIZE);
    this.#groupOf = new Uint32Array(k);
    this.#groups.forEach((group, g) => {
      for (const member of group) this.#groupOf[member] = g;
    });
    this.#squaredNorms = rowNorms(x, n, d);
    this.#labels = new Uint32Array(n);
    this.#lower = new Float64Array(n * this.#groups.length);
    this.#centroids = c;
  }

  /** The nearest of the centroids `c` (k x d) for each row, as `assignInBlocks` finds them. */
  async assign(c: Float64Array, pause: Pause): Promise<NearestCentroids> {
    const frame = this.#moveTo(c);
    const costs = new Float64Array(this.#n);
    for (const [start, end] of rowBlocks(this.#n, this.#k * this.#d)) {
      for (let i = start; i < end; i++) costs[i] = this.#assignRow(i, c, frame);
      await pause();
    }
    return { labels: this.#labels.slice(), costs };
  }

  #moveTo(c: Float64Array): Frame {
    const moves = Float64Array.from({ length: this.#k }, (_, j) =>
      squaredDistance(c, j, this.#centroids, j, this.#d),
    );
    const travel = this.#frame?.travel ?? new Float64Array(this.#groups.length);
    this.#centroids = c;
    this.#frame = nextFrame(this.#groups, moves, rowNorms(c, this.#k, this.#d), travel);
    return this.#frame;
  }

  /** @returns the row's squared distance to its centroid */
  #assignRow(i: number, c: Float64Array, frame: Frame): number {
    const groups = this.#groups.length;
    const lower = this.#lower.subarray(i * groups, (i + 1) * groups);
    const label = this.#labels[i];
    const slack = slackOf(
      this.#squaredNorms[i],
      frame.reach,
      (this.#d + SPARE_COLUMNS) * Number.EPSILON,
    );
    const squared = squaredDistance(this.#x, i, c, label, this.#d);
    const upper = Math.sqrt(squared);
    const open = uncleared(this.#groupOf[label], upper, lower, frame, slack);
    if (open.length === 0) return squared;
    const settled = settle(
      open.map((g) => scan(this.#x, i, c, this.#d, this.#groups[g])),
      slack,
    );
    open.forEach((g, at) => {
      lower[g] = settled.lower[at] + frame.travel[g];
    });
    this.#labels[i] = settled.label;
    return settled.best;
  }
}
