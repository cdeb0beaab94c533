import { createPause } from '../../math/event_loop.js';
import type { Random } from '../../math/random.js';
import { gatherRows, sampleRows } from '../../math/sampling.js';
import type { HostRows } from '../op.js';
import type { Seeding } from './seed.js';
import { kMeansParallel, kMeansPlusPlus } from './seeding.twin.js';

export async function seedCentroids(
  { x, n, d, weights }: HostRows,
  seeding: Seeding,
  k: number,
  randoms: readonly Random[],
  signal?: AbortSignal,
): Promise<readonly Float32Array[]> {
  const pause = createPause(signal);
  const one = async (random: Random): Promise<Float32Array> => {
    switch (seeding) {
      case 'random':
        return gatherRows(x, sampleRows(weights, k, random), d);
      case 'k-means++':
        return gatherRows(x, await kMeansPlusPlus(x, n, d, k, weights, random, pause), d);
      case 'k-means||':
        return kMeansParallel(x, n, d, k, weights, random, pause);
    }
  };
  const starts: Float32Array[] = [];
  for (const random of randoms) {
    await pause();
    starts.push(await one(random));
  }
  return starts;
}
