/** What self-organizing maps are measured on. */
import { blobs } from './data/synthetic.js';

/** Rows and their columns, and the rows and columns of the map. */
export const MAP = { n: 10_000, d: 16, side: 20 } as const;
const SEED = 4;
const BLOBS = 12;

/** Blobs in [0, 1): ml-som's default start expects that. */
export function unitRows(): Float32Array {
  const data = blobs(MAP.n, MAP.d, BLOBS, SEED);
  const [least, most] = data.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  return data.map((value) => (value - least) / (most - least));
}
