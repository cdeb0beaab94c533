/**
 * Bounds on the distances of rows from centroids that move, by which most rows keep their label unseen (Hamerly,
 * "Making k-means even faster", SDM 2010). A row that they leave open is decided by all its distances, so labels
 * are those of no bounds.
 */

/** What sums of drifts and roots may be rounded by: far more than float64 does. */
const SLACK = 1e-9;

export class Bounds {
  /** The nearest centroid of each row, when last decided. */
  readonly labels: Uint32Array;
  /** At least the distance from it, and at most that from any other; of one centroid alone infinite. */
  readonly upper: Float64Array;
  readonly lower: Float64Array;
  readonly #d: number;
  /** The centroids that they are of. */
  #centroids: Float64Array | undefined;

  constructor(n: number, d: number) {
    this.labels = new Uint32Array(n);
    this.upper = new Float64Array(n);
    this.lower = new Float64Array(n);
    this.#d = d;
  }

  /** Takes over what was decided of each row by these centroids, k x d. */
  decided(centroids: Float64Array): void {
    this.#centroids = centroids.every(Number.isFinite) ? centroids.slice() : undefined;
  }

  /**
   * Moves the bounds along with the centroids, and lists the rows that they leave open. Undefined where all are to be
   * decided: of the first centroids, of some without any number, or where more than `most` rows are open.
   */
  open(centroids: Float64Array, most: number): Uint32Array | undefined {
    const { labels, upper, lower } = this;
    const before = this.#centroids;
    if (before?.length !== centroids.length || !centroids.every(Number.isFinite)) return undefined;
    const drifts = this.#drifts(before, centroids);
    // Of all others than a label's own centroid: the largest, or the next where that is its own.
    let [largest, next, whose] = [0, 0, -1];
    drifts.forEach((drift, j) => {
      if (drift > largest) [largest, next, whose] = [drift, largest, j];
      else if (drift > next) next = drift;
    });
    const halves = this.#halves(centroids);
    const open = new Uint32Array(most);
    let count = 0;
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i];
      upper[i] += drifts[label];
      lower[i] -= label === whose ? next : largest;
      if (upper[i] * (1 + SLACK) < Math.max(lower[i], halves[label]) * (1 - SLACK)) continue;
      if (count === most) return undefined;
      open[count++] = i;
    }
    return open.subarray(0, count);
  }

  /** Half the distance of each centroid from the nearest other: what is nearer to it is nearer to none; 0 if costly. */
  #halves(centroids: Float64Array): Float64Array {
    const d = this.#d;
    const k = centroids.length / d;
    const halves = new Float64Array(k);
    if (k * k > this.labels.length) return halves;
    halves.fill(Number.POSITIVE_INFINITY);
    for (let i = 1; i < k; i++) {
      for (let j = 0; j < i; j++) {
        let sum = 0;
        for (let c = 0; c < d; c++) sum += (centroids[i * d + c] - centroids[j * d + c]) ** 2;
        const half = Math.sqrt(sum) / 2;
        halves[i] = Math.min(halves[i], half);
        halves[j] = Math.min(halves[j], half);
      }
    }
    return halves;
  }

  #drifts(before: Float64Array, after: Float64Array): Float64Array {
    const drifts = new Float64Array(before.length / this.#d);
    for (let j = 0, at = 0; j < drifts.length; j++) {
      for (let c = 0; c < this.#d; c++, at++) drifts[j] += (after[at] - before[at]) ** 2;
      drifts[j] = Math.sqrt(drifts[j]) * (1 + SLACK);
    }
    return drifts;
  }
}
