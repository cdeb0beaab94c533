/** What a fit of transforms says of each of its iterations, and of what became of the rows. */
import type { Part } from '../../fit/model_record.js';
import type { Transform } from './transform_step.js';

/** After one iteration. */
export interface TransformProgress {
  readonly objective: number;
  /** log |det T|, of all layers together; -Infinity where T is 0. */
  readonly logDet: number;
  /** The condition number of T, the largest of the layers; Infinity where T is 0. */
  readonly condition: number;
}

/** What `onIteration` is told, once an iteration. */
export interface FitProgress {
  /** Iterations done, from 1. */
  readonly iteration: number;
  readonly maxIter: number;
  readonly objective: number;
}

export interface FitLimits {
  /** Iterations at most. */
  readonly maxIter: number;
  /** Ends the fit when the objective changes by no more than this share of itself. */
  readonly tol: number;
  readonly onIteration?: ((progress: FitProgress) => void) | undefined;
}

/** Tells of the last iteration; whether it was the last one, and why. */
export function judge(
  history: readonly { readonly objective: number }[],
  { maxIter, tol, onIteration }: FitLimits,
): 'goes on' | 'converged' | 'ended' {
  const iteration = history.length;
  const now = history[iteration - 1].objective;
  onIteration?.({ iteration, maxIter, objective: now });
  if (iteration > 1 && Math.abs(history[iteration - 2].objective - now) <= tol * Math.abs(now)) {
    return 'converged';
  }
  return iteration === maxIter ? 'ended' : 'goes on';
}

/** What the history says of an iteration. */
export function entryOf(objective: number, layers: readonly Transform[]): TransformProgress {
  return {
    objective,
    logDet: layers.reduce((sum, { logDet }) => sum + logDet, 0),
    condition: Math.max(...layers.map(({ condition }) => condition)),
  };
}

/** That of T = 0. */
export const NOTHING_LEFT: TransformProgress = Object.freeze({
  objective: 0,
  logDet: Number.NEGATIVE_INFINITY,
  condition: Number.POSITIVE_INFINITY,
});

type Row = readonly [objective: number, logDet: number | null, condition: number | null];

const isRow = (value: unknown): value is Row =>
  Array.isArray(value) &&
  value.length === 3 &&
  Number.isFinite(value[0]) &&
  value.slice(1).every((figure) => figure === null || Number.isFinite(figure));

const finite = (value: number) => (Number.isFinite(value) ? value : null);

/** JSON has no infinities: null stands for them. */
export const transformHistory: Part<readonly TransformProgress[], readonly Row[]> = {
  write: (history) =>
    history.map(({ objective, logDet, condition }) => [
      objective,
      finite(logDet),
      finite(condition),
    ]),
  read: (reader, name) =>
    reader
      .part(
        name,
        'rows of [objective, log det, condition number]',
        (value): value is Row[] => Array.isArray(value) && value.length > 0 && value.every(isRow),
      )
      .map(([objective, logDet, condition]) => ({
        objective,
        logDet: logDet ?? Number.NEGATIVE_INFINITY,
        condition: condition ?? Number.POSITIVE_INFINITY,
      })),
};

/** After one iteration of a fit that has no transform. */
export interface ObjectiveProgress {
  readonly objective: number;
}

export const objectiveHistory: Part<readonly ObjectiveProgress[], readonly number[]> = {
  write: (history) => history.map(({ objective }) => objective),
  read: (reader, name) =>
    reader
      .list(name, undefined, 'finite numbers', Number.isFinite)
      .map((objective) => ({ objective })),
};

/** Sentences, if any. */
export const warningsPart: Part<readonly string[]> = {
  write: (warnings) => warnings,
  read: (reader, name) =>
    reader.part(
      name,
      'a list of strings',
      (value): value is string[] =>
        Array.isArray(value) && value.every((one) => typeof one === 'string'),
    ),
};
