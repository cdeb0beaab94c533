/** Whether a fit's next iterations assign by bounds or from all distances. */

/**
 * How an iteration finds the nearest centroids: from all distances ('lloyd'), or only from those
 * that the triangle inequality cannot rule out ('bounded'). Same labels, same centroids; 'auto'
 * takes what is faster.
 */
export type Algorithm = 'auto' | 'lloyd' | 'bounded';

/**
 * 'auto' tries bounds where a row's distances take this many multiply-adds, once so few labels change
 * that most distances can be left out, and while enough iterations are left to pay for making them.
 * (MNIST, K 10: 4.4 s a fit instead of 6.5. 1,000,000 x 3, K 16: 45 ms an iteration instead of 11; lavapipe.)
 */
const LEAST_WORK = 512;
/**
 * Of the distances bounds leave to compute 15 % at 0.05 on MNIST, K 256, 43 % at 0.08 on 200,000 x 45,
 * K 1,024, 62 % at 0.09 and 37 % at 0.03 on word vectors, K 256 (counted in float64).
 */
const FEW_CHANGED = 0.1;
const LEAST_LEFT = 8;
/** 'bounded' begins after so many iterations: in the first ones centroids move too far for any bound to hold. */
const PLAIN = 2;
/** After bounds that did not pay, the changed labels must fall this much before the next try. */
const NEXT_TRY = 0.25;
/** Bounds are kept while an iteration takes less than this share of one from all distances. */
const KEPT_BELOW = 0.95;
/** Measurements of either that are kept. */
const KEPT_TIMES = 5;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** What a submission showed. */
export interface Observed {
  /** Whether it went by bounds. */
  readonly bounded: boolean;
  /** Iterations left at most. */
  readonly left: number;
  /** The share of rows whose label changed in the last iteration. */
  readonly changed: number;
  /** Milliseconds an iteration took; undefined where that is no measure. */
  readonly each: number | undefined;
}

/** Chooses; how it does so changes the time a fit takes, not its result. */
export class AlgorithmChoice {
  readonly #algorithm: Algorithm;
  readonly #pays: boolean;
  #bounded = false;
  /** Submissions observed. */
  #observed = 0;
  #fewChanged = FEW_CHANGED;
  /** Milliseconds an iteration took, with all distances and with bounds. */
  #full: number[] = [];
  #skipping: number[] = [];

  constructor(algorithm: Algorithm, k: number, columns: number) {
    this.#algorithm = algorithm;
    this.#pays = k * columns >= LEAST_WORK;
  }

  get bounded(): boolean {
    return this.#bounded;
  }

  observe({ bounded, left, changed, each }: Observed): void {
    this.#observed++;
    if (this.#algorithm === 'bounded') this.#bounded = this.#observed >= PLAIN;
    if (this.#algorithm !== 'auto' || !this.#pays) return;
    const times = bounded ? this.#skipping : this.#full;
    if (each !== undefined) times.push(each);
    if (times.length > KEPT_TIMES) times.shift();
    // What was submitted before the last choice says nothing about it.
    if (bounded !== this.#bounded) return;
    if (!bounded) {
      this.#bounded = changed < this.#fewChanged && left >= LEAST_LEFT && this.#full.length > 0;
      this.#skipping = [];
    } else if (this.#skipping.length >= 2) {
      this.#bounded = median(this.#skipping) < KEPT_BELOW * median(this.#full);
      if (!this.#bounded) this.#fewChanged = NEXT_TRY * changed;
    }
  }
}
