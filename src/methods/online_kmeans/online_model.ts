/** What online k-means returns, and how it learns on. */
import { nameClass } from '../../../host/class_name.js';
import { plural, show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import {
  as,
  float32s,
  modelRecord,
  nonNegatives,
  offsets,
  type Part,
  ruled,
  size,
  text,
  times,
} from '../../fit/model_record.js';
import {
  anObject,
  checkOptions,
  nonNegative,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { checkMatrix, type Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource, checkWeights } from '../../rows/points.js';
import { CentroidModel } from '../kmeans/centroid_model.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { type GivenCentroids, meanCentroid, placeCentroids } from '../kmeans/start_centroids.js';
import { LEARNING_RULES } from './options.js';
import { learn, type OnlineProgressState } from './online_learn.js';
import { type OnlineRate, RATE_RULE } from './online_rate.js';
import { withEngine } from '../../fit/engine.js';

/** How a model learns from rows. */
export interface OnlineLearningOptions {
  /**
   * How far a row moves its centroid: a number above 0 and at most 1; '1/count' (the default), for
   * centroids that are the means of all rows they have moved by; or a schedule of the step t, the number
   * of rows taken before (0 for the first row of all), that stays above 0 and at most 1 and never grows.
   */
  readonly eta?: OnlineRate;
  /**
   * For '1/count': the number of rows that each starting centroid is the mean of already, [k], or one
   * number for all. Default 0: the first row that a centroid wins takes its place.
   */
  readonly initialCounts?: number | ArrayLike<number>;
  /**
   * 1 (the default): each row is compared with the centroids as the row before it left them. More, an
   * approximation that a device does faster: so many rows are compared with the centroids as they were
   * before the first of them; then each centroid moves as if its rows had come one after the other.
   */
  readonly batchSize?: number;
}

/** The state of a model; see {@link OnlineKMeansModel}. */
export interface OnlineState extends OnlineProgressState {
  readonly k: number;
  readonly columns: number;
  readonly shift: Float64Array;
  /** 'schedule' for a function that JSON did not hold. */
  readonly eta: OnlineRate | 'schedule';
  readonly batchSize: number;
  readonly engine: string;
}

/** A model as JSON. */
export type OnlineKMeansJson = ReturnType<typeof record.toJSON>;

const ratePart: Part<OnlineState['eta']> = {
  write: (eta) => (typeof eta === 'function' ? 'schedule' : eta),
  read: (reader, name) =>
    reader.part(
      name,
      `a number above 0 and at most 1, '1/count' or 'schedule'`,
      (value): value is OnlineState['eta'] =>
        value === 'schedule' || (typeof value !== 'function' && RATE_RULE.holds(value)),
    ),
};

const record = modelRecord('webgpu-clustering/online-kmeans', 'OnlineKMeansModel', {
  k: size,
  columns: size,
  shift: offsets(as('columns')),
  centred: float32s(times('k', 'columns')),
  counts: nonNegatives(as('k')),
  steps: ruled<number>(wholeNumber(0)),
  eta: ratePart,
  batchSize: size,
  engine: text,
});

/**
 * The counts that centroids start with.
 *
 * @throws InvalidArgumentError where they are not k finite numbers >= 0
 */
export function startingCounts(
  method: string,
  given: OnlineLearningOptions['initialCounts'] = 0,
  k: number,
): Float64Array {
  if (typeof given === 'number') return new Float64Array(k).fill(given);
  // By index: iterators of arrays that were transferred throw.
  const counts = new Float64Array(k);
  let sound = 0;
  while (sound < k && nonNegative.holds(given[sound])) counts[sound] = given[sound++];
  if (sound === k && given.length === k) return counts;
  throw new InvalidArgumentError(
    'initialCounts',
    `${method}: initialCounts has ${show(given.length)} ${plural(given.length, 'entry', 'entries')}${sound < k && sound < given.length ? `, of which [${sound}] is ${show(given[sound])}` : ''}; ` +
      `give one finite number >= 0 for each of the ${k} ${plural(k, 'centroid')}.`,
  );
}

/**
 * Centroids that rows have moved one by one. Immutable: `partialFit` gives a new model. It keeps no labels;
 * `predict` gives those of any rows.
 */
export class OnlineKMeansModel extends CentroidModel {
  static {
    nameClass(this, 'OnlineKMeansModel');
  }
  /** The weight of the rows that each centroid has moved by, with `initialCounts`, [k]. */
  readonly counts: Float64Array;
  /** Rows learnt from: the t of the next one. */
  readonly steps: number;
  /** The rate; 'schedule' for a function that JSON did not hold. */
  readonly eta: OnlineRate | 'schedule';
  readonly batchSize: number;
  /** What ran the last step: the adapter, or 'cpu'; '' before the first. */
  readonly engine: string;
  readonly #state: OnlineState;

  constructor(state: OnlineState) {
    super({ ...state, metric: 'euclidean' });
    this.counts = state.counts;
    this.steps = state.steps;
    this.eta = state.eta;
    this.batchSize = state.batchSize;
    this.engine = state.engine;
    this.#state = state;
    Object.freeze(this);
  }

  /**
   * A model that has learnt from no rows yet: `model = await model.partialFit(rows)`.
   *
   * @param centroids k x d, where to start
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  static fromCentroids(
    centroids: GivenCentroids,
    options: OnlineLearningOptions = {},
  ): OnlineKMeansModel {
    const method = 'fromCentroids';
    const {
      eta = '1/count',
      batchSize = 1,
      initialCounts,
    } = checkOptions(method, options, LEARNING_RULES);
    const [k, columns] = checkMatrix('centroids', centroids, { shift: 'none' }).shape;
    const shift = meanCentroid('centroids', centroids, 'euclidean');
    return new OnlineKMeansModel({
      k,
      columns,
      shift,
      centred: placeCentroids('centroids', centroids, k, shift, 'euclidean'),
      counts: startingCounts(method, initialCounts, k),
      steps: 0,
      eta,
      batchSize,
      engine: '',
    });
  }

  /**
   * The model after the rows of `batch` (n x d), in their order: as if they had come at the end of those it
   * has learnt from.
   *
   * @param options `eta` as in {@link OnlineLearningOptions}, from here on; needed where a schedule was
   *   lost in JSON
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async partialFit(
    batch: Points | PointStream,
    options: ComputeOptions & {
      readonly eta?: OnlineRate;
      readonly sampleWeight?: ArrayLike<number>;
    } = {},
  ): Promise<OnlineKMeansModel> {
    options = checkOptions('partialFit', options, {
      ...RUNTIME_RULES,
      eta: RATE_RULE,
      sampleWeight: anObject,
    });
    const { runtime, signal, sampleWeight, eta = this.eta } = options;
    if (eta === 'schedule') {
      throw new InvalidArgumentError(
        'eta',
        `partialFit: this model was read from JSON, which cannot hold the schedule it learnt by; give eta again.`,
      );
    }
    signal?.throwIfAborted();
    const state = this.#state;
    const { k, columns, shift, batchSize } = state;
    const checked = await checkSource('batch', batch, { columns, shift }, signal);
    const weights = await checkWeights(sampleWeight, checked.shape[0]);
    return withEngine(runtime, checked, signal, async (backend) => {
      const random = undefined;
      const learning = { k, shift, eta, batchSize, weights, sampleWeight, random, signal };
      const after = await learn(backend, checked, state, learning);
      return new OnlineKMeansModel({ ...state, ...after, eta, engine: backend.description });
    });
  }

  /**
   * Everything but a schedule, as plain JSON: `OnlineKMeansModel.fromJSON(JSON.parse(JSON.stringify(model)))`.
   */
  toJSON(): OnlineKMeansJson {
    return record.toJSON(this.#state);
  }

  /**
   * A model from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): OnlineKMeansModel {
    return new OnlineKMeansModel(record.fromJSON(json));
  }
}
