/** Symmetric matrices that are known by what they make of vectors. */

/** y -> alpha A y + beta y + gamma x, where x is what y was before. */
export interface RecurrenceStep {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
}

export interface LinearOperator {
  /** Rows and columns. */
  readonly size: number;
  /** Half a unit in the last place of the numbers that `recur` works with. */
  readonly rounding: number;
  /** A times each of the vectors. */
  times(vectors: readonly Float64Array[]): Promise<readonly Float64Array[]>;
  /** What the steps make of each of the vectors, one step after the other; the first has gamma 0. */
  recur(
    vectors: readonly Float64Array[],
    steps: readonly RecurrenceStep[],
  ): Promise<readonly Float64Array[]>;
}

/**
 * The steps of a Chebyshev polynomial that is 1 at `high`, stays small on [low, cut] and rises steeply
 * between `cut` and `high` (Zhou, Saad, Tiago & Chelikowsky 2006, algorithm 3.2, scaled as there).
 */
export function chebyshevSteps(
  degree: number,
  low: number,
  cut: number,
  high: number,
): readonly RecurrenceStep[] {
  const half = (cut - low) / 2;
  const centre = (cut + low) / 2;
  const first = half / (high - centre);
  let sigma = first;
  const steps = [{ alpha: sigma / half, beta: (-sigma * centre) / half, gamma: 0 }];
  while (steps.length < degree) {
    const next = 1 / (2 / first - sigma);
    const alpha = (2 * next) / half;
    steps.push({ alpha, beta: -alpha * centre, gamma: -sigma * next });
    sigma = next;
  }
  return steps;
}
