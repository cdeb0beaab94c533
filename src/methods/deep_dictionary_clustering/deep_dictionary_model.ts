/** What deep dictionary clustering returns. */
import { IterativeModel } from '../transform_learning/iterative_model.js';
import { nameClass } from '../../../host/class_name.js';
import {
  boolean,
  float32s,
  indices,
  modelRecord,
  type Part,
  size,
  text,
} from '../../fit/model_record.js';
import type { Centroids, Matrix } from '../../rows/matrix.js';
import {
  objectiveHistory,
  type ObjectiveProgress,
  warningsPart,
} from '../transform_learning/history.js';

const MODEL = 'DeepDictionaryModel';

interface LayerState {
  readonly atoms: Float64Array;
  readonly shape: readonly [number, number];
}
type LayerJson = readonly (readonly number[])[];

/** One to four dictionaries by their atoms, each as wide as there are atoms in the one before. */
const layersPart: Part<readonly LayerState[], readonly LayerJson[]> = {
  write: (layers) =>
    layers.map(({ atoms, shape: [k, d] }) =>
      Array.from({ length: k }, (_, j) => [...atoms.subarray(j * d, (j + 1) * d)]),
    ),
  read(reader, name, known) {
    const isLayer = (value: unknown, d: number): value is number[][] =>
      Array.isArray(value) &&
      value.length >= 1 &&
      value.every(
        (atom) => Array.isArray(atom) && atom.length === d && atom.every(Number.isFinite),
      );
    const layers = reader.part(
      name,
      '1 to 4 lists of atoms, each as long as there are atoms before',
      (value): value is number[][][] =>
        Array.isArray(value) &&
        value.length >= 1 &&
        value.length <= 4 &&
        value.every((layer, q) =>
          isLayer(layer, q === 0 ? Number(known.d) : (value[q - 1] as unknown[]).length),
        ),
    );
    return layers.map((layer) => ({
      atoms: Float64Array.from(layer.flat()),
      shape: [layer.length, layer[0].length],
    }));
  },
};

const RECORD = modelRecord('webgpu-clustering/deep-dictionary', MODEL, {
  d: size,
  k: size,
  labels: indices((known) => Number(known.k)),
  layers: layersPart,
  representation: float32s((known) => {
    const layers = known.layers as readonly LayerState[];
    return (known.labels as Uint32Array).length * layers[layers.length - 1].shape[0];
  }),
  history: objectiveHistory,
  converged: boolean,
  warnings: warningsPart,
  engine: text,
});

/** A model as JSON. */
export type DeepDictionaryJson = ReturnType<typeof RECORD.toJSON>;
export type DeepDictionaryState = ReturnType<typeof RECORD.fromJSON>;

/** Dictionaries one upon the other, and clusters of their last codes. It knows no other rows. Immutable. */
export class DeepDictionaryModel extends IterativeModel<ObjectiveProgress> {
  static {
    nameClass(this, MODEL);
  }
  readonly k: number;
  /** The cluster of each row, [n]. */
  readonly labels: Uint32Array;
  /** D_1, D_2 ...: atoms as rows, of length 1 at most. */
  readonly layers: readonly Centroids[];
  /** The codes of the last layer, one row a point. */
  readonly representation: Matrix;
  readonly #state: DeepDictionaryState;

  /** @internal use {@link deepDictionaryClustering} or {@link DeepDictionaryModel.fromJSON} */
  constructor(state: DeepDictionaryState) {
    super(state);
    const { labels, layers, representation } = state;
    this.#state = state;
    this.k = state.k;
    this.labels = labels;
    this.layers = Object.freeze(layers.map(({ atoms, shape }) => ({ data: atoms, shape })));
    this.representation = {
      data: representation,
      shape: [labels.length, layers[layers.length - 1].shape[0]],
    };
    Object.freeze(this);
  }

  toJSON(): DeepDictionaryJson {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): DeepDictionaryModel {
    return new DeepDictionaryModel(RECORD.fromJSON(json));
  }
}
