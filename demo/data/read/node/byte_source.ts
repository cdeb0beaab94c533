/**
 * In place of src/cli/read/byte_source.ts: a chosen file as a stream of bytes, gunzipped where it is
 * gzipped. Same members, same errors; Buffer is there by globals.ts.
 */
import { FileError } from '../../../../src/cli/errors.js';
import { mountedFile } from '../mounted_file.js';

/** Deflate cannot pack tighter than this, so a gzipped file bounds what it may claim to hold. */
const MAX_DEFLATE_RATIO = 1032;

export const isStandardInput = (): boolean => false;

/** The size of a file that is not empty. */
export function regularFileSize(path: string): Promise<number> {
  const { size } = mountedFile(path).file;
  if (size > 0) return Promise.resolve(size);
  return Promise.reject(
    new FileError(path, 'the file is empty', 'Choose a file with at least one row.'),
  );
}

export class ByteSource {
  readonly path: string;
  /** Bytes in all: exact for a plain file, the most that may come for a gzipped one. */
  readonly limit: number;
  readonly gzipped: boolean;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #block = Buffer.alloc(0);
  #consumed = 0;

  private constructor(
    path: string,
    bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
    size: number,
    gzipped: boolean,
  ) {
    this.path = path;
    this.gzipped = gzipped;
    this.limit = gzipped ? size * MAX_DEFLATE_RATIO : size;
    this.#reader = (
      gzipped ? bytes.pipeThrough(new DecompressionStream('gzip')) : bytes
    ).getReader();
  }

  /** Opens a file that is not empty; gzip is known by its first bytes, whatever the name. */
  static async open(path: string): Promise<ByteSource> {
    await regularFileSize(path);
    const { file, signal, onProgress } = mountedFile(path);
    const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer());
    let value = 0;
    const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (bytes, controller) => {
        signal.throwIfAborted();
        value += bytes.length;
        onProgress({ value, max: file.size, text: `Reading ${path}` });
        controller.enqueue(bytes);
      },
    });
    const isGzip = first === 0x1f && second === 0x8b;
    return new ByteSource(path, file.stream().pipeThrough(counted), file.size, isGzip);
  }

  /** What was read before, such as a file within another: `path` names it in errors. */
  static ofBytes(path: string, bytes: Uint8Array<ArrayBuffer>): ByteSource {
    return new ByteSource(path, new Blob([bytes]).stream(), bytes.length, false);
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
      const next = await this.#next();
      if (!next) break;
      this.#block = Buffer.concat([this.#block, next]);
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
    const blocks: BlobPart[] = [];
    for await (const block of this.rest()) blocks.push(block as Buffer<ArrayBuffer>);
    return new Uint8Array(await new Blob(blocks).arrayBuffer());
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
    // What comes of it concerns nobody any more.
    this.#reader.cancel().catch(() => undefined);
  }

  /** The next block that is not empty; false at the end. */
  async #advance(): Promise<boolean> {
    const next = await this.#next();
    if (!next) return false;
    this.#block = next;
    return true;
  }

  async #next(): Promise<Buffer<ArrayBuffer> | undefined> {
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) return undefined;
        if (value.length > 0) return Buffer.from(value.buffer, value.byteOffset, value.length);
      }
    } catch (error) {
      // A DOMException comes of cancelling, or of a file that cannot be read.
      if (!this.gzipped || error instanceof DOMException) throw error;
      throw new FileError(
        this.path,
        'its gzip data are damaged or cut off',
        'Copy or download it again.',
        { cause: error },
      );
    }
  }
}
