/** In the place of thread.ts where a page runs: workers are the page's own. */
import { NoAdapterError } from '../errors.js';
import { type EventPort, type Port, portOf } from './protocol.js';

export function startThread(): never {
  throw new NoAdapterError('This build is for pages, and there are no workers here.');
}

/** Within a worker: the way to the page. */
export function ownPort(): Promise<Port> {
  return Promise.resolve(portOf(globalThis as unknown as EventPort));
}
