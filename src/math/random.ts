/** The one source of randomness: seeded, so that the same seed gives the same answer. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** A seeded stream of random numbers. */
export interface Random {
  /** A number uniform in [0, 1). */
  next(): number;
  /** A whole number uniform in [0, bound). */
  below(bound: number): number;
}

/**
 * The stream of `seed`, a whole number in [0, 2^32). MT19937, for its seeding: the package's
 * xoroshiro128plus starts every small seed with a number close to 1.
 */
export function createRandom(seed: number): Random {
  const generator = mersenne(seed | 0);
  return {
    next: () => uniformFloat64(generator),
    below: (bound) => uniformInt(generator, 0, bound - 1),
  };
}

/** A number of the standard normal distribution (Box & Muller 1958). */
export function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log1p(-random.next())) * Math.cos(2 * Math.PI * random.next());
}
