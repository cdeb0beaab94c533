/**
 * A file as a stream of bytes, gunzipped where it is gzipped, that reads exactly what is asked for
 * and says so when the file ends too early or too late.
 */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { FileError } from '../errors.js';

/** Data pack to a hundredth of their size at best; a small file that claims more would fill the memory. */
const MAX_EXPANSION = 256;
const EXPANSION_FLOOR_BYTES = 64 << 20;

/** Names of what a shell hands over. */
const STANDARD_INPUT: ReadonlySet<string> = new Set(['-', '/dev/stdin']);
export const isStandardInput = (path: string): boolean => STANDARD_INPUT.has(path);

/** Deflate cannot pack tighter than this, so a gzipped file bounds what it may claim to hold. */
const MAX_DEFLATE_RATIO = 1032;

const BLOCK_BYTES = 1 << 20;

/**
 * The size of a regular file that is not empty. Throws FileError on anything else (before it is
 * opened: opening a pipe would wait for a writer), and the system's error when there is none.
 */
export async function regularFileSize(path: string): Promise<number> {
  if (isStandardInput(path)) {
    throw new FileError(
      path,
      'a file of this format is read at places that its end tells',
      'Save the data to a file first.',
    );
  }
  const status = await stat(path);
  if (status.isDirectory()) {
    throw new FileError(path, 'it is a folder, not a file', 'Give the path of one file in it.');
  }
  if (!status.isFile()) {
    throw new FileError(path, 'it is not a regular file', 'Save the data to a file first.');
  }
  if (status.size === 0) {
    throw new FileError(path, 'the file is empty', 'Give a file with at least one row.');
  }
  return status.size;
}

const isGzip = (start: Buffer): boolean => start[0] === 0x1f && start[1] === 0x8b;

/** Failures surface where the stream is read, and need no second handler. */
function ignore(): void {
  return undefined;
}

export class ByteSource {
  readonly path: string;
  /** Bytes in all: exact for a plain file, the most that may come for a gzipped one. */
  readonly limit: number;
  readonly gzipped: boolean;
  readonly #stream: Readable;
  readonly #blocks: AsyncIterator<Buffer>;
  /** Unpacked bytes that are taken for real. */
  readonly #most: () => number;
  #block: Buffer = Buffer.alloc(0);
  #consumed = 0;
  #unpacked = 0;

  private constructor(path: string, file: Readable, size: number, gzipped: boolean) {
    this.path = path;
    this.gzipped = gzipped;
    this.limit = gzipped ? size * MAX_DEFLATE_RATIO : size;
    this.#most = () => Infinity;
    if (gzipped) {
      const gunzip = createGunzip({ chunkSize: BLOCK_BYTES });
      this.#most = () => EXPANSION_FLOOR_BYTES + MAX_EXPANSION * gunzip.bytesWritten;
      pipeline(file, gunzip).catch(ignore);
      this.#stream = gunzip;
    } else {
      this.#stream = file;
    }
    this.#stream.on('error', ignore);
    this.#blocks = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /**
   * Opens a regular, non-empty file, or '-' for standard input; gzip is known by its first bytes, whatever the
   * name.
   */
  static async open(path: string): Promise<ByteSource> {
    if (isStandardInput(path)) return ByteSource.#ofStandardInput();
    const size = await regularFileSize(path);
    const handle = await open(path, 'r');
    const magic = Buffer.alloc(2);
    try {
      await handle.read(magic, 0, 2, 0);
    } finally {
      await handle.close();
    }
    const file = createReadStream(path, { highWaterMark: BLOCK_BYTES });
    return new ByteSource(path, file, size, isGzip(magic));
  }

  /** What was read before, such as a file within another: `path` names it in errors. */
  static ofBytes(path: string, bytes: Uint8Array): ByteSource {
    return new ByteSource(path, Readable.from([Buffer.from(bytes)]), bytes.length, false);
  }

  /** Bytes [start, end) of a regular file that is not gzipped. */
  static ofRange(path: string, start: number, end: number): ByteSource {
    const file = createReadStream(path, { start, end: end - 1, highWaterMark: BLOCK_BYTES });
    return new ByteSource(path, file, end - start, false);
  }

  static async #ofStandardInput(): Promise<ByteSource> {
    const blocks = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let start = Buffer.alloc(0);
    while (start.length < 2) {
      const next = await blocks.next();
      if (next.done) break;
      start = Buffer.concat([start, next.value]);
    }
    if (start.length === 0) {
      throw new FileError('standard input', 'it holds nothing', 'Hand over at least one row.');
    }
    async function* all() {
      yield start;
      for (let next = await blocks.next(); !next.done; next = await blocks.next()) yield next.value;
    }
    return new ByteSource('standard input', Readable.from(all()), Infinity, isGzip(start));
  }

  /** The most bytes that can still come. */
  get remaining(): number {
    return this.limit - this.#consumed;
  }

  /** How much has been read, from 0 to 1; undefined where it is not known how much there is. */
  get share(): number | undefined {
    return this.gzipped || this.limit === Infinity ? undefined : this.#consumed / this.limit;
  }

  /** The first bytes of what is left, at most `length` of them, without consuming them. */
  async peek(length: number): Promise<Buffer> {
    while (this.#block.length < length) {
      const next = await this.#blocks.next();
      if (next.done) break;
      this.#block = Buffer.concat([this.#block, next.value]);
      this.#count(next.value.length);
    }
    return this.#block.subarray(0, length);
  }

  /** Exactly `target.length` bytes into `target`; FileError when the file ends before. */
  async fill(target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.length;) {
      if (this.#block.length === 0 && !(await this.#advance())) {
        throw new FileError(
          this.path,
          `the file ends ${target.length - at} bytes before its header says`,
          'It is cut off; copy or download it again.',
        );
      }
      const part = this.#block.subarray(0, target.length - at);
      target.set(part, at);
      at += part.length;
      this.#consumed += part.length;
      this.#block = this.#block.subarray(part.length);
    }
  }

  /** Exactly `length` bytes. Only for lengths already compared with `remaining` or a cap. */
  async take(length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    await this.fill(bytes);
    return bytes;
  }

  /** Everything that is left, block by block. */
  async *rest(): AsyncGenerator<Buffer> {
    while (this.#block.length > 0 || (await this.#advance())) {
      const block = this.#block;
      this.#block = Buffer.alloc(0);
      this.#consumed += block.length;
      yield block;
    }
  }

  /** Everything that is left, in memory of its own. */
  async takeAll(): Promise<Uint8Array<ArrayBuffer>> {
    const blocks: Buffer[] = [];
    for await (const block of this.rest()) blocks.push(block);
    const all = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const block of blocks) {
      all.set(block, at);
      at += block.length;
    }
    return all;
  }

  /** Throws FileError unless every byte was consumed. */
  async expectEnd(): Promise<void> {
    if (this.#block.length > 0 || (await this.#advance())) {
      throw new FileError(
        this.path,
        'the file goes on after the data its header describes',
        'It is not what its header says; write it again.',
      );
    }
  }

  #count(bytes: number): void {
    this.#unpacked += bytes;
    if (this.#unpacked <= this.#most()) return;
    throw new FileError(
      this.path,
      `it unpacks to more than ${MAX_EXPANSION} times its size`,
      'If its rows are real, unpack it first (gunzip).',
    );
  }

  close(): void {
    this.#stream.destroy();
  }

  /** The next block that is not empty; false at the end. */
  async #advance(): Promise<boolean> {
    do {
      const next = await this.#blocks.next();
      if (next.done) return false;
      this.#block = next.value;
      this.#count(next.value.length);
    } while (this.#block.length === 0);
    return true;
  }
}
