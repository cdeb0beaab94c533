/** The state of mixtures as tables of parts. */
import {
  boolean,
  columns,
  entries,
  float64s,
  indices,
  number,
  rows,
  shape,
  text,
} from '../../fit/model_record.js';
import type { MixtureParameters } from '../../ops/mixtures/parameters.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import { covarianceShape, sizeOf } from './mixture_arrays.js';
import type { MixtureState } from './mixture_model.js';

const covariances = float64s((known) =>
  sizeOf(covarianceShape(known.covarianceType as CovarianceType, rows(known), columns(known))),
);

/** What both kinds of mixture write, after their covariance type. Means are less the shift. */
export const MIXTURE_PARTS = {
  shape,
  shift: float64s(columns),
  scale: float64s(columns),
  weights: float64s(rows),
  means: float64s(entries),
  covariances,
  precisionsCholesky: covariances,
  labels: indices(rows),
  logLikelihood: number,
  history: float64s(),
  converged: boolean,
  engine: text,
};

/** A mixture's state as its table of parts has it. */
export function flat({ parameters, ...state }: MixtureState) {
  const shape = [parameters.weights.length, state.shift.length] as const;
  return { ...state, ...parameters, shape, precisionsCholesky: parameters.factors };
}

/** The parameters among the parts. */
export function parametersOf(parts: Omit<ReturnType<typeof flat>, 'factors'>): MixtureParameters {
  const { weights, means, covariances, precisionsCholesky: factors } = parts;
  return { weights, means, covariances, factors };
}
