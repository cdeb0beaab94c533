/** Questions to a child process and its answers, one after the other. */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ClusteringError } from '../../index.js';
import { encode, framesOf, type Message } from '../../shard/index.js';

/** Milliseconds that a child may take to end once its input has. */
const LAST_WORDS = 5000;

export class Channel {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncGenerator<Message, void, undefined>;
  readonly #ended: Promise<string>;

  /** @param program its name, for messages */
  constructor(child: ChildProcessByStdio<Writable, Readable, null>, program: string) {
    this.#child = child;
    this.#answers = framesOf(child.stdout as AsyncIterable<Uint8Array>);
    this.#ended = new Promise((resolve) => {
      child.on('error', (error) => {
        resolve(`${program} cannot be started (${error.message}); name another by --python`);
      });
      child.on('exit', (code, signal) => {
        resolve(`${program} ended, by ${signal ?? `exit code ${code ?? 0}`}, while it was asked`);
      });
    });
    // What a child that ended does not read: its end is told.
    child.stdin.on('error', () => undefined);
  }

  /**
   * The next answer.
   *
   * @throws ClusteringError where the child has ended
   */
  async ask(question: Message): Promise<Message> {
    for (const piece of encode(question)) {
      if (piece.length > 0) this.#child.stdin.write(piece);
    }
    const next = await Promise.race([
      this.#answers.next(),
      // What it said before it ended is read first.
      this.#ended.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return { done: true, value: undefined } as const;
      }),
    ]);
    if (!next.done) return next.value;
    throw new ClusteringError('workers', `${await this.#ended}; see what it printed above.`);
  }

  /** Ends the child by the end of its input, or else by force. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LAST_WORDS);
    await this.#ended;
    clearTimeout(timer);
    this.#child.stdout.destroy();
  }
}
