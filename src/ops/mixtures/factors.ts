/** The factors of precisions, from covariances. */
import { SingularCovarianceError } from './singular_covariance_error.js';
import {
  cholesky,
  lowerProduct,
  ownProduct,
  transpose,
  triangularInverse,
} from '../../math/cholesky.js';
import { formOf, type MixtureParameters, type MixtureRules } from './parameters.js';
import { reachOf, type Whitening } from './whitening.js';

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
