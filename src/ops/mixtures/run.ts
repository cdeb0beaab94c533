/** Runs of expectation maximisation: what they are asked, and what they give. */
import { InvalidArgumentError } from '../../errors.js';

export interface FitOptions {
  readonly maxIter: number;
  /** Stop when the bound changes by less than this. */
  readonly tol: number;
  readonly signal?: AbortSignal | undefined;
  /** Called in order, once an iteration, possibly some iterations late. */
  readonly onIteration?: ((iteration: number, bound: number) => void) | undefined;
  /** The bounds of iterations done before, of which `maxIter` and the numbering count. */
  readonly history?: Float64Array | undefined;
}

export interface FitResult<Parameters> {
  readonly parameters: Parameters;
  /** The bound at each iteration, [iterations]. */
  readonly history: Float64Array;
  readonly converged: boolean;
}

/** A fit that may have stopped where its way loses digits, with the parameters to go on from. */
export interface PartialFit<Parameters> extends FitResult<Parameters> {
  readonly unfinished: boolean;
}

/** A fit that has not begun. */
export function unbegun<Parameters>(parameters: Parameters): PartialFit<Parameters> {
  return { parameters, history: new Float64Array(0), converged: false, unfinished: true };
}

/** The bound of an iteration, from 0. Throws InvalidArgumentError where it is not finite. */
export function finiteBound(iteration: number, bound: number): number {
  if (Number.isFinite(bound)) return bound;
  throw new InvalidArgumentError(
    'init',
    `the bound of iteration ${iteration + 1} is ${bound}: rows lie 1e18 deviations or more from every component, ` +
      `where densities leave float32's range; start nearer to the rows, or with larger variances.`,
  );
}
