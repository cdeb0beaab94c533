import { createPause, rowBlocks } from '../../math/event_loop.js';
import { newFloats } from '../../rows/matrix.js';
import { squaredDistance } from '../assign/squared_distance.twin.js';
import type { HostRows } from '../op.js';

export async function rbf(
  { x, n, d }: HostRows,
  gamma: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const pause = createPause(signal);
  const result = newFloats(n * n);
  for (const [start, end] of rowBlocks(n, n * d)) {
    for (let i = start; i < end; i++) {
      for (let j = 0; j < n; j++) {
        result[i * n + j] = Math.exp(-gamma * squaredDistance(x, i, x, j, d));
      }
    }
    await pause();
  }
  return result;
}
