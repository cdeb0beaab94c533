/** Why a fit has halted: the device's `state[1]`. */
export const Halt = { running: 0, sameLabels: 1, withinTolerance: 2, emptyClusters: 3 } as const;

/** What an iteration leaves behind. */
export interface Iteration {
  /** Iterations done before this one. */
  readonly iterations: number;
  /** One of `Halt`; once it is not `running` nothing changes any more. */
  readonly halted: number;
  /** Parts of the objective. */
  readonly costs: ArrayLike<number>;
  /** Squared move of each centroid. */
  readonly moves: ArrayLike<number>;
  /** Clusters of zero weight: with any, the iteration is not counted but waits for the host. */
  readonly empties: number;
  /** Labels changed in this iteration. */
  readonly changed: number;
  readonly tolerance: number;
}

/** The state after the iteration, and its objective where it counts. */
export function converge({
  iterations,
  halted,
  costs,
  moves,
  empties,
  changed,
  tolerance,
}: Iteration): { iterations: number; halted: number; changed: number; objective?: number } {
  if (halted !== Halt.running) return { iterations, halted, changed };
  if (empties > 0) return { iterations, halted: Halt.emptyClusters, changed };
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
  const sameLabels = iterations > 0 && changed === 0;
  const still = sum(moves) <= tolerance ? Halt.withinTolerance : Halt.running;
  return {
    iterations: iterations + 1,
    halted: sameLabels ? Halt.sameLabels : still,
    changed: 0,
    objective: sum(costs),
  };
}
