import { nextTask } from '../../math/event_loop.js';
import { columnVariances } from '../../rows/column_means.twin.js';
import type { HostRows } from '../op.js';

export async function meanVariance({ x, n, d }: HostRows): Promise<number> {
  await nextTask(); // before two passes over the data
  return columnVariances(x, n, d).reduce((sum, variance) => sum + variance, 0) / d;
}
