/**
 * A file as a stream of bytes, gunzipped where it is gzipped, that reads exactly what is asked for
 * and says so when the file ends too early or too late.
 */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Readable } from 'node:stream';
import { FileError } from '../errors.js';

/** Deflate cannot pack tighter than this, so a gzipped file bounds what it may claim to hold. */
const MAX_DEFLATE_RATIO = 1032;

const BLOCK_BYTES = 1 << 20;

/**
 * The size of a regular file that is not empty. Throws FileError on anything else (before it is
 * opened: opening a pipe would wait for a writer), and the system's error when there is none.
 */
export async function regularFileSize(path: string): Promise<number> {
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
  #block: Buffer = Buffer.alloc(0);
  #consumed = 0;

  private constructor(path: string, size: number, gzipped: boolean) {
    this.path = path;
    this.gzipped = gzipped;
    this.limit = gzipped ? size * MAX_DEFLATE_RATIO : size;
    const file = createReadStream(path, { highWaterMark: BLOCK_BYTES });
    if (gzipped) {
      const gunzip = createGunzip({ chunkSize: BLOCK_BYTES });
      pipeline(file, gunzip).catch(ignore);
      this.#stream = gunzip;
    } else {
      this.#stream = file;
    }
    this.#stream.on('error', ignore);
    this.#blocks = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Opens a regular, non-empty file; gzip is known by its first bytes, whatever the name. */
  static async open(path: string): Promise<ByteSource> {
    const size = await regularFileSize(path);
    const handle = await open(path, 'r');
    const magic = Buffer.alloc(2);
    try {
      await handle.read(magic, 0, 2, 0);
    } finally {
      await handle.close();
    }
    return new ByteSource(path, size, magic[0] === 0x1f && magic[1] === 0x8b);
  }

  /** The most bytes that can still come. */
  get remaining(): number {
    return this.limit - this.#consumed;
  }

  /** The first bytes of what is left, at most `length` of them, without consuming them. */
  async peek(length: number): Promise<Buffer> {
    while (this.#block.length < length) {
      const next = await this.#blocks.next();
      if (next.done) break;
      this.#block = Buffer.concat([this.#block, next.value]);
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

  close(): void {
    this.#stream.destroy();
  }

  /** The next block that is not empty; false at the end. */
  async #advance(): Promise<boolean> {
    do {
      const next = await this.#blocks.next();
      if (next.done) return false;
      this.#block = next.value;
    } while (this.#block.length === 0);
    return true;
  }
}
