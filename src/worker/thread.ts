/** Workers of Node. The build for pages takes no_thread.ts instead. */
import type { Worker as Thread } from 'node:worker_threads';
import { type EventPort, type Port, portOf } from './protocol.js';

export async function startThread(url: URL): Promise<Thread> {
  const { Worker } = await import('node:worker_threads');
  return new Worker(url);
}

/** Within a worker: the way to the thread that started it. */
export async function ownPort(): Promise<Port> {
  // Those of Deno and Bun are as a page's.
  if ('postMessage' in globalThis) return portOf(globalThis as unknown as EventPort);
  const { parentPort } = await import('node:worker_threads');
  return portOf(parentPort!);
}
