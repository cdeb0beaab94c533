/** A codebook, and what was said in its codes. */
import { nameClass } from '../../../host/class_name.js';
import { plural, show } from '../../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../../errors.js';
import {
  as,
  float32s,
  indices,
  modelRecord,
  number,
  type Part,
  shape,
  size,
  text,
} from '../../fit/model_record.js';
import { assign } from '../../ops/clustering/assign.js';
import type { Matrix, Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { type ComputeOptions, withPlaced } from '../kmeans/placed.js';
import { meanCentroid } from '../kmeans/start_centroids.js';
import { packCodes } from './pack_codes.js';
import { columnsOf, partOf } from './subspaces.js';

/** Rows in codes. */
export interface EncodedVectors {
  /** For each row the entry of each sub-space's codebook that stands for it, [n][subspaces]. */
  readonly codes: Uint32Array;
  /** The same in log2 k bits each: see packCodes. */
  readonly packed: Uint8Array;
  /** [rows, columns] of what was encoded. */
  readonly shape: readonly [rows: number, columns: number];
  /** The mean over the rows of the squared distance to what they decode to. */
  readonly distortion: number;
  /** (N M log2 K + K C D) / (N D): what codes and codebook take of each of N D values. */
  readonly bitsPerValue: number;
}

export interface VectorQuantizerState {
  readonly k: number;
  readonly subspaces: number;
  readonly valueBits: number;
  /** [rows, columns] of the rows whose codes these are. */
  readonly shape: readonly [rows: number, columns: number];
  /** The codebooks of all sub-spaces one after the other, k x columns in all. */
  readonly codebook: Float32Array;
  /** [rows][subspaces] */
  readonly codes: Uint32Array;
  readonly distortion: number;
  readonly engine: string;
}

const isBits = (value: unknown): value is number => value === 8 || value === 32;
const valueBitsPart: Part<number> = {
  write: (bits) => bits,
  read: (reader, name) => reader.part(name, '8 or 32', isBits),
};

const RECORD = modelRecord('webgpu-clustering/vector-quantizer', 'VectorQuantizer', {
  k: size,
  subspaces: size,
  valueBits: valueBitsPart,
  shape,
  codebook: float32s((known) => Number(known.k) * (known.shape as number[])[1]),
  codes: indices(as('k'), (known) => (known.shape as number[])[0] * Number(known.subspaces)),
  distortion: number,
  engine: text,
});

/** A quantizer as JSON. */
export type VectorQuantizerJson = ReturnType<typeof RECORD.toJSON>;

/** A fitted vector quantizer. Immutable. */
export class VectorQuantizer {
  static {
    nameClass(this, 'VectorQuantizer');
  }
  /** Entries of each codebook. */
  readonly k: number;
  /** log2 k: what a code takes. */
  readonly codeBits: number;
  /** Parts of the columns that have a codebook each; 1 for plain vector quantization. */
  readonly subspaces: number;
  /** Bits of a number in a codebook: 32 (float32) or 8. */
  readonly valueBits: number;
  /** The codebook of each sub-space, [subspaces] of k x its columns. */
  readonly codebooks: readonly Matrix[];
  /** The rows of the fit. */
  readonly encoded: EncodedVectors;
  /** The codes of the rows of the fit, [n][subspaces]. */
  readonly codes: Uint32Array;
  /** Of the rows of the fit; see EncodedVectors. */
  readonly distortion: number;
  readonly bitsPerValue: number;
  /** What ran the fit: the adapter's name, or 'cpu'. */
  readonly engine: string;
  readonly #state: VectorQuantizerState;

  constructor(state: VectorQuantizerState) {
    const { k, subspaces, shape, codes, distortion } = state;
    this.#state = state;
    this.k = k;
    this.codeBits = Math.log2(k);
    this.subspaces = subspaces;
    this.valueBits = state.valueBits;
    const [, d] = shape;
    this.codebooks = columnsOf(d, subspaces).map(([first, end]) => ({
      data: state.codebook.slice(k * first, k * end),
      shape: [k, end - first],
    }));
    this.encoded = this.#encoded(codes, shape, distortion);
    this.codes = codes;
    this.distortion = distortion;
    this.bitsPerValue = this.encoded.bitsPerValue;
    this.engine = state.engine;
    Object.freeze(this);
  }

  #encoded(
    codes: Uint32Array,
    shape: readonly [rows: number, columns: number],
    distortion: number,
  ): EncodedVectors {
    const { k, codeBits, subspaces, valueBits } = this;
    const [n, d] = shape;
    const bits = n * subspaces * codeBits + k * d * valueBits;
    return { codes, packed: packCodes(codes, k), shape, distortion, bitsPerValue: bits / (n * d) };
  }

  /**
   * For each row of `points` (n x d) the nearest entry of each codebook, ties to the lowest. A stream is read
   * once for each sub-space.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input
   */
  async encode(
    points: Points | PointStream,
    options: ComputeOptions = {},
  ): Promise<EncodedVectors> {
    const { subspaces } = this;
    const [, d] = this.#state.shape;
    let codes = new Uint32Array(0);
    let squares = 0;
    let n = 0;
    for (const [m, [first, end]] of columnsOf(d, subspaces).entries()) {
      const part = subspaces === 1 ? points : await partOf(points, first, end, d);
      const found = await nearest(this.codebooks[m], part, options);
      n = found.labels.length;
      if (m === 0) codes = new Uint32Array(n * subspaces);
      for (let i = 0; i < n; i++) codes[i * subspaces + m] = found.labels[i];
      squares += found.inertia;
    }
    return this.#encoded(codes, [n, d], squares / n);
  }

  /**
   * The rows that codes stand for, n x d.
   *
   * @param encoded what `encode` gave, or codes, [n][subspaces]
   * @throws InvalidArgumentError, ShapeError
   */
  decode(encoded: EncodedVectors | ArrayLike<number> = this.encoded): Matrix {
    const codes = 'codes' in encoded ? encoded.codes : encoded;
    const { k, subspaces, codebooks } = this;
    const n = codes.length / subspaces;
    if (!Number.isInteger(n) || n === 0) {
      throw new ShapeError(
        `there are ${codes.length} codes; a row has ${subspaces}: give whole rows, one at least.`,
      );
    }
    const [, d] = this.#state.shape;
    const data = new Float32Array(n * d);
    columnsOf(d, subspaces).forEach(([first, end], m) => {
      const { data: entriesOf } = codebooks[m];
      const width = end - first;
      for (let i = 0; i < n; i++) {
        const code = codes[i * subspaces + m];
        if (!(Number.isInteger(code) && code >= 0 && code < k)) {
          throw new InvalidArgumentError(
            'codes',
            `codes[${i * subspaces + m}] is ${show(code)}; codes must be whole numbers from 0 to ${k - 1}.`,
          );
        }
        const at = i * d + first;
        for (let j = 0; j < width; j++) data[at + j] = entriesOf[code * width + j];
      }
    });
    return { data, shape: [n, d] };
  }

  /** Everything, as plain JSON. */
  toJSON(): VectorQuantizerJson {
    return RECORD.toJSON(this.#state);
  }

  /**
   * A quantizer from what `toJSON` gave.
   *
   * @throws InvalidArgumentError naming the part that is missing or wrong
   */
  static fromJSON(json: unknown): VectorQuantizer {
    const state = RECORD.fromJSON(json);
    checkSubspaces('VectorQuantizer', state.subspaces, state.shape[1]);
    return new VectorQuantizer(state);
  }
}

/** @throws InvalidArgumentError where there are more sub-spaces than columns */
export function checkSubspaces(method: string, subspaces: number, columns: number): void {
  if (subspaces <= columns) return;
  throw new InvalidArgumentError(
    'subspaces',
    `${method}: subspaces is ${subspaces}, but there ${plural(columns, 'is', 'are')} only ${columns} ${plural(columns, 'column')}; give 1 to ${columns}.`,
  );
}

/** The nearest entry of a codebook for each row, and the sum of their squared distances. */
export function nearest(
  { data, shape: [k, columns] }: Matrix,
  points: Points | PointStream,
  options: ComputeOptions,
): Promise<{ readonly labels: Uint32Array; readonly inertia: number }> {
  const shift = meanCentroid('codebook', { data, shape: [k, columns] }, 'euclidean');
  const centred = Float32Array.from(data, (value, at) => value - shift[at % columns]);
  const placed = { k, metric: 'euclidean', shift, centred } as const;
  return withPlaced(placed, 'encode', points, options, (session) =>
    session.run(assign, centred, k, options.signal),
  );
}
