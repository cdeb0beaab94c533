/** What an autoencoder's fit returns. */
import { nameClass } from '../../../host/class_name.js';
import { withAlgebra } from '../../fit/algebra.js';
import {
  as,
  boolean,
  float64s,
  modelRecord,
  number,
  type Part,
  ruled,
  size,
  text,
  word,
} from '../../fit/model_record.js';
import { checkOptions, RUNTIME_RULES } from '../../fit/options.js';
import {
  autoencoderNetwork,
  type AutoencoderPlan,
  type FilterLayer,
  weightLengths,
} from '../../networks/autoencoder_network.js';
import type { ImageSides } from '../../networks/images.js';
import { chain } from '../../networks/chain.js';
import { ParameterBlock } from '../../networks/parameter_block.js';
import { type ResidentRows, residentRows } from '../../networks/resident_rows.js';
import { restored, standardized } from '../../networks/standardized.js';
import { mapRows } from '../../networks/train_autoencoder.js';
import { weightsPart } from '../../networks/weights_part.js';
import { type Activation, ACTIVATIONS } from '../../ops/algebra/activation.js';
import type { Algebra } from '../../ops/algebra/algebra.js';
import type { Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { wholeRows } from '../transform_learning/rows.js';
import { isSize } from '../../fit/json_reader.js';
import { NETWORK_RULES } from './options.js';

const MODEL = 'AutoencoderModel';

/** After one epoch. */
export interface LossProgress {
  /** The mean over all rows, in standardized units. */
  readonly loss: number;
}

/** Losses, epoch by epoch. */
export const lossHistory: Part<readonly LossProgress[], readonly number[]> = {
  write: (history) => history.map(({ loss }) => loss),
  read: (reader, name) =>
    reader
      .part(
        name,
        'a list of finite numbers',
        (value): value is number[] => Array.isArray(value) && value.every(Number.isFinite),
      )
      .map((loss) => ({ loss })),
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Of models of images only. */
const imagePart: Part<ImageSides | undefined> = {
  write: (image) => image,
  read: (reader, name) =>
    reader.part(
      name,
      '{ down, across, channels } of whole numbers >= 1, where it is there',
      (value): value is ImageSides | undefined =>
        value === undefined ||
        (isRecord(value) && [value.down, value.across, value.channels].every(isSize)),
    ),
};

const isFilterLayer = (value: unknown): value is FilterLayer =>
  isRecord(value) &&
  Array.isArray(value.kernel) &&
  value.kernel.length === 2 &&
  [value.filters, value.stride, ...(value.kernel as readonly unknown[])].every(isSize) &&
  (value.padding === 'same' || value.padding === 'valid');

const filtersPart: Part<readonly FilterLayer[] | undefined> = {
  write: (filters) => filters,
  read: (reader, name) =>
    reader.part(
      name,
      'a list of { filters, kernel, stride, padding }, where it is there',
      (value): value is readonly FilterLayer[] | undefined =>
        value === undefined || (Array.isArray(value) && value.every(isFilterLayer)),
    ),
};

const networkOf = (known: Readonly<Record<string, unknown>>) =>
  autoencoderNetwork(known as unknown as AutoencoderPlan);

const RECORD = modelRecord('webgpu-clustering/autoencoder', MODEL, {
  columns: size,
  layers: ruled<readonly number[]>(NETWORK_RULES.layers),
  embeddingSize: size,
  activation: word<Activation>(...ACTIVATIONS),
  outputActivation: word<Activation>(...ACTIVATIONS),
  tied: boolean,
  image: imagePart,
  filters: filtersPart,
  shift: float64s(as('columns')),
  spread: number,
  encoder: weightsPart((known) => weightLengths(networkOf(known).encoder)),
  decoder: weightsPart((known) => weightLengths(networkOf(known).decoder)),
  history: lossHistory,
  engine: text,
});

/** A model as JSON. */
export type AutoencoderJson = ReturnType<typeof RECORD.toJSON>;
export type AutoencoderState = ReturnType<typeof RECORD.fromJSON>;

/** An encoder and a decoder. Immutable. */
export class AutoencoderModel {
  static {
    nameClass(this, MODEL);
  }
  readonly embeddingSize: number;
  /** Widths of the layers between rows and code. */
  readonly layers: readonly number[];
  /** Of the last epoch. */
  readonly loss: number;
  readonly epochs: number;
  readonly history: readonly LossProgress[];
  /** What ran the fit: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #state: AutoencoderState;

  /** @internal use {@link autoencoder} or {@link AutoencoderModel.fromJSON} */
  constructor(state: AutoencoderState) {
    this.#state = state;
    this.embeddingSize = state.embeddingSize;
    this.layers = state.layers;
    this.history = state.history;
    this.epochs = state.history.length;
    this.loss = state.history.at(-1)?.loss ?? Number.NaN;
    this.engine = state.engine;
    Object.freeze(this);
  }

  /** @internal */
  get state(): AutoencoderState {
    return this.#state;
  }

  /**
   * The code of each row of `points` (n x d), n x embeddingSize.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  encode(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    return this.#map('encode', points, options);
  }

  /**
   * What each code (n x embeddingSize) stands for, n x d in the units of the points.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  decode(codes: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    return this.#map('decode', codes, options);
  }

  /**
   * What is left of each row of `points` after its code, n x d.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  reconstruct(points: Points | PointStream, options: ComputeOptions = {}): Promise<Matrix> {
    return this.#map('reconstruct', points, options);
  }

  async #map(
    method: 'encode' | 'decode' | 'reconstruct',
    points: Points | PointStream,
    options: ComputeOptions,
  ): Promise<Matrix> {
    const { runtime, signal } = checkOptions(method, options, RUNTIME_RULES);
    signal?.throwIfAborted();
    const { columns, embeddingSize } = this.#state;
    const width = method === 'decode' ? embeddingSize : columns;
    const rows = wholeRows(method, points, width);
    const [n] = rows.shape;
    const given = method === 'decode' ? rows.data : standardized(rows, this.#state);
    return withAlgebra(runtime, rows, signal, async (algebra) => {
      const held = await residentRows(algebra, given, [n, width]);
      const values = await mapBy(algebra, held, this.#state, method);
      if (method === 'encode') return { data: values, shape: [n, embeddingSize] };
      return { data: restored(values, this.#state), shape: [n, columns] };
    });
  }

  toJSON(): AutoencoderJson {
    return RECORD.toJSON(this.#state);
  }

  /**
   * The weights as a safetensors file, under the names and in the shapes that PyTorch gives those of
   * `nn.Linear`: `encoder.0.weight` is outputs x inputs. What else there is to the model is in its metadata.
   */
  async toSafetensors(): Promise<Uint8Array<ArrayBuffer>> {
    const { toSafetensors } = await import('./tensors.js');
    return toSafetensors(this.#state, this.toJSON());
  }

  /**
   * A model of what {@link toSafetensors} gave, or of the dense weights `encoder.N.weight`, `.bias`, `decoder.N...` of
   * another program: with ReLU between layers, for rows as they are.
   *
   * @throws InvalidArgumentError where the bytes are no such file
   */
  static async fromSafetensors(bytes: Uint8Array): Promise<AutoencoderModel> {
    const { jsonOfSafetensors } = await import('./tensors.js');
    return AutoencoderModel.fromJSON(jsonOfSafetensors(bytes));
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): AutoencoderModel {
    return new AutoencoderModel(RECORD.fromJSON(json));
  }
}

/** @param rows standardized, or codes */
export async function mapBy(
  algebra: Algebra,
  rows: ResidentRows,
  state: AutoencoderState,
  method: 'encode' | 'decode' | 'reconstruct',
): Promise<Float32Array> {
  const { encoder, decoder } = autoencoderNetwork(state);
  const layers = {
    encode: encoder,
    decode: decoder,
    reconstruct: chain([...encoder.layers, ...decoder.layers]),
  }[method];
  // A tied decoder needs the encoder's, too.
  const blocks = [
    await ParameterBlock.create(algebra, encoder.layers, state.encoder, false),
    await ParameterBlock.create(algebra, decoder.layers, state.decoder, false),
  ];
  const values = await mapRows(algebra, rows, layers, blocks);
  for (const block of blocks) block.free();
  return values;
}
