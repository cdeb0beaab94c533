/** What mini-batch k-means returns, and how it learns on. */
import { nameClass } from '../../../host/class_name.js';
import { CentroidModel } from '../kmeans/centroid_model.js';
import type { ComputeOptions, PlacedCentroids } from '../kmeans/placed.js';
import {
  boolean,
  columns,
  entries,
  float32s,
  modelRecord,
  nonNegatives,
  offsets,
  rows,
  ruled,
  shape,
  text,
  word,
} from '../../fit/model_record.js';
import type { Metric } from '../../rows/load_options.js';
import { checkMatrix, type Points } from '../../rows/matrix.js';
import { type MiniBatchProgressState, step } from './mini_batch_step.js';
import { MINI_BATCH_DEFAULTS, ONLINE_RULES } from './options.js';
import { anObject, checkOptions, RUNTIME_RULES, wholeNumber } from '../../fit/options.js';
import { largestOf } from '../../rows/float16.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource, checkWeights } from '../../rows/points.js';
import { type GivenCentroids, meanCentroid, placeCentroids } from '../kmeans/start_centroids.js';
import { withRows } from '../../fit/engine.js';

/** How a model learns from batches. */
export interface OnlineOptions {
  /** 'euclidean' (default) or 'cosine'. */
  readonly metric?: Metric;
  /**
   * Centroids of less than this times the weight of the heaviest are now and then put on random rows
   * of the batch. Default 0.01; 0 for never.
   */
  readonly reassignmentRatio?: number;
  /** Whole number from 0 to 2^32 - 1, for those random rows. Default 0. */
  readonly seed?: number;
}

/** The state of a model; see {@link MiniBatchKMeansModel}. */
export interface MiniBatchState extends PlacedCentroids, Omit<MiniBatchProgressState, 'centroids'> {
  readonly reassignmentRatio: number;
  readonly seed: number;
  readonly converged: boolean;
  readonly engine: string;
}

/** A model as JSON. */
export type MiniBatchKMeansJson = ReturnType<typeof RECORD.toJSON>;

const count = ruled<number>(wholeNumber(0));
const RECORD = modelRecord('webgpu-clustering/mini-batch-kmeans', 'MiniBatchKMeansModel', {
  metric: word<Metric>('euclidean', 'cosine'),
  shape,
  shift: offsets(columns),
  centred: float32s(entries),
  weightSums: nonNegatives(rows),
  steps: count,
  rowsUnchecked: count,
  reassignmentRatio: ruled<number>(ONLINE_RULES.reassignmentRatio),
  seed: ruled<number>(ONLINE_RULES.seed),
  converged: boolean,
  engine: text,
});

/**
 * Centroids learnt batch by batch. Immutable: `partialFit` gives a new model. It keeps no labels;
 * `predict` gives those of any rows.
 */
export class MiniBatchKMeansModel extends CentroidModel {
  static {
    nameClass(this, 'MiniBatchKMeansModel');
  }
  /** The weight of the rows that each centroid is the mean of, [k]. */
  readonly weightSums: Float64Array;
  /** Batches learnt from. */
  readonly steps: number;
  /** The fit ended before `maxIter`; false where a batch was learnt since. */
  readonly converged: boolean;
  /** What ran the last step: the adapter, or 'cpu'; '' before the first. */
  readonly engine: string;
  readonly #state: MiniBatchState;

  constructor(state: MiniBatchState) {
    super(state);
    this.weightSums = state.weightSums;
    this.steps = state.steps;
    this.converged = state.converged;
    this.engine = state.engine;
    this.#state = state;
    Object.freeze(this);
  }

  /**
   * A model that has learnt from no rows yet, for data that only ever come in batches:
   * `model = await model.partialFit(batch)`.
   *
   * @param centroids k x d, where to start
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  static fromCentroids(
    centroids: GivenCentroids,
    options: OnlineOptions = {},
  ): MiniBatchKMeansModel {
    const checked = checkOptions('fromCentroids', options, ONLINE_RULES);
    const { metric = 'euclidean', reassignmentRatio = MINI_BATCH_DEFAULTS.reassignmentRatio } =
      checked;
    const [k] = checkMatrix('centroids', centroids, { shift: 'none' }).shape;
    const shift = meanCentroid('centroids', centroids, metric);
    return new MiniBatchKMeansModel({
      k,
      metric,
      shift,
      centred: placeCentroids('centroids', centroids, k, shift, metric),
      weightSums: new Float64Array(k),
      steps: 0,
      rowsUnchecked: 0,
      reassignmentRatio,
      seed: checked.seed ?? 0,
      converged: false,
      engine: '',
    });
  }

  /**
   * The model after one more step, on the rows of `batch` (n x d): each row moves the nearest centroid
   * towards itself, as far as makes it the mean of all rows it has owned. As scikit-learn's
   * `MiniBatchKMeans.partial_fit`.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async partialFit(
    batch: Points | PointStream,
    options: ComputeOptions & { readonly sampleWeight?: ArrayLike<number> } = {},
  ): Promise<MiniBatchKMeansModel> {
    options = checkOptions('partialFit', options, { ...RUNTIME_RULES, sampleWeight: anObject });
    const { signal } = options;
    signal?.throwIfAborted();
    const state = this.#state;
    const { metric, shift } = state;
    const rules = { columns: shift.length, shift, directions: metric === 'cosine' };
    const checked = await checkSource('batch', batch, rules, signal);
    const weights = await checkWeights(options.sampleWeight, checked.shape[0]);
    const load = {
      metric,
      shift,
      signal,
      extent: largestOf(state.centred),
      ...(weights ? { weights: weights.scaled } : {}),
    };
    return withRows(options.runtime, checked, load, async (session, engine) => {
      const before = { ...state, centroids: state.centred };
      const meanWeight = weights?.mean ?? 1;
      const { centroids, ...after } = (
        await step(session, before, { ...state, signal, meanWeight })
      ).state;
      return new MiniBatchKMeansModel({
        ...state,
        ...after,
        centred: centroids,
        converged: false,
        engine,
      });
    });
  }

  /** Everything, as plain JSON: `MiniBatchKMeansModel.fromJSON(JSON.parse(JSON.stringify(model)))`. */
  toJSON(): MiniBatchKMeansJson {
    return RECORD.toJSON({ ...this.#state, shape: this.centroids.shape });
  }

  /**
   * A model from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): MiniBatchKMeansModel {
    const { shape, ...state } = RECORD.fromJSON(json);
    return new MiniBatchKMeansModel({ ...state, k: shape[0] });
  }
}
