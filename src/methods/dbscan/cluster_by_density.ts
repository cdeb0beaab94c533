/** From rows within a radius of each other to clusters. */
import { NO_MARK, type RadiusSearch } from '../../ops/neighbours/radius_search.js';

/** Clusters, numbered by their first core rows. */
export interface DensityClusters {
  /** [n]; -1 is noise. */
  readonly labels: Int32Array;
  /** The core rows, rising. */
  readonly core: Uint32Array;
  /** The first core row of each cluster. */
  readonly first: readonly number[];
}

/** @param order the row that stands at each place */
export async function clusterByDensity(
  search: RadiusSearch,
  order: Uint32Array,
  minSamples: number,
): Promise<DensityClusters> {
  const n = order.length;
  const counts = await search.count();
  const isCore = counts.map((count) => Number(count >= minSamples));
  const joined = await search.join(isCore.map((is) => (is ? 0 : NO_MARK)));
  const placeOf = new Uint32Array(n);
  order.forEach((row, place) => {
    placeOf[row] = place;
  });
  const numbers = new Map<number, number>();
  const marks = new Uint32Array(n).fill(NO_MARK);
  const core: number[] = [];
  const first: number[] = [];
  for (const [row, place] of placeOf.entries()) {
    if (!isCore[place]) continue;
    core.push(row);
    const number = numbers.get(joined[place]) ?? first.push(row) - 1;
    numbers.set(joined[place], number);
    marks[place] = number;
  }
  const least = core.length < n && core.length > 0 ? await search.leastMarks(marks) : marks;
  // NO_MARK is -1 there.
  const labels = Int32Array.from(placeOf, (place) => (isCore[place] ? marks[place] : least[place]));
  return { labels, core: Uint32Array.from(core), first };
}
