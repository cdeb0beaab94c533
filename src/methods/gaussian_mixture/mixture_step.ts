/** The M-step of Gaussian mixtures in float64, and the scorer of its parameters. */
import { SingularCovarianceError } from '../../errors.js';
import type {
  CovarianceType,
  FactorForm,
  Frame,
  Scorer,
  Statistics,
} from '../../ops/mixtures/scorer.js';
import {
  cholesky,
  lowerProduct,
  ownProduct,
  transpose,
  triangularInverse,
} from '../../math/cholesky.js';

/** Covariances and factors: full k x d x d, tied d x d, diag k x d, spherical and fixed k. */
export interface MixtureParameters {
  /** [k], summing to 1. */
  readonly weights: Float64Array;
  /** k x d, centred. */
  readonly means: Float64Array;
  readonly covariances: Float64Array;
  /** Upper triangular U with U U^T the precision; the roots of the precisions for the others. */
  readonly factors: Float64Array;
}

export interface MixtureRules {
  readonly covarianceType: CovarianceType;
  /** Added to the variances. */
  readonly regCovar: number;
  /** The variance of 'fixed'. */
  readonly fixedVariance: number;
}

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

/**
 * Float32 sums err by some 2^-22 of their terms: magnified by 32^2, by 2^-12 of the least variance. A
 * likelihood, being flat at its maximum, changes by the square of that.
 */
export const SOUND_REACH = 32;
/**
 * What a reach is times for float64 sums, which err by some 2^-51 of their terms: by 2^-17 of the least
 * variance at SOUND_REACH.
 */
const FLOAT64_REACH = 2 ** -12;
const FLOAT64_NOISE = 2 ** -52;
/** Pivots are noise below so many times what rounding leaves of them. */
const NOISY_PIVOT = 2 ** 6;
/** Beyond it, float32 coordinates of rows along the narrowest direction are mostly rounding. */
const SINGULAR_REACH = 2 ** 20;
/** Keeps a component's weight above 0, as scikit-learn does. */
const LEAST_WEIGHT = 10 * Number.EPSILON;

export function formOf(covarianceType: CovarianceType): FactorForm {
  return covarianceType === 'full' || covarianceType === 'tied' ? covarianceType : 'diag';
}

/** A component's own coordinates: into them, y = W x, and back, x = L y; both lower triangular. */
export interface Whitening {
  readonly into: Float64Array;
  readonly back: Float64Array;
}

/** What responsibilities make of the data: k components as samples. */
export interface Components {
  /** Rows owned, [k]: the sums of the responsibilities. */
  readonly owned: Float64Array;
  /** k x d, centred. */
  readonly means: Float64Array;
  /** With regCovar on the diagonals, in the sums' frame; see MixtureParameters. */
  readonly covariances: Float64Array;
  /** Mean squares about the centres, in the sums' frame: one for each variance. */
  readonly squares: Float64Array;
  /** The sums' frame: one for each matrix, none where sums are of the columns. */
  readonly whitenings: readonly Whitening[];
  /** The sums'. */
  readonly noise: number;
}

/** What factors are made of. */
export type Spreads = Pick<Components, 'covariances' | 'squares' | 'whitenings' | 'noise'>;

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

function whiteningsOf({ factors }: Frame, d: number): readonly Whitening[] {
  if (!factors) return [];
  return Array.from({ length: factors.length / (d * d) }, (_, c) => {
    const into = transpose(factors.subarray(c * d * d, (c + 1) * d * d), d);
    return { into, back: triangularInverse(into, d) };
  });
}

/** A x of a lower triangular matrix. */
export function timesVector(lower: Float64Array, x: ArrayLike<number>, d: number): Float64Array {
  const result = new Float64Array(d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) result[i] += lower[i * d + j] * x[j];
  }
  return result;
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

/**
 * Covariances in the columns, and the factors U of their precisions.
 *
 * @throws SingularCovarianceError naming the component
 */
export function precisionFactors(
  components: Spreads,
  k: number,
  d: number,
  rules: MixtureRules,
): Pick<MixtureParameters, 'covariances' | 'factors'> & { readonly reach: number } {
  return formOf(rules.covarianceType) === 'diag'
    ? diagonalFactors(components, k, rules)
    : matrixFactors(components, d, rules);
}

function diagonalFactors(
  { covariances, squares, noise }: Spreads,
  k: number,
  { regCovar }: MixtureRules,
) {
  const width = covariances.length / k;
  let reach = 0;
  const raised = covariances.map((variance, at) => {
    // What rounding leaves of the squares, where it left less than nothing.
    const least = regCovar > 0 ? noise * squares[at] : 0;
    const own = Math.max(variance, least);
    if (noise > 0) reach = Math.max(reach, Math.sqrt(squares[at] / own) || 0);
    if (own > 0) return own;
    const where = width === 1 ? '' : ` of column ${at % width}`;
    const why = `the variance${where} is ${variance}`;
    throw new SingularCovarianceError(Math.floor(at / width), regCovar, why);
  });
  return { covariances: raised, factors: raised.map((own) => 1 / Math.sqrt(own)), reach };
}

function matrixFactors(
  { covariances, squares, whitenings, noise }: Spreads,
  d: number,
  { regCovar }: MixtureRules,
) {
  const result = { covariances: covariances.slice(), factors: covariances.slice() };
  let reach = 0;
  for (let c = 0; c < covariances.length / (d * d); c++) {
    const own = squares.subarray(c * d, (c + 1) * d);
    const matrix = covariances.subarray(c * d * d, (c + 1) * d * d);
    // What the matrix was made of in float64: the sums, less their move, and what a prior added.
    const terms = own.map((square, j) => Math.max(square, matrix[j * (d + 1)]));
    // Without regCovar a component may be singular: pivots of float64 are then taken as they are.
    const unit = regCovar > 0 ? FLOAT64_NOISE : 0;
    const least = own.map((square, j) => NOISY_PIVOT * Math.max(noise * square, unit * terms[j]));
    const { factor, failed } = cholesky(matrix, d, least);
    if (failed >= 0) {
      throw new SingularCovarianceError(
        c,
        regCovar,
        `column ${failed} is a combination of those before it`,
      );
    }
    const inverse = triangularInverse(factor, d);
    const upper = transpose(inverse, d);
    reach = Math.max(reach, FLOAT64_REACH * reachOf(upper, d, terms));
    if (noise > 0) reach = Math.max(reach, reachOf(upper, d, own));
    const whitening = whitenings.at(c);
    const into = whitening ? lowerProduct(inverse, whitening.into, d) : inverse;
    const back = whitening ? lowerProduct(whitening.back, factor, d) : factor;
    const factors = transpose(into, d);
    result.factors.set(factors, c * d * d);
    if (noise > 0 || whitening) result.covariances.set(ownProduct(back, d), c * d * d);
    if (noise > 0 && regCovar === 0 && reachOf(factors, d) > SINGULAR_REACH) {
      throw new SingularCovarianceError(
        c,
        regCovar,
        'columns are combinations of each other, as far as float32 can tell',
      );
    }
  }
  return { ...result, reach };
}

/**
 * The largest |U_ji| s_j of upper triangular factors, matrices x d x d, where s_j^2 is column j's mean
 * square: by default the variance of the factor's own covariance.
 */
export function reachOf(factors: Float64Array, d: number, squares?: Float64Array): number {
  let reach = 0;
  for (let at = 0; at < factors.length; at += d * d) {
    const own = factors.subarray(at, at + d * d);
    const back = squares ? undefined : triangularInverse(transpose(own, d), d);
    for (let j = 0; j < d; j++) {
      let square = squares?.[j] ?? 0;
      if (back) for (let p = 0; p <= j; p++) square += back[j * d + p] ** 2;
      const deviation = Math.sqrt(square);
      for (let i = j; i < d; i++) {
        reach = Math.max(reach, Math.abs(own[j * d + i]) * deviation);
      }
    }
  }
  return reach;
}

/** sum of log U_jj of each component, [k]. */
export function logDeterminants(
  factors: ArrayLike<number>,
  k: number,
  d: number,
  covarianceType: CovarianceType,
): Float64Array {
  const form = formOf(covarianceType);
  const width = factors.length / k;
  return Float64Array.from({ length: k }, (_, c) => {
    let sum = 0;
    for (let j = 0; j < d; j++) {
      const at =
        form === 'diag'
          ? c * width + (width === 1 ? 0 : j)
          : (form === 'full' ? c * d * d : 0) + j * (d + 1);
      sum += Math.log(factors[at]);
    }
    return sum;
  });
}

/** The factors as scorers want them: one root of a precision a column for every diagonal kind. */
export function scorerFactors(
  factors: Float64Array,
  k: number,
  d: number,
  covarianceType: CovarianceType,
): Float64Array {
  if (formOf(covarianceType) !== 'diag' || factors.length !== k) return factors;
  return Float64Array.from({ length: k * d }, (_, at) => factors[Math.floor(at / d)]);
}

/** Scores whose exponentials are weight times density. */
export function mixtureScorer(
  { weights, means, factors }: MixtureParameters,
  covarianceType: CovarianceType,
): Scorer {
  const k = weights.length;
  const d = means.length / k;
  const constant = (d / 2) * Math.log(2 * Math.PI);
  const determinants = logDeterminants(factors, k, d, covarianceType);
  return {
    k,
    form: formOf(covarianceType),
    // A weight of 0 may be given as a start; its logarithm must stay finite.
    offsets: weights.map(
      (weight, c) => Math.log(Math.max(weight, Number.MIN_VALUE)) + determinants[c] - constant,
    ),
    means,
    factors: scorerFactors(factors, k, d, covarianceType),
  };
}
