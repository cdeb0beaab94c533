import { createPause } from '../../math/event_loop.js';
import { DisjointSets } from '../../math/disjoint_sets.js';
import { LEAF, nearRuns } from '../../math/spatial_order.js';
import { isWithin, NO_MARK, type RadiusRows, type RadiusSearch } from './radius_search.js';

/** What is done with a pair, at its places. */
type Pair = (i: number, j: number) => void;

/** The host's answers in float64. */
export function hostRadiusSearch(rows: RadiusRows, signal?: AbortSignal): RadiusSearch {
  const { n, tree, radius } = rows;
  /** Takes every pair of a leaf that `asks` and a row that counts. */
  const pass = async (
    asks: (place: number) => boolean,
    counts: (place: number) => boolean,
    take: Pair,
  ) => {
    const pause = createPause(signal);
    for (let start = 0; start < n; start += LEAF) {
      const end = Math.min(n, start + LEAF);
      const own: number[] = [];
      for (let i = start; i < end; i++) if (asks(i)) own.push(i);
      if (own.length === 0) continue;
      for (const [from, to] of nearRuns(tree, [start, end], [0, n], radius ** 2, () => true)) {
        for (let j = from; j < to; j++) {
          if (!counts(j)) continue;
          for (const i of own) if (isWithin(rows, i, j)) take(i, j);
        }
        await pause();
      }
    }
  };
  return {
    async count() {
      const counts = new Uint32Array(n);
      await pass(
        () => true,
        () => true,
        (i) => counts[i]++,
      );
      return counts;
    },
    async join(marks) {
      const sets = new DisjointSets(n);
      const isMarked = (place: number) => marks[place] !== NO_MARK;
      await pass(isMarked, isMarked, (i, j) => {
        if (i < j) sets.join(i, j);
      });
      return sets.parents.map((_, place) => sets.find(place));
    },
    async leastMarks(marks) {
      const least = new Uint32Array(n).fill(NO_MARK);
      await pass(
        (i) => marks[i] === NO_MARK,
        (j) => marks[j] !== NO_MARK,
        (i, j) => {
          least[i] = Math.min(least[i], marks[j]);
        },
      );
      return least;
    },
  };
}
