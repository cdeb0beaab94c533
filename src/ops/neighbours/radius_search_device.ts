/** Rows within a radius on a device, whose float32 leaves pairs on the very edge to the host. */
import { MAX_F32 } from '../../../host/kernel.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import withinRadiusKernel from '../../../shaders/neighbours/within_radius.wgsl';
import { DisjointSets } from '../../math/disjoint_sets.js';
import { LEAF, nearRuns } from '../../math/spatial_order.js';
import { packRows } from '../../rows/device_points.js';
import { largestOf } from '../../rows/float16.js';
import { powerInRange } from '../../rows/range.js';
import type { Chunk } from '../../rows/rows.js';
import { bytesAtOnce, paceKeeper } from '../pace_keeper.js';
import { isWithin, NO_MARK, type RadiusRows, type RadiusSearch } from './radius_search.js';

const { constants } = withinRadiusKernel;
/** Queries of a workgroup. */
const TILE_QUERIES = Number(constants.ROWS) * Number(constants.WORKGROUP);
/** Bytes of the list, and of items. */
const FOUND_BYTES = 4 * 1024 * 1024;
const ITEM_BYTES = 1024 * 1024;
/** Pairs of the list that are read with their number. */
const FIRST_READ = 4096;
/** Dispatches between two looks at the list. */
const DISPATCHES = 16;
const PAIR_WORK = 2;

/** What the kernel does; see there. */
const MODES = { count: 0, join: 1, least: 2 } as const;

/** First query, [begin, end), nothing: within two chunks. */
type Item = readonly [first: number, begin: number, end: number, unused: 0];

/** One sort of pass over all pairs. */
interface Pass {
  readonly mode: keyof typeof MODES;
  readonly marks: Uint32Array;
  /** [n], before. */
  readonly values: Uint32Array;
  readonly asks: (place: number) => boolean;
  readonly counts: (place: number) => boolean;
  /** Pairs (i, j) with i < j are all that is needed. */
  readonly isSymmetric?: boolean;
  /** Takes a pair that the host decided to be near. */
  readonly take: (i: number, j: number) => void;
}

export async function deviceRadiusSearch(
  workspace: Workspace,
  rows: RadiusRows,
  signal?: AbortSignal,
): Promise<RadiusSearch> {
  const { runtime } = workspace;
  const { x, n, d, tree, radius, margin = 0 } = rows;
  const shift = Float64Array.from({ length: d }, (_, j) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = j; at < tree.groups.lows.length; at += d) {
      low = Math.min(low, tree.groups.lows[at]);
      high = Math.max(high, tree.groups.highs[at]);
    }
    return low / 2 + high / 2;
  });
  const centred = Float64Array.from(x, (value, at) => value - shift[at % d]);
  const scale = powerInRange(largestOf(centred));
  const data = Float32Array.from(centred, (value) => value * scale);
  const packed = await packRows(workspace, { data, shape: [n, d] }, 1);
  const { quads } = packed;
  const chunks = packed.kept!;
  const { inner, outer } = bounds(radius * scale, margin * scale, largestOf(data), d);
  const capacity = bytesAtOnce(runtime, FOUND_BYTES) / 8;
  /** The most rows that an item compares its queries with: its pairs all fit the list. */
  const mostRun = Math.floor(capacity / TILE_QUERIES / LEAF) * LEAF;
  const mostItems = bytesAtOnce(runtime, ITEM_BYTES) / 16;
  const made = await workspace.allocate({
    marks: 4 * n,
    values: 4 * n,
    items: 16 * mostItems,
    found: 8 * capacity,
    state: 4,
  });
  const finish = paceKeeper(runtime);

  /** Sends items and takes what is left to the host; what an overfull list is of goes again in halves. */
  const send = async (
    kernel: Kernel,
    items: readonly Item[],
    [queries, others]: readonly [Chunk, Chunk],
    pass: Pass,
  ): Promise<void> => {
    signal?.throwIfAborted();
    workspace.upload(made.items, Uint32Array.from(items.flat()));
    const dispatchAll = (step: number) => {
      workspace.upload(made.state, new Uint32Array(1));
      workspace.run('within radius', (recording) => {
        for (const [first, count] of dispatches(runtime, items, d)) {
          const shape = {
            ...{ first_item: first, items: count, quads, rows: n, inner, outer },
            ...{ query_offset: queries.start, other_offset: others.start },
            ...{ step: step >>> 0, capacity },
          };
          const buffers = { queries: queries.points, others: others.points, ...made };
          recording.dispatch(kernel, { shape, ...buffers }, count);
        }
      });
    };
    dispatchAll(1);
    const [state, head] = await Promise.all([
      workspace.read(made.state, 0, 4),
      workspace.read(made.found, 0, 8 * FIRST_READ),
    ]);
    finish(items.reduce((sum, item) => sum + workOf(item, d), 0));
    const [count] = new Uint32Array(state);
    if (count > capacity) {
      // What was counted is taken back; to join and to take the least once more changes nothing.
      if (pass.mode === 'count') dispatchAll(-1);
      const half = Math.ceil(items.length / 2);
      await send(kernel, items.slice(0, half), [queries, others], pass);
      await send(kernel, items.slice(half), [queries, others], pass);
      return;
    }
    const pairs = new Uint32Array(
      count <= FIRST_READ ? head : await workspace.read(made.found, 0, 8 * count),
    );
    for (let p = 0; p < 2 * count; p += 2) {
      if (isWithin(rows, pairs[p], pairs[p + 1])) pass.take(pairs[p], pairs[p + 1]);
    }
  };

  const run = async (pass: Pass): Promise<Uint32Array> => {
    const kernel = await runtime.kernel(withinRadiusKernel, { MODE: MODES[pass.mode] });
    workspace.upload(made.marks, pass.marks);
    workspace.upload(made.values, pass.values);
    const asks = leavesThat(n, TILE_QUERIES, pass.asks);
    const counts = leavesThat(n, LEAF, pass.counts);
    for (const queries of chunks) {
      for (const others of chunks) {
        let items: Item[] = [];
        let work = 0;
        const flush = async () => {
          if (items.length > 0) await send(kernel, items, [queries, others], pass);
          [items, work] = [[], 0];
        };
        const end = others.start + others.rows;
        for (let first = 0; first < queries.rows; first += TILE_QUERIES) {
          const own = queries.start + first;
          const from = pass.isSymmetric ? Math.max(others.start, own) : others.start;
          if (from >= end || !asks[own / TILE_QUERIES]) continue;
          const tile = [own, Math.min(n, own + TILE_QUERIES)] as const;
          const runs = nearRuns(tree, tile, [from, end], radius ** 2, (leaf) => counts[leaf]);
          for (const [begin, stop] of runs) {
            for (let at = begin; at < stop; at += mostRun) {
              const last = Math.min(stop, at + mostRun);
              const item = [first, at - others.start, last - others.start, 0] as const;
              items.push(item);
              work += workOf(item, d);
              const isEnough = work > DISPATCHES * runtime.pace.budget;
              if (isEnough || items.length === mostItems) await flush();
            }
          }
        }
        await flush();
      }
    }
    return new Uint32Array(await workspace.read(made.values, 0, 4 * n));
  };

  return {
    async count() {
      const more = new Uint32Array(n);
      const counts = await run({
        mode: 'count',
        marks: new Uint32Array(n),
        values: new Uint32Array(n),
        asks: () => true,
        counts: () => true,
        take: (i) => more[i]++,
      });
      return counts.map((count, place) => count + more[place]);
    },
    async join(marks) {
      const sets = new DisjointSets(n);
      const isMarked = (place: number) => marks[place] !== NO_MARK;
      const found = await run({
        mode: 'join',
        marks,
        values: Uint32Array.from(sets.parents),
        asks: isMarked,
        counts: isMarked,
        isSymmetric: true,
        take: (i, j) => sets.join(i, j),
      });
      for (const [place, above] of found.entries()) sets.join(place, above);
      return sets.parents.map((_, place) => sets.find(place));
    },
    async leastMarks(marks) {
      const more = new Uint32Array(n).fill(NO_MARK);
      const least = await run({
        mode: 'least',
        marks,
        values: Uint32Array.from(more),
        asks: (place) => marks[place] === NO_MARK,
        counts: (place) => marks[place] !== NO_MARK,
        take: (i, j) => {
          more[i] = Math.min(more[i], marks[j]);
        },
      });
      return least.map((mark, place) => Math.min(mark, more[place]));
    },
  };
}

/**
 * What squared distances in float32 say: up to `inner` the rows are within the radius, beyond `outer` they
 * are not. Rows are off by half a unit in the last place of the largest magnitude.
 */
function bounds(radius: number, margin: number, largest: number, d: number) {
  const unit = 2 ** -24;
  const off = 2 * largest * unit * Math.sqrt(d) + 1e-36;
  const relative = (Math.ceil(d / 4) + 8) * unit;
  const near = Math.max(0, (radius - margin) * (1 - relative) - off);
  const far = radius * (1 + relative) + off;
  const fitting = (squared: number) => Math.min(MAX_F32, squared);
  return {
    // Not even equal rows are known to be within a radius that rounding hides.
    inner: near > 0 ? fitting(near ** 2 * (1 - 2 * unit)) : -1,
    outer: fitting(far ** 2 * (1 + 2 * unit)),
  };
}

/** Of each run of `size` places whether one of them does. */
function leavesThat(n: number, size: number, does: (place: number) => boolean): boolean[] {
  const found = new Array<boolean>(Math.ceil(n / size)).fill(false);
  for (let place = 0; place < n; place++) if (does(place)) found[Math.floor(place / size)] = true;
  return found;
}

/** Multiply-adds of an item. */
function workOf([, begin, end]: Item, d: number): number {
  return PAIR_WORK * d * TILE_QUERIES * (end - begin);
}

/** Runs of items, each short enough for one dispatch. */
function* dispatches(
  { pace }: Runtime,
  items: readonly Item[],
  d: number,
): Generator<readonly [first: number, count: number]> {
  let [first, work] = [0, 0];
  for (const [at, item] of items.entries()) {
    const more = workOf(item, d);
    if (at > first && work + more > pace.budget) {
      yield [first, at - first];
      [first, work] = [at, 0];
    }
    work += more;
  }
  yield [first, items.length - first];
}
