/** Dense linear algebra on the chosen engine for as long as one piece of work takes. */
import type { Algebra } from '../ops/algebra/algebra.js';
import { deviceAlgebra } from '../ops/algebra/device_algebra.js';
import { type Given, type RuntimeChoice, withBackend } from './backend.js';

/**
 * Does `work` where `choice` says, for rows such as `points`, and frees whatever it made. The CPU stands in
 * where there is no GPU, and an aborted signal rejects at once, as with `withEngine`. Work that lost its device begins
 * again `retries` times, see `withBackend`.
 */
export function withAlgebra<T>(
  choice: RuntimeChoice,
  points: Given,
  signal: AbortSignal | undefined,
  work: (algebra: Algebra) => Promise<T>,
  retries?: number,
): Promise<T> {
  return withBackend(
    choice,
    points,
    signal,
    async (runtime) => disposing(await deviceAlgebra(runtime, signal), work),
    async () => {
      const { hostAlgebra } = await import('../ops/algebra/host_algebra.twin.js');
      return disposing(hostAlgebra(signal), work);
    },
    retries,
  );
}

async function disposing<T>(algebra: Algebra, work: (algebra: Algebra) => Promise<T>): Promise<T> {
  try {
    return await work(algebra);
  } finally {
    algebra.dispose();
  }
}
