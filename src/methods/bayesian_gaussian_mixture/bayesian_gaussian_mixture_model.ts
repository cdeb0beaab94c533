/** What a Bayesian Gaussian mixture's fit returns. */
import { nameClass } from '../../../host/class_name.js';
import { columns, float64s, modelRecord, number, rows, word } from '../../fit/model_record.js';
import type { CovarianceType } from '../../ops/mixtures/scorer.js';
import { sizeOf, type Tensor } from '../gaussian_mixture/mixture_arrays.js';
import { flat, MIXTURE_PARTS, parametersOf } from '../gaussian_mixture/mixture_json.js';
import { MixtureModel, type MixtureState } from '../gaussian_mixture/mixture_model.js';
import {
  type MixturePriors,
  type VariationalParameters,
  variationalScorer,
  type WeightPrior,
} from './variational_step.js';

/** The state of a model; see {@link BayesianGaussianMixtureModel}. */
export interface BayesianMixtureState extends MixtureState {
  readonly parameters: VariationalParameters;
  readonly priors: MixturePriors;
}

function priorShape(type: CovarianceType, d: number): readonly number[] {
  return { full: [d, d], tied: [d, d], diag: [d], spherical: [], fixed: [] }[type];
}

const RECORD = modelRecord(
  'webgpu-clustering/bayesian-gaussian-mixture',
  'BayesianGaussianMixtureModel',
  {
    covarianceType: word('full', 'tied', 'diag', 'spherical'),
    ...MIXTURE_PARTS,
    weightConcentrationPriorType: word<WeightPrior>('dirichlet_process', 'dirichlet_distribution'),
    weightConcentrationPrior: number,
    meanPrecisionPrior: number,
    degreesOfFreedomPrior: number,
    /** Less the shift. */
    meanPrior: float64s(columns),
    covariancePrior: float64s((known) =>
      sizeOf(priorShape(known.covarianceType as CovarianceType, columns(known))),
    ),
    weightConcentration: float64s(
      (known) => (known.weightConcentrationPriorType === 'dirichlet_process' ? 2 : 1) * rows(known),
    ),
    meanPrecision: float64s(rows),
    degreesOfFreedom: float64s((known) => (known.covarianceType === 'tied' ? 1 : rows(known))),
  },
);

/** A model as JSON. */
export type BayesianGaussianMixtureJson = ReturnType<typeof RECORD.toJSON>;

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
      shape: priorShape(covarianceType, d),
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
    return RECORD.toJSON({
      ...flat(this.#state),
      covarianceType: this.covarianceType as Exclude<CovarianceType, 'fixed'>,
      ...priors,
      ...parameters,
    });
  }

  /**
   * A model from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): BayesianGaussianMixtureModel {
    const parts = RECORD.fromJSON(json);
    const { weightConcentration, meanPrecision, degreesOfFreedom } = parts;
    return new BayesianGaussianMixtureModel({
      ...parts,
      parameters: {
        ...{ ...parametersOf(parts), weightConcentration, meanPrecision, degreesOfFreedom },
      },
      priors: parts,
    });
  }
}
