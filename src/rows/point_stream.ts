/** Rows that are read block by block, as often as needed, and never held whole. */
import { show } from '../../host/show.js';
import { InvalidArgumentError } from '../errors.js';
import type { HostMatrix, NumericArray } from './matrix.js';

/**
 * Some rows on end: flat and row-major in a typed array, or as a host matrix. All blocks of a stream
 * hold the same kind of numbers.
 */
export type PointBlock =
  NumericArray | HostMatrix | readonly (readonly number[])[] | readonly NumericArray[];

/**
 * A matrix that is read in passes, for data larger than the device or the memory:
 * `{ shape: [n, d], async *blocks() { ... yield rows; } }`. The rows must stay as they are until the
 * promise of the work settles.
 */
export interface PointStream {
  /** [rows, columns]. */
  readonly shape: readonly number[];
  /**
   * Called once for each pass over the data: all rows, from the first to the last, in blocks of any
   * size. A block may be reused by the caller once the next one is asked for.
   */
  readonly blocks: () => AsyncIterable<PointBlock> | Iterable<PointBlock>;
}

/** Rows read from a Blob at a time, in bytes. */
const READ_BYTES = 4 * 1024 * 1024;

/**
 * The rows of a Blob, or of a File, of float32 numbers, little endian and row-major. In Node
 * `await fs.openAsBlob(path)` gives a Blob that is read from the disk.
 *
 * @param columns numbers in a row
 * @param byteOffset where the first row begins, for files with a header. Default 0
 * @throws InvalidArgumentError where the bytes are no whole number of rows, or none at all
 */
export function blobRows(blob: Blob, columns: number, byteOffset = 0): PointStream {
  if (!(blob instanceof Blob)) {
    throw new InvalidArgumentError(
      'blob',
      `blobRows: blob is ${show(blob)}; give a Blob or a File.`,
    );
  }
  if (!Number.isSafeInteger(columns) || columns < 1) {
    throw new InvalidArgumentError(
      'columns',
      `blobRows: columns is ${show(columns)}; give a whole number >= 1.`,
    );
  }
  if (!Number.isSafeInteger(byteOffset) || byteOffset < 0) {
    throw new InvalidArgumentError(
      'byteOffset',
      `blobRows: byteOffset is ${show(byteOffset)}; give a whole number >= 0.`,
    );
  }
  const bytes = blob.size - byteOffset;
  const rowBytes = 4 * columns;
  if (bytes <= 0 || bytes % rowBytes !== 0) {
    throw new InvalidArgumentError(
      'blob',
      `blobRows: the blob has ${bytes} bytes from ${byteOffset} on, but rows of ${columns} float32 numbers take ` +
        `${rowBytes} each; give the right number of columns and the length of the header.`,
    );
  }
  const step = Math.max(1, Math.floor(READ_BYTES / rowBytes)) * rowBytes;
  return {
    shape: [bytes / rowBytes, columns],
    async *blocks() {
      for (let at = byteOffset; at < blob.size; at += step) {
        yield new Float32Array(await blob.slice(at, Math.min(at + step, blob.size)).arrayBuffer());
      }
    },
  };
}

/**
 * The values of what the caller gave to be iterated, with an abort not kept waiting by a source that
 * is. Iterators that break the protocol are refused.
 *
 * @param what the argument's name, for messages
 * @throws InvalidArgumentError; what the source throws; the signal's reason when aborted
 */
export async function* iterated<T>(
  what: string,
  values: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  const iterator = iteratorOf<T>(what, values);
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      // The reason is the caller's own, whatever it is.
      reject(signal?.reason as Error);
    };
  });
  aborted.catch(() => undefined);
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const next: unknown = await Promise.race([iterator.next(), aborted]);
      if (typeof next !== 'object' || next === null) throw notIterable(what, 'next()', next);
      const { done, value } = next as IteratorResult<T, void>;
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    // Not waited for: a source that hangs must not keep what is being cancelled.
    new Promise((resolve) => {
      resolve(iterator.return?.());
    }).catch(() => undefined);
  }
}

function iteratorOf<T>(what: string, values: unknown): AsyncIterator<T> {
  // A typed array gives numbers, not blocks, and throws a TypeError once it was transferred.
  if (typeof values === 'object' && values !== null && !ArrayBuffer.isView(values)) {
    for (const way of [Symbol.asyncIterator, Symbol.iterator]) {
      const begin: unknown = Reflect.get(values, way);
      if (begin === undefined || begin === null) continue;
      const iterator: unknown = typeof begin === 'function' ? begin.call(values) : begin;
      if (typeof (iterator as Partial<AsyncIterator<T>> | null)?.next === 'function') {
        return iterator as AsyncIterator<T>;
      }
      throw notIterable(what, String(way), iterator);
    }
  }
  throw notIterable(what, 'blocks()', values);
}

function notIterable(what: string, method: string, given: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    what,
    `${what}: ${method} gave ${show(given)}, which can not be iterated block by block; make it a generator function, or return an (async) iterable.`,
  );
}
