/** What the tests of drop-ins beside their peers share. */
import fc from 'fast-check';
import { createRandom } from '../../src/math/random.js';

/** Rows on a coarse grid, so that ties, equal rows and empty clusters are common, or anywhere. */
export const points = (columns: number, least = 1, most = 40) =>
  fc.array(
    fc.tuple(
      ...Array.from({ length: columns }, () =>
        fc.oneof(
          fc.integer({ min: -4, max: 4 }).map((value) => value / 2),
          fc.double({ min: -10, max: 10, noNaN: true, noDefaultInfinity: true }),
        ),
      ),
    ),
    { minLength: least, maxLength: most },
  );

/** Points, and starts that need not be points. */
export const withStarts = fc
  .integer({ min: 1, max: 3 })
  .chain((columns) => fc.tuple(points(columns, 4), points(columns, 1, 4)));

/** Does `work` with Math.random replaced by the numbers of a seed. */
export async function seeded<T>(seed: number, work: () => T | Promise<T>): Promise<T> {
  const original = Math.random;
  const random = createRandom(seed);
  Math.random = () => random.next();
  try {
    return await work();
  } finally {
    Math.random = original;
  }
}

export const copied = <T>(value: T): T => structuredClone(value);
export const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
