/** The M-step of Gaussian mixtures in float64. */
import { ownProduct } from '../../math/cholesky.js';
import { type Components, precisionFactors } from './factors.js';
import type { MixtureParameters, MixtureRules } from './parameters.js';
import type { Statistics } from './scorer.js';
import { timesVector, type Whitening, whiteningsOf } from './whitening.js';

/** What an M-step made of sums. */
export interface Maximum<Parameters> {
  readonly parameters: Parameters;
  /**
   * The largest element of a covariance's inverse Cholesky factor, times the deviation it multiplies,
   * both in the sums' frame. The sums' rounding is magnified by its square, in the narrowest
   * direction: where it exceeds SOUND_REACH, they are to be taken again in the parameters' own frame.
   * Of float64 sums so much less as they round less.
   */
  readonly reach: number;
}

/** Keeps a component's weight above 0, as scikit-learn does. */
const LEAST_WEIGHT = 10 * Number.EPSILON;

/** Rows owned, means and covariances, from sums. */
export function estimate(statistics: Statistics, d: number, rules: MixtureRules): Components {
  const { frame, sums, products, noise } = statistics;
  const k = statistics.weights.length;
  const owned = statistics.weights.map((weight) => weight + LEAST_WEIGHT);
  const total = owned.reduce((sum, weight) => sum + weight, 0);
  const moves = sums.map((sum, at) => sum / owned[Math.floor(at / d)]);
  const whitenings = whiteningsOf(frame, d);
  const means = frame.centres.slice();
  for (let c = 0; c < k; c++) {
    const move = moves.subarray(c * d, (c + 1) * d);
    // One for all components where they share it.
    const whitening = whitenings.at(whitenings.length === 1 ? 0 : c);
    const step = whitening ? timesVector(whitening.back, move, d) : move;
    for (let j = 0; j < d; j++) means[c * d + j] += step[j];
  }
  const scatter = { products, moves, owned, total, whitenings, k, d };
  return { owned, means, whitenings, noise, ...estimateCovariances(scatter, rules) };
}

/**
 * Weights, means and covariances that maximise the expected likelihood.
 *
 * @throws SingularCovarianceError naming the component
 */
export function maximize(
  statistics: Statistics,
  d: number,
  rules: MixtureRules,
): Maximum<MixtureParameters> {
  const components = estimate(statistics, d, rules);
  const { owned, means } = components;
  const total = owned.reduce((sum, weight) => sum + weight, 0);
  const { covariances, factors, reach } = precisionFactors(components, owned.length, d, rules);
  const weights = owned.map((weight) => weight / total);
  return { parameters: { weights, means, covariances, factors }, reach };
}

interface Scatter {
  readonly products: Float64Array;
  /** From the centres to the means, k x d, in the sums' frame. */
  readonly moves: Float64Array;
  readonly owned: Float64Array;
  readonly total: number;
  readonly whitenings: readonly Whitening[];
  readonly k: number;
  readonly d: number;
}

type Spread = Pick<Components, 'covariances' | 'squares'>;

function estimateCovariances(scatter: Scatter, rules: MixtureRules): Spread {
  const { k, d } = scatter;
  switch (rules.covarianceType) {
    case 'full': {
      const spread = fullCovariances(scatter);
      for (let c = 0; c < k; c++) {
        addRidge(spread.covariances, c, d, rules.regCovar, scatter.whitenings.at(c));
      }
      return spread;
    }
    case 'tied': {
      const full = fullCovariances(scatter);
      const covariances = new Float64Array(d * d);
      const squares = new Float64Array(d);
      for (let c = 0; c < k; c++) {
        const share = scatter.owned[c] / scatter.total;
        for (let at = 0; at < d * d; at++) {
          covariances[at] += share * full.covariances[c * d * d + at];
        }
        for (let j = 0; j < d; j++) squares[j] += share * full.squares[c * d + j];
      }
      addRidge(covariances, 0, d, rules.regCovar, scatter.whitenings.at(0));
      return { covariances, squares };
    }
    case 'diag':
      return variances(scatter, rules.regCovar);
    case 'spherical': {
      const { covariances, squares } = variances(scatter, rules.regCovar);
      return {
        covariances: meansOfColumns(covariances, k, d),
        squares: meansOfColumns(squares, k, d),
      };
    }
    case 'fixed':
      return {
        covariances: new Float64Array(k).fill(rules.fixedVariance),
        squares: new Float64Array(k),
      };
  }
}

/** The covariance about the mean is that about the centre, less the move between them. */
function fullCovariances({ products, moves, owned, k, d }: Scatter): Spread {
  const covariances = new Float64Array(k * d * d);
  const squares = new Float64Array(k * d);
  for (let c = 0; c < k; c++) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        const at = (c * d + i) * d + j;
        covariances[at] = products[at] / owned[c] - moves[c * d + i] * moves[c * d + j];
      }
      squares[c * d + i] = products[(c * d + i) * d + i] / owned[c];
    }
  }
  return { covariances, squares };
}

/** Adds ridge I, which in a component's own coordinates is ridge W W^T, to its matrix. */
function addRidge(
  covariances: Float64Array,
  c: number,
  d: number,
  ridge: number,
  whitening: Whitening | undefined,
): void {
  const matrix = covariances.subarray(c * d * d, (c + 1) * d * d);
  if (!whitening) {
    for (let j = 0; j < d; j++) matrix[j * (d + 1)] += ridge;
    return;
  }
  const { into } = whitening;
  const squared = ownProduct(into, d);
  for (let at = 0; at < d * d; at++) matrix[at] += ridge * squared[at];
}

function variances({ products, moves, owned, d }: Scatter, regCovar: number): Spread {
  const squares = products.map((square, at) => square / owned[Math.floor(at / d)]);
  return { covariances: squares.map((square, at) => square - moves[at] ** 2 + regCovar), squares };
}

function meansOfColumns(byColumn: Float64Array, k: number, d: number): Float64Array {
  return Float64Array.from({ length: k }, (_, c) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += byColumn[c * d + j];
    return sum / d;
  });
}
