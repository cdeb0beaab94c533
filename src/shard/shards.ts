/** All shards of a fit, whoever holds them: what a method asks. */
import { ClusteringError } from '../errors.js';
import { FAN_IN, fold, type Stats, statsOf } from './fold.js';
import { frameBytes, isObject, type Message } from './message.js';
import type { Load, Shard } from './shard.js';

/** How it went to ask all shards once. */
export interface Asked extends Stats {
  readonly op: string;
  /** From the question to the folded answer. */
  readonly wall: number;
  /** Bytes of the question, once. */
  readonly asked: number;
  readonly workers: number;
}

/** The shards of a fit. */
export interface Shards {
  /** Rows and columns of all shards together. */
  readonly shape: readonly [rows: number, columns: number];
  /** How many shards. */
  readonly count: number;
  /** From here on rows are held so. */
  load(load: Load): void;
  /** Asks every shard, and folds what they answer: see `fold`. */
  ask(question: Message): Promise<Message>;
}

/** Folds answers of all shards, in order, by the tree that every adapter follows. */
export async function foldAll(
  count: number,
  answerOf: (index: number) => Promise<Message>,
): Promise<Message> {
  // One partial tree a level: no more than FAN_IN answers of each are held.
  const levels: Message[][] = [[]];
  const climb = (answer: Message, level: number): void => {
    const run = (levels[level] ??= []);
    run.push(answer);
    if (run.length === FAN_IN) {
      levels[level] = [];
      climb(fold(run), level + 1);
    }
  };
  for (let i = 0; i < count; i++) climb(await answerOf(i), 0);
  for (let level = 0; level < levels.length; level++) {
    const run = levels[level];
    if (run.length === 0) continue;
    const isLast = levels.slice(level + 1).every((higher) => higher.length === 0);
    if (isLast && run.length === 1) return run[0];
    levels[level] = [];
    climb(fold(run), level + 1);
  }
  throw new Error('There are no shards.');
}

/** What a shard, or who speaks for it, could not do; `code` is that of the error there. */
export class ShardError extends ClusteringError {
  override readonly name = 'ShardError';
}

/** An answer that is none. Throws ShardError where it says what went wrong. */
export function checkAnswer(answer: Message): Message {
  const { error } = answer.header;
  if (error === undefined) return answer;
  const { code, message } = isObject(error) ? error : {};
  throw new ShardError(String(code), String(message));
}

/** What adapters tell of each question. */
export interface AskOptions {
  readonly onAsked?: ((asked: Asked) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The shards in this process, one after the other. */
export class LocalShards implements Shards {
  readonly count: number;
  readonly shape: readonly [number, number];
  readonly #answer: (index: number, question: Message, load?: Load) => Promise<Message>;
  readonly #options: AskOptions;
  #load: Load | undefined;

  /** @param answer what shard `index` answers */
  constructor(
    count: number,
    shape: readonly [rows: number, columns: number],
    answer: (index: number, question: Message, load?: Load) => Promise<Message>,
    options: AskOptions = {},
  ) {
    this.count = count;
    this.shape = shape;
    this.#answer = answer;
    this.#options = options;
  }

  load(load: Load): void {
    this.#load = load;
  }

  async ask(question: Message): Promise<Message> {
    const { signal, onAsked } = this.#options;
    const start = performance.now();
    const answer = await foldAll(this.count, async (index) => {
      signal?.throwIfAborted();
      return checkAnswer(await this.#answer(index, question, this.#load));
    });
    onAsked?.(askedOf(question, answer, start));
    return answer;
  }
}

/** How a question went that was asked at `start`, of performance.now(). */
export const askedOf = (question: Message, answer: Message, start: number): Asked => ({
  ...statsOf(answer),
  op: String(question.header.op),
  wall: performance.now() - start,
  asked: frameBytes(question),
  workers: Number(answer.header.workers ?? 1),
});

/** A shard's answer, with what it took. */
export async function timedAnswer(
  shard: Shard,
  question: Message,
  load: Load | undefined,
): Promise<Message> {
  const start = performance.now();
  const answer = await shard.answer(question, load);
  const stats: Stats = {
    milliseconds: performance.now() - start,
    bytes: Object.values(answer.arrays).reduce((sum, { byteLength }) => sum + byteLength, 0),
    shards: 1,
  };
  return { ...answer, header: { ...answer.header, stats } };
}
