/** What a Gaussian mixture's fit returns. */
import { nameClass } from '../../../host/class_name.js';
import { modelRecord, ruled } from '../../fit/model_record.js';
import { mixtureScorer } from '../../ops/mixtures/parameters.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { flat, MIXTURE_PARTS, parametersOf } from './mixture_json.js';
import { MixtureModel, type MixtureState } from './mixture_model.js';
import { GAUSSIAN_RULES } from './options.js';

const RECORD = modelRecord('webgpu-clustering/gaussian-mixture', 'GaussianMixtureModel', {
  covarianceType: ruled<CovarianceType>(GAUSSIAN_RULES.covarianceType),
  ...MIXTURE_PARTS,
});

/** A model as JSON. */
export type GaussianMixtureJson = ReturnType<typeof RECORD.toJSON>;

/** A mixture of Gaussians fitted by expectation maximisation. */
export class GaussianMixtureModel extends MixtureModel {
  static {
    nameClass(this, 'GaussianMixtureModel');
  }
  constructor(state: MixtureState) {
    super(state, mixtureScorer(state.parameters, state.covarianceType));
    Object.freeze(this);
  }

  /** Numbers that the fit chose: weights, means and covariances, symmetric ones counted once. */
  get freeParameters(): number {
    const [k, d] = this.means.shape;
    const covariances = {
      full: (k * d * (d + 1)) / 2,
      tied: (d * (d + 1)) / 2,
      diag: k * d,
      spherical: k,
      fixed: 0,
    }[this.covarianceType];
    return covariances + k * d + k - 1;
  }

  /**
   * The Bayesian information criterion of `points` (n x d): lower is better.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async bic(points: Points | PointStream, options: ComputeOptions = {}): Promise<number> {
    const { total, n } = await this.#logLikelihoodOf(points, options);
    return -2 * total + this.freeParameters * Math.log(n);
  }

  /**
   * Akaike's information criterion of `points` (n x d): lower is better.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async aic(points: Points | PointStream, options: ComputeOptions = {}): Promise<number> {
    const { total } = await this.#logLikelihoodOf(points, options);
    return -2 * total + 2 * this.freeParameters;
  }

  async #logLikelihoodOf(points: Points | PointStream, options: ComputeOptions) {
    const logDensities = await this.scoreSamples(points, options);
    return {
      total: logDensities.reduce((sum, value) => sum + value, 0),
      n: logDensities.length,
    };
  }

  /** Everything, as plain JSON. */
  toJSON(): GaussianMixtureJson {
    return RECORD.toJSON(flat(this.state));
  }

  /**
   * A model from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): GaussianMixtureModel {
    const parts = RECORD.fromJSON(json);
    return new GaussianMixtureModel({ ...parts, parameters: parametersOf(parts) });
  }
}
