/** Calls that wait for another thread of Node, by Atomics.wait. */
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from 'node:worker_threads';
import { ClusteringError } from '../../errors.js';
import { errorOf, plainError } from '../../worker/errors.js';
import type { FromWorker, Place, ToWorker } from '../../worker/protocol.js';
import { takeOut, withObjects } from '../../worker/take_out.js';

/** What a waiting thread and the other share: how many messages each has sent. */
export const [TO_CALLER, TO_WORKER] = [0, 1];

/** Sends a message, and wakes whoever waits for one. */
export function send(
  port: MessagePort,
  sent: Int32Array<SharedArrayBuffer>,
  to: number,
  message: unknown,
  transfer: readonly Transferable[] = [],
): void {
  port.postMessage(message, transfer as never);
  Atomics.add(sent, to, 1);
  Atomics.notify(sent, to);
}

/** The next message; waits until there is one. */
export function receive(
  port: MessagePort,
  sent: Int32Array<SharedArrayBuffer>,
  to: number,
): unknown {
  for (;;) {
    const seen = Atomics.load(sent, to);
    const found = receiveMessageOnPort(port) as { message: unknown } | undefined;
    if (found) return found.message;
    Atomics.wait(sent, to, seen);
  }
}

interface Thread {
  readonly port: MessagePort;
  readonly sent: Int32Array<SharedArrayBuffer>;
}

const threads = new Map<string, Thread>();
let nextId = 1;

/** The thread of a file, started when first needed; it does not keep the process alive. */
function threadOf({ href }: URL): Thread {
  let thread = threads.get(href);
  if (!thread) {
    const { port1: port, port2 } = new MessageChannel();
    const sent = new Int32Array(new SharedArrayBuffer(8));
    const workerData = { port: port2, sent };
    new Worker(new URL(href), { workerData, transferList: [port2] }).unref();
    port.unref();
    thread = { port, sent };
    threads.set(href, thread);
  }
  return thread;
}

/**
 * What a function of the file's thread gives; functions among the arguments are answered meanwhile.
 *
 * @param object the number of the object whose method it is
 */
export function callSync(
  file: URL,
  path: Place,
  args: readonly unknown[],
  object?: number,
): { readonly value: unknown; readonly objects: readonly number[] } {
  const { port, sent } = threadOf(file);
  const { args: copies, taken, functions } = takeOut(args, () => undefined, true);
  const id = nextId++;
  const of = object === undefined ? {} : { object };
  send(port, sent, TO_WORKER, {
    type: 'call',
    id,
    path,
    args: copies,
    taken,
    ...of,
  } satisfies ToWorker);
  for (;;) {
    const message = receive(port, sent, TO_CALLER) as FromWorker | { readonly type: 'ended' };
    if (message.type === 'ended') {
      threads.delete(file.href);
      throw new ClusteringError('worker-ended', 'The thread that does the work has ended.');
    }
    if (message.type === 'failed') throw errorOf(message.error);
    if (message.type === 'done') {
      const value = withObjects(message.value, message.taken, (properties) => properties);
      return { value, objects: message.taken.map((one) => one.object) };
    }
    let answer: ToWorker;
    try {
      answer = { type: 'answer', value: functions.get(message.taken)?.(...message.args) };
    } catch (error) {
      answer = { type: 'answer', error: plainError(error) };
    }
    if (message.isAnswered) send(port, sent, TO_WORKER, answer);
  }
}

/** Lets the thread forget objects. */
export function releaseSync(file: URL, objects: readonly number[]): void {
  const { port, sent } = threadOf(file);
  for (const object of objects) {
    send(port, sent, TO_WORKER, { type: 'release', object } satisfies ToWorker);
  }
}
