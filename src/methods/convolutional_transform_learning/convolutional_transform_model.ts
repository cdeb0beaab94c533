/** What convolutional transform learning returns. */
import { nameClass } from '../../../host/class_name.js';
import { ClusteringError, InvalidArgumentError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { isSize } from '../../fit/json_reader.js';
import {
  as,
  float32s,
  float64s,
  indices,
  modelRecord,
  number,
  type Part,
  ruled,
  size,
  text,
  word,
} from '../../fit/model_record.js';
import { checkOptions, RUNTIME_RULES, wholeNumber } from '../../fit/options.js';
import { weightLengths } from '../../networks/autoencoder_network.js';
import { type Chain, chain } from '../../networks/chain.js';
import { Convolution } from '../../networks/convolution.js';
import { type FilterPlan, type ImageSides, numbersOf } from '../../networks/images.js';
import type { Layer } from '../../networks/layer.js';
import { ParameterBlock } from '../../networks/parameter_block.js';
import { asPixels, asRows, Pooling } from '../../networks/pooling.js';
import { residentRows } from '../../networks/resident_rows.js';
import { standardized } from '../../networks/standardized.js';
import { mapRows } from '../../networks/train_autoencoder.js';
import { weightsPart } from '../../networks/weights_part.js';
import { type Activation, ACTIVATIONS } from '../../ops/algebra/activation.js';
import type { Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { distances, nearest } from '../deep_clustering/soft_assignment.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { warningsPart } from '../transform_learning/history.js';
import { wholeRows } from '../transform_learning/rows.js';

const MODEL = 'ConvolutionalTransformModel';

/** A layer of filters, perhaps followed by the largest of windows of `pool` pixels a side. */
export interface TransformLayer extends FilterPlan {
  readonly filters: number;
  readonly pool: number;
}

export interface TransformPlan {
  readonly image: ImageSides;
  readonly layers: readonly TransformLayer[];
  readonly activation: Activation;
}

/** From rows of images to rows of features, and the layers of filters in it. */
export interface TransformNetwork {
  readonly all: Chain;
  readonly filters: readonly Convolution[];
}

/** @throws ShapeError where a filter does not fit, or windows do not divide */
export function transformNetwork({ image, layers, activation }: TransformPlan): TransformNetwork {
  const all: Layer[] = [asPixels(image)];
  const filters: Convolution[] = [];
  let made = image;
  layers.forEach((plan, i) => {
    // What the last gives is what Z is beside.
    const own = i === layers.length - 1 ? 'linear' : activation;
    const layer = new Convolution({ ...plan, image: made, activation: own, hasBias: false });
    ({ made } = layer);
    filters.push(layer);
    all.push(layer);
    if (plan.pool === 1) return;
    const across = plan.pool;
    const down = made.down === 1 ? 1 : plan.pool;
    const pooling = new Pooling({ image: made, kind: 'max', size: [down, across] });
    ({ made } = pooling);
    all.push(pooling);
  });
  return { all: chain([...all, asRows(made)]), filters };
}

/** After one epoch: means over all rows and features, but for the last. */
export interface ConvolutionalProgress {
  readonly loss: number;
  /** |T x - Z|^2. */
  readonly misfit: number;
  /** Of Z to the centres of its clusters, weighted. */
  readonly clustering: number;
  /** shrinkage |T|^2 - penalty sum log s, summed over all layers. */
  readonly regularity: number;
}

type Row = readonly [misfit: number, clustering: number, regularity: number];

const historyPart: Part<readonly ConvolutionalProgress[], readonly Row[]> = {
  write: (history) =>
    history.map(({ misfit, clustering, regularity }) => [misfit, clustering, regularity]),
  read: (reader, name) =>
    reader
      .part(
        name,
        'rows of [misfit, clustering, regularity]',
        (value): value is Row[] =>
          Array.isArray(value) &&
          value.every(
            (row) => Array.isArray(row) && row.length === 3 && row.every(Number.isFinite),
          ),
      )
      .map(([misfit, clustering, regularity]) => ({
        ...{ loss: misfit + clustering + regularity, misfit, clustering, regularity },
      })),
};

const sizes = (value: unknown): value is ImageSides => {
  const { down, across, channels } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return [down, across, channels].every(isSize);
};

const imagePart: Part<ImageSides> = {
  write: (image) => image,
  read: (reader, name) => reader.part(name, '{ down, across, channels }', sizes),
};

const isLayer = (value: unknown): value is TransformLayer => {
  const { filters, kernel, stride, padding, pool } = (value ?? {}) as Readonly<
    Record<string, unknown>
  >;
  return (
    Array.isArray(kernel) &&
    kernel.length === 2 &&
    [filters, stride, pool, ...(kernel as readonly unknown[])].every(isSize) &&
    (padding === 'same' || padding === 'valid')
  );
};

const layersPart: Part<readonly TransformLayer[]> = {
  write: (layers) => layers,
  read: (reader, name) =>
    reader.part(
      name,
      'a list of { filters, kernel, stride, padding, pool }',
      (value): value is TransformLayer[] =>
        Array.isArray(value) && value.length > 0 && value.every(isLayer),
    ),
};

const networkOf = (known: Readonly<Record<string, unknown>>) =>
  transformNetwork(known as unknown as TransformPlan);

const columnsOf = (known: Readonly<Record<string, unknown>>) => networkOf(known).all.outputs;

const count: Part<number> = ruled(wholeNumber(0));

const RECORD = modelRecord('webgpu-clustering/convolutional-transform', MODEL, {
  image: imagePart,
  layers: layersPart,
  activation: word<Activation>(...ACTIVATIONS),
  shift: float64s(({ image }) => numbersOf(image as ImageSides)),
  spread: number,
  weights: weightsPart((known) => weightLengths(networkOf(known).all)),
  singularValues: float64s(({ layers }) => (layers as readonly unknown[]).length),
  n: size,
  features: float32s((known) => as('n')(known) * columnsOf(known)),
  k: count,
  labels: indices(as('k'), (known) => (known.k === 0 ? 0 : as('n')(known))),
  centres: float32s((known) => as('k')(known) * columnsOf(known)),
  history: historyPart,
  warnings: warningsPart,
  engine: text,
});

/** A model as JSON. */
export type ConvolutionalTransformJson = ReturnType<typeof RECORD.toJSON>;
export type ConvolutionalTransformState = ReturnType<typeof RECORD.fromJSON>;

/** The filters of a layer. */
export interface Filters extends Matrix {
  /** Their sides in pixels, and numbers of a pixel: a row of `data` is (down, across, channels). */
  readonly kernel: readonly [down: number, across: number];
  readonly channels: number;
}

/** A picture, RGBA, as ImageData takes it. */
export interface FilterPicture {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Filters that no two rows of images need alike, and what they make of the rows of the fit. Immutable. */
export class ConvolutionalTransformModel {
  static {
    nameClass(this, MODEL);
  }
  /** What the last layer makes of each row, none below 0, n x features. */
  readonly features: Matrix;
  /** Of each layer. */
  readonly filters: readonly Filters[];
  /** The smallest singular value of each layer's filters: above 0, no filter is a sum of others. */
  readonly smallestSingularValues: Float64Array;
  /** With `k`: the cluster of each row, [n]. */
  readonly labels: Uint32Array | undefined;
  /** With `k`: the mean features of each cluster, k x features. */
  readonly centroids: Matrix | undefined;
  readonly history: readonly ConvolutionalProgress[];
  /** What has collapsed, if anything: a sentence each, with its figure. */
  readonly warnings: readonly string[];
  /** What ran the fit: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #state: ConvolutionalTransformState;

  /** @internal use {@link convolutionalTransformLearning} or {@link ConvolutionalTransformModel.fromJSON} */
  constructor(state: ConvolutionalTransformState) {
    const { n, k, features, weights } = state;
    const network = transformNetwork(state);
    const columns = network.all.outputs;
    this.#state = state;
    this.features = { data: features, shape: [n, columns] };
    this.filters = network.filters.map(({ parameters: [weight] }, l) => ({
      data: transposed(weights[l], weight.rows, weight.columns),
      shape: [weight.columns, weight.rows],
      kernel: state.layers[l].kernel,
      channels: l === 0 ? state.image.channels : state.layers[l - 1].filters,
    }));
    this.smallestSingularValues = state.singularValues;
    this.labels = k > 0 ? state.labels : undefined;
    this.centroids = k > 0 ? { data: state.centres, shape: [k, columns] } : undefined;
    this.history = state.history;
    this.warnings = state.warnings;
    this.engine = state.engine;
    Object.freeze(this);
  }

  /**
   * The features of each row of `points` (n x d), none below 0.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async transform(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    const { runtime, signal } = checkOptions('transform', options, RUNTIME_RULES);
    signal?.throwIfAborted();
    const { image, weights } = this.#state;
    const rows = wholeRows('transform', points, numbersOf(image));
    const { all } = transformNetwork(this.#state);
    return withAlgebra(runtime, rows, signal, async (algebra) => {
      const held = await residentRows(algebra, standardized(rows, this.#state), rows.shape);
      const block = await ParameterBlock.create(algebra, all.layers, weights, false);
      const values = await mapRows(algebra, held, all, [block]);
      const data = values.map((value) => Math.max(value, 0));
      return { data, shape: [rows.shape[0], all.outputs] };
    });
  }

  /**
   * With `k`: the cluster of each row of `points`, that with the nearest mean features, [n].
   *
   * @throws as `transform`; ClusteringError where the fit made no clusters
   */
  async predict(points: Points | PointStream, options: ComputeOptions = {}): Promise<Uint32Array> {
    const { k, centres } = this.#state;
    if (k === 0)
      throw new ClusteringError('no-clusters', 'This model has no clusters; fit it with k.');
    const { data, shape } = await this.transform(points, options);
    return nearest(distances({ codes: data, centres, k, columns: shape[1] }), k);
  }

  /**
   * The filters of a layer side by side, a pixel between two, grey by the mean over their channels: the largest magnitude
   * of the layer is white, its negative black.
   *
   * @throws InvalidArgumentError where there is no such layer
   */
  picture(layer = 0): FilterPicture {
    const { length } = this.filters;
    if (!Number.isSafeInteger(layer) || layer < 0 || layer >= length) {
      throw new InvalidArgumentError(
        'layer',
        `picture: layer is ${layer}, but must be a whole number from 0 to ${length - 1}.`,
      );
    }
    const { data, shape, kernel, channels } = this.filters[layer];
    const [count, terms] = shape;
    const [down, across] = kernel;
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    const [width, height] = [count * (across + 1) - 1, down];
    const pixels = new Uint8ClampedArray(4 * width * height);
    for (let f = 0; f < count; f++) {
      for (let p = 0; p < down * across; p++) {
        const first = f * terms + p * channels;
        const sum = data.subarray(first, first + channels).reduce((all, value) => all + value, 0);
        const grey = 127.5 * (1 + sum / channels / largest);
        const x = f * (across + 1) + (p % across);
        pixels.set([grey, grey, grey, 255], 4 * (Math.floor(p / across) * width + x));
      }
    }
    return { data: pixels, width, height };
  }

  toJSON(): ConvolutionalTransformJson {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): ConvolutionalTransformModel {
    return new ConvolutionalTransformModel(RECORD.fromJSON(json));
  }
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  return Float32Array.from(
    values,
    (_, at) => values[(at % rows) * columns + Math.floor(at / rows)],
  );
}
