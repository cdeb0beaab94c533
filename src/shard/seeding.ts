/** Starting centroids chosen among rows in shards. */
import { gatherRows } from '../math/sampling.js';
import type { Random } from '../math/random.js';
import { reduceCandidates } from '../ops/seeding/seeding.twin.js';
import { PARALLEL_OVERSAMPLING, PARALLEL_ROUNDS } from '../ops/seeding/trials.js';
import { FrameError, numbersOf } from './message.js';
import type { Shards } from './shards.js';

/**
 * k-means|| (Bahmani et al. 2012, with every row drawn by itself): a first row; in each of 5 rounds about 2 k rows,
 * in proportion to the squared distance from all candidates so far; of these k, by k-means++ under the rows that
 * each owns.
 *
 * @returns k x d, less the shift
 */
export async function seedParallel(
  shards: Shards,
  k: number,
  seed: number,
  random: Random,
): Promise<Float32Array> {
  const [, d] = shards.shape;
  const found: Float32Array[] = [await chooseRows(shards, 1, random)];
  const questionOf = (op: string) => ({
    header: { op, seed },
    arrays: {
      candidates: joined(found),
      rounds: Uint32Array.from(found, ({ length }) => length / d),
    },
  });
  for (let round = 0; round < PARALLEL_ROUNDS; round++) {
    const { arrays, header } = questionOf('costs');
    const [cost] = numbersOf(await shards.ask({ header, arrays }), 'cost', Float64Array, 1);
    // Every row is a candidate.
    if (cost === 0) break;
    const share = Float64Array.of((PARALLEL_OVERSAMPLING * k) / cost);
    const question = { header: { ...header, op: 'sample' }, arrays: { ...arrays, share } };
    found.push(numbersOf(await shards.ask(question), 'rows', Float32Array));
  }
  const candidates = joined(found);
  const counted = await shards.ask({ header: { op: 'counts' }, arrays: { candidates } });
  const owned = numbersOf(counted, 'counts', Float64Array, candidates.length / d);
  // A candidate equal to an earlier one owns nothing.
  const distinct = [...owned.keys()].filter((candidate) => owned[candidate] > 0);
  if (distinct.length < k) return chooseRows(shards, k, random);
  const masses = distinct.map((candidate) => owned[candidate]);
  return reduceCandidates(gatherRows(candidates, distinct, d), masses, k, d, random);
}

/** k rows drawn without replacement, k x d, less the shift. */
export async function chooseRows(shards: Shards, k: number, random: Random): Promise<Float32Array> {
  const [n, d] = shards.shape;
  // Floyd's way: k draws, however many rows there are.
  const chosen = new Set<number>();
  for (let last = n - k; last < n; last++) {
    const drawn = Math.floor(random.next() * (last + 1));
    chosen.add(chosen.has(drawn) ? last : drawn);
  }
  const numbers = Float64Array.from(chosen).sort();
  const answer = await shards.ask({ header: { op: 'rows' }, arrays: { numbers } });
  const rows = numbersOf(answer, 'rows', Float32Array);
  if (rows.length === k * d) return rows;
  throw new FrameError(`Shards gave ${rows.length / d} of ${k} rows`);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
