/** Why a fit has halted: the device's `state[1]`. */
export const Halt = {
  running: 0,
  sameLabels: 1,
  withinTolerance: 2,
  emptyClusters: 3,
  inexactSums: 4,
} as const;

/** Iterations after which all rows are summed again. */
const MOST_AMENDED = 32;
/** What has been so many times as large has lost too many bits. */
const LOST = 16;

/** What an iteration leaves behind. */
export interface Iteration {
  /** Iterations done before this one. */
  readonly iterations: number;
  /** One of `Halt`; once it is not `running` nothing changes any more. */
  readonly halted: number;
  /** Iterations since all rows were summed; 0 where this one did. */
  readonly amended: number;
  /** Parts of the objective, and the largest each has been since all rows were summed. */
  readonly costs: ArrayLike<number>;
  readonly mostCosts: ArrayLike<number>;
  /** Squared move of each centroid. */
  readonly moves: ArrayLike<number>;
  /**
   * Of each centroid: what its old place adds to the objective, the weighted square of how far it has
   * come, both since all rows were summed, and whether its weight has fallen far since.
   */
  readonly corrections: ArrayLike<number>;
  readonly away: ArrayLike<number>;
  readonly shrunk: ArrayLike<number>;
  /** Clusters of zero weight: with any, the iteration is not counted but waits for the host. */
  readonly empties: number;
  /** Labels changed in this iteration. */
  readonly changed: number;
  readonly tolerance: number;
  /** With more changed labels than this all rows are summed next. */
  readonly mostChanged: number;
  /** Whether they are anyway. */
  readonly renew: boolean;
  /** Iterations after which the host ends the fit: the last sums all rows. */
  readonly mostIterations: number;
}

/** The state after the iteration, and its objective where it counts. */
export function converge(iteration: Iteration): {
  iterations: number;
  halted: number;
  changed: number;
  amended: number;
  objective?: number;
} {
  const { iterations, halted, amended, changed } = iteration;
  const as = (reason: number) => ({ iterations, halted: reason, changed, amended });
  if (halted !== Halt.running) return as(halted);
  if (iteration.empties > 0) return as(amended > 0 ? Halt.inexactSums : Halt.emptyClusters);
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
  const objective = sum(iteration.costs) + sum(iteration.corrections);
  const sameLabels = iterations > 0 && changed === 0;
  const still = sum(iteration.moves) <= iteration.tolerance ? Halt.withinTolerance : Halt.running;
  const reason = sameLabels ? Halt.sameLabels : still;
  const isLost = sum(iteration.shrunk) > 0 || sum(iteration.mostCosts) > LOST * objective;
  if (amended > 0 && (isLost || reason !== Halt.running)) return as(Halt.inexactSums);
  const amends =
    !iteration.renew &&
    iterations + 2 !== iteration.mostIterations &&
    changed <= iteration.mostChanged &&
    sum(iteration.away) <= objective;
  return {
    iterations: iterations + 1,
    halted: reason,
    changed: 0,
    amended: amends ? (amended + 1) % MOST_AMENDED : 0,
    objective,
  };
}
