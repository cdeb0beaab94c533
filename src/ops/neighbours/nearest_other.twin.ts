import { createPause } from '../../math/event_loop.js';
import { squaredDistance } from '../assign/squared_distance.twin.js';
import type { HostRows } from '../op.js';
import type { NearestOtherOptions } from './nearest_other.js';

export async function nearestOther(
  { x, n, d }: HostRows,
  { queries, core, components, signal }: NearestOtherOptions,
): Promise<Uint32Array> {
  const pause = createPause(signal);
  const nearest = new Uint32Array(queries.length);
  for (const [at, i] of queries.entries()) {
    let best = Number.POSITIVE_INFINITY;
    for (let j = 0; j < n; j++) {
      if (components[j] === components[i]) continue;
      const near = Math.max(squaredDistance(x, i, x, j, d), core[i] ** 2, core[j] ** 2);
      if (near < best) {
        best = near;
        nearest[at] = j;
      }
    }
    await pause();
  }
  return nearest;
}
