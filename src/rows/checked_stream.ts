/** A caller's stream of rows, which is read and checked block by block. */
import { plural, show } from '../../host/show.js';
import { InvalidArgumentError, ShapeError } from '../errors.js';
import { directionShift, spreadRows } from './directions.js';
import {
  addRows,
  type CheckedMatrix,
  checkShape,
  type MatrixRules,
  meansOf,
  type RawRows,
  readRows,
  toFloat32,
} from './matrix.js';
import { iterated, type PointStream } from './point_stream.js';

/** Rows of a block where some of them are picked. */
const SAMPLED_ROWS = 1024;

/** A caller's stream, each block of it checked whenever it is read. */
export class CheckedStream {
  readonly shape: readonly [rows: number, columns: number];
  /** What was already subtracted from every row, as in CheckedMatrix. */
  readonly shift?: Float64Array;
  readonly #what: string;
  readonly #stream: PointStream;
  readonly #rules: MatrixRules;
  readonly #exact: boolean;
  readonly #signal: AbortSignal | undefined;
  /** What blocks of rows looked like when they were first read. */
  readonly #prints = new Map<string, number>();
  #largest = 0;
  #isSeen = false;

  private constructor(
    what: string,
    stream: PointStream,
    shape: readonly [number, number],
    rules: MatrixRules,
    exact: boolean,
    shift: Float64Array | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.shape = shape;
    if (shift) this.shift = shift;
    this.#what = what;
    this.#stream = stream;
    this.#rules = rules;
    this.#exact = exact;
    this.#signal = signal;
  }

  /** Rows of a matrix, for a device that is not to hold them all: the same rows, bit for bit. */
  static ofMatrix({ data, shape, shift }: CheckedMatrix): CheckedStream {
    const stream = { shape, blocks: () => [data] };
    const rules = { columns: shape[1], shift: 'none' } as const;
    return new CheckedStream('points', stream, shape, rules, true, shift, undefined);
  }

  /**
   * Looks at the first block. Numbers that float32 may not hold take a pass here, for their column
   * means in float64, as in `checkMatrix`.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError
   */
  static async open(
    what: string,
    stream: PointStream,
    rules: MatrixRules = {},
    signal?: AbortSignal,
  ): Promise<CheckedStream> {
    const shape = checkShape(what, stream.shape);
    if (typeof stream.blocks !== 'function') {
      throw new InvalidArgumentError(
        what,
        `${what}.blocks is ${show(stream.blocks)}; give a function that starts a pass over the rows.`,
      );
    }
    const [n, d] = shape;
    if (rules.columns !== undefined && d !== rules.columns) {
      throw new ShapeError(
        `${what} has ${d} ${plural(d, 'column')}, but ${rules.columns} ${plural(rules.columns, 'is', 'are')} needed.`,
      );
    }
    const fixed: PointStream = { shape, blocks: () => stream.blocks() };
    const passes = { what, stream: fixed, signal };
    for await (const first of rawBlocks(passes)) {
      let shift = rules.shift ?? 'none';
      if (!first.exact && rules.shift === undefined && rules.directions) {
        shift = await shiftOfStreamed(passes, first.exact);
      } else if (!first.exact && rules.shift === undefined) {
        const sums = new Float64Array(d);
        for await (const { source } of rawBlocks(passes, first.exact)) addRows(source, sums);
        shift = meansOf(sums, n);
      }
      const used = { columns: d, shift, ...(rules.directions ? { directions: true } : {}) };
      const subtracted = toFloat32(what, first, used).shift;
      return new CheckedStream(what, fixed, shape, used, first.exact, subtracted, signal);
    }
    throw tooFew(what, 0, n);
  }

  /**
   * A pass: blocks of `rows` rows, the last one shorter. Each is the caller's until the next one is
   * asked for.
   *
   * @throws ShapeError, NonFiniteError, InvalidArgumentError
   */
  async *blocks(rows: number): AsyncGenerator<Float32Array, void, undefined> {
    const [n, d] = this.shape;
    const passes = { what: this.#what, stream: this.#stream, signal: this.#signal };
    let open = new Float32Array(0);
    let start = 0;
    let filled = 0;
    // The last block waits until the source has shown that it ends there.
    let last: Float32Array | undefined;
    for await (const raw of rawBlocks(passes, this.#exact)) {
      const { firstRow } = raw;
      const { data, largest } = toFloat32(this.#what, raw, { ...this.#rules, firstRow });
      this.#largest = Math.max(this.#largest, largest);
      for (let at = 0; at < data.length;) {
        const wanted = d * Math.min(rows, n - start);
        const taken = Math.min(wanted - filled, data.length - at);
        let block = data.subarray(at, at + taken);
        at += taken;
        if (taken < wanted) {
          if (filled === 0) open = new Float32Array(wanted);
          open.set(block, filled);
          block = open;
        }
        filled = (filled + taken) % wanted;
        if (filled > 0) continue;
        this.#recognize(start, block);
        start += wanted / d;
        if (start < n) yield block;
        else last = block === open ? block : block.slice();
      }
    }
    this.#isSeen = true;
    if (last) yield last;
  }

  /** Whether all rows have come by. */
  get isSeen(): boolean {
    return this.#isSeen;
  }

  /** The largest magnitude of what has come by so far. */
  get largest(): number {
    return this.#largest;
  }

  /** What its rows as directions are less of, where nothing was subtracted yet; takes a pass. */
  directionShift(): Promise<Float64Array> {
    const passes = { what: this.#what, stream: this.#stream, signal: this.#signal };
    return shiftOfStreamed(passes, this.#exact);
  }

  /** Copies of some rows, one after the other; takes a pass. */
  async rowsAt(rows: readonly number[]): Promise<Float32Array> {
    const [, d] = this.shape;
    const sample = new Float32Array(rows.length * d);
    let start = 0;
    for await (const block of this.blocks(SAMPLED_ROWS)) {
      const end = start + block.length / d;
      rows.forEach((row, i) => {
        if (row < start || row >= end) return;
        sample.set(block.subarray((row - start) * d, (row - start + 1) * d), i * d);
      });
      start = end;
    }
    return sample;
  }

  /** All rows at once, for an engine that holds them. */
  async collect(): Promise<Float32Array> {
    const [n] = this.shape;
    for await (const whole of this.blocks(n)) return whole;
    throw tooFew(this.#what, 0, n);
  }

  /** Refuses rows that are not what they were when they were read before. */
  #recognize(start: number, block: Float32Array): void {
    const rows = block.length / this.shape[1];
    const key = `${start}+${rows}`;
    const print = fingerprint(block);
    const before = this.#prints.get(key);
    if (before === undefined) this.#prints.set(key, print);
    else if (before !== print) {
      throw new InvalidArgumentError(
        this.#what,
        `${this.#what}: the rows from ${start} to ${start + rows - 1} are not those of an earlier pass; ` +
          `blocks() must give the same rows each time it is called.`,
      );
    }
  }
}

/** As `shiftOfDirections`, of the rows of a stream. */
async function shiftOfStreamed(passes: Passes, exact: boolean): Promise<Float64Array> {
  const [n, d] = passes.stream.shape;
  const rows = spreadRows(n);
  const sample: number[] = [];
  for await (const { source, shape, firstRow } of rawBlocks(passes, exact)) {
    for (let next = sample.length / d; rows[next] < firstRow + shape[0]; next++) {
      const at = (rows[next] - firstRow) * d;
      sample.push(...source.slice(at, at + d));
    }
  }
  return directionShift(sample, rows.length, d);
}

/** FNV-1a over the numbers' bits. */
function fingerprint(block: Float32Array): number {
  const bits = new Uint32Array(block.buffer, block.byteOffset, block.length);
  let hash = 0x811c9dc5;
  for (let at = 0; at < bits.length; at++) hash = Math.imul(hash ^ bits[at], 0x01000193);
  return hash;
}

function tooFew(what: string, rows: number, n: number): ShapeError {
  return new ShapeError(
    `${what}: blocks() gave ${rows} of the ${n} ${plural(n, 'row')} that shape names; it must give all of them each time it is ` +
      `called, from the first on.`,
  );
}

export interface Passes {
  readonly what: string;
  readonly stream: PointStream;
  readonly signal: AbortSignal | undefined;
}

/**
 * A pass over the blocks as they come, checked for their width and their number of rows.
 *
 * @param exact what all blocks must be alike in; the first block's when absent
 */
export async function* rawBlocks(
  { what, stream, signal }: Passes,
  exact?: boolean,
): AsyncGenerator<RawRows & { readonly firstRow: number }, void, undefined> {
  const [n, d] = stream.shape;
  let firstRow = 0;
  for await (const block of iterated(what, stream.blocks(), signal)) {
    if (ArrayBuffer.isView(block) && block.length % d !== 0) {
      throw new ShapeError(
        `${what}: the block at row ${firstRow} has ${block.length} ${plural(block.length, 'number')}, no whole number of rows of ${d}.`,
      );
    }
    const flat = ArrayBuffer.isView(block);
    const empty = flat ? block.length === 0 : Array.isArray(block) && block.length === 0;
    if (empty) continue;
    const matrix = flat ? { data: block, shape: [block.length / d, d] as const } : block;
    const raw = readRows(what, matrix, { columns: d, firstRow });
    exact ??= raw.exact;
    if (raw.exact !== exact) {
      throw new InvalidArgumentError(
        what,
        `${what}: the block at row ${firstRow} holds numbers of another precision than the first block; ` +
          `give all blocks as Float32Array, or all as Float64Array.`,
      );
    }
    if (firstRow + raw.shape[0] > n) {
      throw new ShapeError(
        `${what}: blocks() gave more than the ${n} ${plural(n, 'row')} that shape names: the block at row ${firstRow} has ${raw.shape[0]}.`,
      );
    }
    yield { ...raw, firstRow };
    firstRow += raw.shape[0];
  }
  if (firstRow < n) throw tooFew(what, firstRow, n);
}
