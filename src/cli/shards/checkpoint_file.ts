/** A checkpoint in a file: what a fit came to, and of which fit it is. */
import { access, readFile, rm } from 'node:fs/promises';
import { type Checkpoints, fromPlain, isObject, type Message, toPlain } from '../../shard/index.js';
import { asFileError, FileError } from '../errors.js';
import { writeAtomic } from '../write/atomic.js';

const FORMAT = 'webgpu-clustering/checkpoint';

export class CheckpointFile implements Checkpoints {
  readonly #path: string;
  readonly #of: string;
  readonly #parts = new Map<string, Message>();

  /** @param of what the fit is of: files and options. Another fit's checkpoint is refused */
  constructor(path: string, of: object) {
    this.#path = path;
    this.#of = JSON.stringify(of);
  }

  /**
   * Takes up what an earlier run wrote.
   *
   * @throws FileError where there is nothing, or it is of another fit
   */
  async resume(): Promise<void> {
    const path = this.#path;
    const plain = await readCheckpoint(path);
    if (plain.of !== this.#of) {
      throw new FileError(
        path,
        'it is the checkpoint of a fit of other files or options',
        'Resume with the files and options of the run that wrote it, or leave --resume out.',
      );
    }
    for (const [name, part] of Object.entries(plain.parts)) {
      const message = fromPlain(part);
      if (!message) throw noCheckpoint(path);
      this.#parts.set(name, message);
    }
  }

  /** Throws FileError where a file of that name is no checkpoint, which the first one would replace. */
  async refuseOthers(): Promise<void> {
    try {
      await access(this.#path);
    } catch {
      return;
    }
    await readCheckpoint(this.#path);
  }

  read(part: string): Message | undefined {
    return this.#parts.get(part);
  }

  async write(part: string, state: Message): Promise<void> {
    this.#parts.set(part, state);
    const parts = Object.fromEntries(
      [...this.#parts].map(([name, message]) => [name, toPlain(message)]),
    );
    await writeAtomic(this.#path, JSON.stringify({ format: FORMAT, of: this.#of, parts }));
  }

  /** After a fit that came to its end. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

async function readCheckpoint(path: string) {
  let plain: unknown;
  try {
    plain = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw noCheckpoint(path);
    throw asFileError(path, error, 'read');
  }
  if (!isObject(plain) || plain.format !== FORMAT || !isObject(plain.parts)) {
    throw noCheckpoint(path);
  }
  return { of: plain.of, parts: plain.parts };
}

const noCheckpoint = (path: string): FileError =>
  new FileError(path, 'it is no checkpoint', 'Give --checkpoint another name.');
