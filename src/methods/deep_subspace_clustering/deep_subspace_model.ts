/** What deep subspace clustering returns. */
import { nameClass } from '../../../host/class_name.js';
import {
  entries,
  float32s,
  indices,
  modelRecord,
  type Part,
  rows,
  shape,
  size,
  text,
  word,
} from '../../fit/model_record.js';
import type { Matrix } from '../../rows/matrix.js';
import { warningsPart } from '../transform_learning/history.js';
import { DEEP_SUBSPACE_METHODS, type DeepSubspaceMethod } from './options.js';

const MODEL = 'DeepSubspaceModel';

/** After one step with all rows: sums over them, in standardized units. */
export interface ExpressionProgress {
  readonly loss: number;
  /** What the loss is made of. */
  readonly reconstruction: number;
  readonly expression: number;
  readonly penalty: number;
}

type Row = readonly [reconstruction: number, expression: number, penalty: number];

const expressionHistory: Part<readonly ExpressionProgress[], readonly Row[]> = {
  write: (history) =>
    history.map(({ reconstruction, expression, penalty }) => [reconstruction, expression, penalty]),
  read: (reader, name) =>
    reader
      .part(
        name,
        'rows of [reconstruction, expression, penalty]',
        (value): value is Row[] =>
          Array.isArray(value) &&
          value.every(
            (row) => Array.isArray(row) && row.length === 3 && row.every(Number.isFinite),
          ),
      )
      .map(([reconstruction, expression, penalty]) => ({
        ...{ loss: reconstruction + expression + penalty, reconstruction, expression, penalty },
      })),
};

const labelsPart = indices((known) => Number(known.k), rows);

const RECORD = modelRecord('webgpu-clustering/deep-subspace', MODEL, {
  shape,
  k: size,
  method: word(...DEEP_SUBSPACE_METHODS),
  labels: labelsPart,
  plainLabels: labelsPart,
  coefficients: float32s((known) => rows(known) ** 2),
  embedding: float32s(entries),
  history: expressionHistory,
  warnings: warningsPart,
  engine: text,
});

/** A model as JSON. */
export type DeepSubspaceJson = ReturnType<typeof RECORD.toJSON>;
export type DeepSubspaceState = ReturnType<typeof RECORD.fromJSON>;

/** Rows in clusters, whose codes express one another. Immutable. */
export class DeepSubspaceModel {
  static {
    nameClass(this, MODEL);
  }
  readonly k: number;
  readonly method: DeepSubspaceMethod;
  /** The cluster of each row, [n]. */
  readonly labels: Uint32Array;
  /** Of 'dscnet': those of |C| + |C|', without its post-processing; of 'party' `labels`. */
  readonly plainLabels: Uint32Array;
  /** By which rows each code is expressed, n x n, row i that of row i. */
  readonly coefficients: Matrix;
  /** The code of each row, n x columns. */
  readonly embedding: Matrix;
  readonly history: readonly ExpressionProgress[];
  /** What has collapsed, if anything: a sentence each, with its figure. */
  readonly warnings: readonly string[];
  /** What ran the fit: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #state: DeepSubspaceState;

  /** @internal use {@link deepSubspaceClustering} or {@link DeepSubspaceModel.fromJSON} */
  constructor(state: DeepSubspaceState) {
    const [n] = state.shape;
    this.#state = state;
    this.k = state.k;
    this.method = state.method;
    this.labels = state.labels;
    this.plainLabels = state.plainLabels;
    this.coefficients = { data: state.coefficients, shape: [n, n] };
    this.embedding = { data: state.embedding, shape: state.shape };
    this.history = state.history;
    this.warnings = state.warnings;
    this.engine = state.engine;
    Object.freeze(this);
  }

  toJSON(): DeepSubspaceJson {
    return RECORD.toJSON(this.#state);
  }

  /** @throws InvalidArgumentError naming the part that is missing or wrong */
  static fromJSON(json: unknown): DeepSubspaceModel {
    return new DeepSubspaceModel(RECORD.fromJSON(json));
  }
}
