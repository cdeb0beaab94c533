/** What a subspace clustering returns. */
import { nameClass } from '../../../host/class_name.js';
import { checkOptions, RUNTIME_RULES } from '../../fit/options.js';
import {
  boolean,
  entries,
  float32s,
  float64s,
  indices,
  modelRecord,
  type Part,
  rows as rowCount,
  shape,
  size,
  text,
} from '../../fit/model_record.js';
import type { Points } from '../../rows/matrix.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import type { Affinity } from '../spectral_clustering/affinity.js';
import { affinityPart } from '../spectral_clustering/spectral_model.js';
import type { Coefficients } from './expression.js';
import { type Settings, settingsOf, settled, SUBSPACE_RULES } from './options.js';
import { predictLabels } from './predict.js';
import { power } from './rows.js';

const MODEL = 'SubspaceClusteringModel';

const settingsPart: Part<Settings> = {
  write: (settings) => settings,
  read(reader, name) {
    const given = reader.part(
      name,
      'the options of subspaceClustering',
      (value): value is object => typeof value === 'object' && value !== null,
    );
    return settingsOf(settled(checkOptions<Partial<Settings>>(name, given, SUBSPACE_RULES)));
  },
};

const RECORD = modelRecord('webgpu-clustering/subspace-clustering', MODEL, {
  shape,
  k: size,
  labels: indices((known) => Number(known.k), rowCount),
  settings: settingsPart,
  rows: float32s(entries),
  scale: power,
  coefficients: affinityPart,
  affinity: affinityPart,
  eigenvalues: float64s((known) => Number(known.k)),
  iterations: size,
  converged: boolean,
  engine: text,
});

/** A model as JSON. */
export type SubspaceClusteringJson = ReturnType<typeof RECORD.toJSON>;
type SubspaceState = ReturnType<typeof RECORD.fromJSON>;

/** Rows in clusters, each of which lies in a subspace of its own. */
export class SubspaceClusteringModel {
  static {
    nameClass(this, MODEL);
  }
  readonly k: number;
  /** The cluster of each row, [n]. */
  readonly labels: Uint32Array;
  /** By which rows each row is expressed, n x n, row i those of row i: in full, or sparse ('omp', 'elasticNet'). */
  readonly coefficients: Coefficients;
  /** What was clustered: symmetric, n x n, as the coefficients in full or sparse. */
  readonly affinity: Affinity;
  /** The k smallest of its normalized Laplacian, rising from 0: as many near 0 as it has parts. */
  readonly eigenvalues: Float64Array;
  /** How the coefficients were found, with all defaults. */
  readonly settings: Settings;
  /** Of 'ssc', and rounds of 'elasticNet'; 1 for other methods. */
  readonly iterations: number;
  /** Whether these ended before `maxIter`. */
  readonly converged: boolean;
  /** What ran the work: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #state: SubspaceState;

  /** @internal use {@link subspaceClustering} or {@link SubspaceClusteringModel.fromJSON} */
  constructor(state: SubspaceState) {
    this.k = state.k;
    this.labels = state.labels;
    this.coefficients = state.coefficients;
    this.affinity = state.affinity;
    this.eigenvalues = state.eigenvalues;
    this.settings = state.settings;
    this.iterations = state.iterations;
    this.converged = state.converged;
    this.engine = state.engine;
    this.#state = state;
    Object.freeze(this);
  }

  /**
   * The clusters of other rows: each is expressed by the rows of the fit, by the same method, and goes to the
   * cluster that has most of its coefficients' magnitudes; without any to that of the most parallel row.
   *
   * @param points m x d, one row a point; never changed
   * @returns [m]
   * @throws InvalidArgumentError, ShapeError, NonFiniteError on bad input; the signal's reason when cancelled
   */
  async predict(points: Points, options: ComputeOptions = {}): Promise<Uint32Array> {
    const checked = checkOptions('predict', options, RUNTIME_RULES);
    return predictLabels(this.#state, points, checked);
  }

  toJSON(): SubspaceClusteringJson {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): SubspaceClusteringModel {
    return new SubspaceClusteringModel(RECORD.fromJSON(json));
  }
}
