/** A process that answers for shards: questions in, answers out, one after the other. */
import { type RuntimeChoice } from '../fit/backend.js';
import { withEngine } from '../fit/engine.js';
import { ClusteringError } from '../errors.js';
import type { Engine } from '../ops/op.js';
import { fold } from './fold.js';
import { decode, FrameError, isObject, type Message } from './message.js';
import { type Load, type PartWriter, Shard, type ShardRows } from './shard.js';
import { timedAnswer } from './shards.js';

/** The rows of a shard, of what a coordinator says of it. Throws FrameError where that is none. */
export type OpenShard = (described: unknown) => ShardRows;

export interface ServeOptions {
  readonly runtime?: RuntimeChoice;
  /** Of this package: who asks must have the same. */
  readonly version: string;
  readonly open: OpenShard;
  readonly write: PartWriter;
}

/**
 * Does `work` with shards' answers, on an engine that lasts as long. A question names its shard (`shard`), how
 * rows are held (`load`), the fit (`fit`) and the asker's `version`; `op` 'hello' asks what runs here, 'fold' has
 * the answers `parts` folded. Errors of this package come back as answers, `error: { name, code, message }`;
 * others reject, as then nothing here is to be trusted.
 */
export function serveShards<T>(
  { runtime, version, open, write }: ServeOptions,
  work: (answer: (question: Message) => Promise<Message>) => Promise<T>,
): Promise<T> {
  const none = { shape: [0, 0], data: new Float32Array(0) } as const;
  return withEngine(runtime, none, undefined, (engine) => {
    const served = new Served(engine, version, open, write);
    return work((question) => served.answer(question));
  });
}

class Served {
  readonly #engine: Engine;
  readonly #version: string;
  readonly #open: OpenShard;
  readonly #write: PartWriter;
  readonly #shards = new Map<string, Shard>();
  /** The fit and the load that the shards are of. */
  #of = '';

  constructor(engine: Engine, version: string, open: OpenShard, write: PartWriter) {
    this.#engine = engine;
    this.#version = version;
    this.#open = open;
    this.#write = write;
  }

  async answer(question: Message): Promise<Message> {
    try {
      return await this.#answer(question);
    } catch (error) {
      if (!(error instanceof ClusteringError)) throw error;
      const { name, code, message } = error;
      return { header: { error: { name, code, message } }, arrays: {} };
    }
  }

  async #answer(question: Message): Promise<Message> {
    const { header } = question;
    if (header.op === 'hello') {
      const { description: engine } = this.#engine;
      return { header: { version: this.#version, engine }, arrays: {} };
    }
    if (header.version !== this.#version) {
      throw new FrameError(
        `A coordinator of version ${String(header.version)} asked a worker of version ${this.#version}`,
      );
    }
    if (header.op === 'fold') return fold(partsOf(question));
    const load = loadOf(header.load);
    const of = JSON.stringify([header.fit, load]);
    // Of one fit at a time: what a coordinator that died left behind goes.
    if (of !== this.#of) this.#drop();
    this.#of = of;
    const key = JSON.stringify(header.shard);
    let shard = this.#shards.get(key);
    if (!shard) {
      shard = new Shard(this.#engine, this.#open(header.shard), this.#write);
      this.#shards.set(key, shard);
    }
    return timedAnswer(shard, question, load);
  }

  #drop(): void {
    for (const shard of this.#shards.values()) shard.drop();
    this.#shards.clear();
  }
}

function loadOf(load: unknown): Load | undefined {
  if (load === undefined || load === null) return undefined;
  if (isObject(load)) {
    const { as, shift } = load;
    const isHeld = as === 'rows' || as === 'gram' || as === 'products' || as === 'columns';
    if (isHeld && Array.isArray(shift) && shift.every(Number.isFinite)) {
      return { as, shift: shift as number[] };
    }
  }
  throw new FrameError('A question with a load that is none came');
}

/** Answers on end: their headers, then the bytes of all in one array. */
function partsOf({ header: { parts }, arrays }: Message): Message[] {
  if (!Array.isArray(parts) || parts.length === 0 || !parts.every(isObject)) {
    throw new FrameError('A fold of no answers came');
  }
  const whole = arrays.raw;
  const bytes = new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
  let at = 0;
  return parts.map((head) => {
    const raw = Number(head.raw);
    const message = decode(head, bytes.subarray(at, at + raw));
    at += raw;
    return message;
  });
}
