/** What a Bayesian Gaussian mixture's fit returns. */
import { nameClass } from '../../../host/class_name.js';
import { type Tensor } from '../gaussian_mixture/mixture_arrays.js';
import {
  mixtureFromJson,
  type MixtureJson,
  mixtureToJson,
} from '../gaussian_mixture/mixture_json.js';
import { MixtureModel, type MixtureState } from '../gaussian_mixture/mixture_model.js';
import {
  type MixturePriors,
  type VariationalParameters,
  variationalScorer,
  type WeightPrior,
} from './variational_step.js';

const FORMAT = 'webgpu-clustering/bayesian-gaussian-mixture';

/** The state of a model; see {@link BayesianGaussianMixtureModel}. */
export interface BayesianMixtureState extends MixtureState {
  readonly parameters: VariationalParameters;
  readonly priors: MixturePriors;
}

/** A model as JSON. */
export interface BayesianGaussianMixtureJson extends MixtureJson<typeof FORMAT> {
  readonly weightConcentrationPriorType: WeightPrior;
  readonly weightConcentrationPrior: number;
  readonly meanPrecisionPrior: number;
  /** Less the shift. */
  readonly meanPrior: readonly number[];
  readonly degreesOfFreedomPrior: number;
  readonly covariancePrior: readonly number[];
  readonly weightConcentration: readonly number[];
  readonly meanPrecision: readonly number[];
  readonly degreesOfFreedom: readonly number[];
}

/**
 * A mixture of Gaussians fitted by variational inference: weights, means and covariances are the
 * expected ones, and responsibilities take their uncertainty into account.
 */
export class BayesianGaussianMixtureModel extends MixtureModel {
  static {
    nameClass(this, 'BayesianGaussianMixtureModel');
  }
  readonly weightConcentrationPriorType: WeightPrior;
  readonly weightConcentrationPrior: number;
  readonly meanPrecisionPrior: number;
  /** [d] */
  readonly meanPrior: Float64Array;
  readonly degreesOfFreedomPrior: number;
  /** full and tied [d, d], diag [d], spherical []. */
  readonly covariancePrior: Tensor;
  /** [k]; for a Dirichlet process both parameters of the beta distributions, [2, k]. */
  readonly weightConcentration: Tensor;
  /** [k] */
  readonly meanPrecision: Float64Array;
  /** [k]; tied [1]. */
  readonly degreesOfFreedom: Float64Array;
  readonly #state: BayesianMixtureState;

  constructor(state: BayesianMixtureState) {
    const { priors, parameters, covarianceType, shift } = state;
    super(state, variationalScorer(parameters, covarianceType, priors));
    const d = shift.length;
    const process = priors.weightConcentrationPriorType === 'dirichlet_process';
    this.weightConcentrationPriorType = priors.weightConcentrationPriorType;
    this.weightConcentrationPrior = priors.weightConcentrationPrior;
    this.meanPrecisionPrior = priors.meanPrecisionPrior;
    this.meanPrior = priors.meanPrior.map((value, j) => value + shift[j]);
    this.degreesOfFreedomPrior = priors.degreesOfFreedomPrior;
    this.covariancePrior = {
      data: priors.covariancePrior,
      shape: { full: [d, d], tied: [d, d], diag: [d], spherical: [], fixed: [] }[covarianceType],
    };
    this.weightConcentration = {
      data: parameters.weightConcentration,
      shape: process ? [2, this.k] : [this.k],
    };
    this.meanPrecision = parameters.meanPrecision;
    this.degreesOfFreedom = parameters.degreesOfFreedom;
    this.#state = state;
    Object.freeze(this);
  }

  /** Everything, as plain JSON. */
  toJSON(): BayesianGaussianMixtureJson {
    const { priors, parameters } = this.#state;
    return {
      ...mixtureToJson(FORMAT, this.#state),
      ...priors,
      meanPrior: [...priors.meanPrior],
      covariancePrior: [...priors.covariancePrior],
      weightConcentration: [...parameters.weightConcentration],
      meanPrecision: [...parameters.meanPrecision],
      degreesOfFreedom: [...parameters.degreesOfFreedom],
    };
  }

  /**
   * A model from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): BayesianGaussianMixtureModel {
    const { state, parts } = mixtureFromJson(json, FORMAT);
    const { covarianceType, shift } = state;
    const d = shift.length;
    const k = state.parameters.weights.length;
    parts.value('covarianceType', (value) => value !== 'fixed', "other than 'fixed'");
    const type = parts.value(
      'weightConcentrationPriorType',
      (value) => value === 'dirichlet_process' || value === 'dirichlet_distribution',
      `'dirichlet_process' or 'dirichlet_distribution'`,
    ) as WeightPrior;
    const number = (name: string) => parts.value(name, Number.isFinite, 'a number') as number;
    const size = { full: d * d, tied: d * d, diag: d, spherical: 1, fixed: 1 }[covarianceType];
    return new BayesianGaussianMixtureModel({
      ...state,
      parameters: {
        ...state.parameters,
        weightConcentration: parts.numbers(
          'weightConcentration',
          type === 'dirichlet_process' ? 2 * k : k,
        ),
        meanPrecision: parts.numbers('meanPrecision', k),
        degreesOfFreedom: parts.numbers('degreesOfFreedom', covarianceType === 'tied' ? 1 : k),
      },
      priors: {
        weightConcentrationPriorType: type,
        weightConcentrationPrior: number('weightConcentrationPrior'),
        meanPrecisionPrior: number('meanPrecisionPrior'),
        meanPrior: parts.numbers('meanPrior', d),
        degreesOfFreedomPrior: number('degreesOfFreedomPrior'),
        covariancePrior: parts.numbers('covariancePrior', size),
      },
    });
  }
}
