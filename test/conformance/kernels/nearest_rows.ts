import type { KernelSource } from '../../../host/kernel.js';
import mergeSource from '../../../shaders/neighbours/merge_nearest.wgsl';
import source from '../../../shaders/neighbours/nearest_rows.wgsl';
import type { Random } from '../../../src/math/random.js';
import {
  emptyLists,
  type NearestLists,
  nearestRows as twin,
  NO_ROW,
} from '../../../src/ops/neighbours/nearest_rows.twin.js';
import { expectEqual } from '../expect.js';
import { around, COLUMNS, constant, grid, packedAt, quadsOf, rowsOf, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const TILE = constant(source, 'TILE');
const MOST = constant(source, 'MOST');
const TILE_QUERIES = constant(source, 'ROWS') * WORKGROUP;
/** Of no row. */
export const FAR = 3.4e38;

export const bitsOf = (squared: number) => new Uint32Array(Float32Array.of(squared).buffer)[0];

/** Writes query i's list to column `first + i`, but for what is not nearer than `worst[i]`. */
function writeLists(
  to: Uint32Array,
  { squared, rows }: NearestLists,
  k: number,
  stride: number,
  first: number,
  worst?: ArrayLike<number>,
): void {
  for (let at = 0; at < rows.length; at++) {
    const i = Math.floor(at / k);
    const isThere = rows[at] !== NO_ROW && (!worst || squared[at] < worst[i]);
    const entry = isThere ? [bitsOf(squared[at]), rows[at]] : [bitsOf(FAR), NO_ROW];
    to.set(entry, 2 * ((at % k) * stride + first + i));
  }
}

/** Of coarse numbers, so that ties are common. */
const SHAPES = [
  ...around(TILE_QUERIES).map((count) => ({ count, rows: 9 })),
  ...around(WORKGROUP).map((count) => ({ count, rows: 5, first: TILE_QUERIES })),
  ...COLUMNS.map((columns) => ({ columns, rows: 11, start: TILE })),
  ...[1, ...around(TILE), ...around(2 * TILE)].map((rows) => ({ rows, k: 2 })),
  ...[1, MOST - 1, MOST, MOST + 1, 2 * MOST].map((k) => ({ k, rows: 3 * TILE, slice: TILE })),
  { count: TILE_QUERIES + 3, rows: 5 * TILE + 1, slice: 2 * TILE, k: 5, bounded: true },
  { count: 20, rows: 40, slice: 3 * TILE, k: MOST + 3, bounded: true, excludes: 1 },
  { count: 30, rows: 30, k: 3, excludes: 1, first: TILE_QUERIES, start: 2 * TILE },
  { count: 7, rows: FOLDED_WORKGROUPS * TILE, slice: TILE, k: 1 },
  { count: 6, rows: 20, start: 256 - TILE, columns: 6, k: 4 },
].map((shape) => ({
  ...{
    count: 10,
    columns: 5,
    first: 0,
    start: 0,
    slice: 256,
    k: 3,
    bounded: false,
    excludes: 0,
  },
  ...shape,
}));

const OFFSET = 700;

async function compare(lab: Lab, kernel: KernelSource): Promise<void> {
  const random = seeded(kernel);
  await compareEach(SHAPES, async (tested) => {
    const { count, columns, rows, first, start, slice, k, bounded, excludes } = tested;
    const quads = quadsOf(columns);
    const width = 4 * quads;
    const end = start + rows;
    const stride = first + Math.ceil((count + 1) / TILE_QUERIES) * TILE_QUERIES;
    const slices = Math.ceil(rows / slice);
    const x = rowsOf(random, grid, count, columns);
    const y = rowsOf(random, grid, rows, columns);
    const isLeftOut = (i: number, j: number) => excludes === 1 && i === j;
    const worst = Array.from({ length: count }, () =>
      bounded ? random.below(2 * columns * 16) / 16 : FAR,
    );
    const known = blankBits(2 * k * stride);
    worst.forEach((squared, i) => {
      known.set([bitsOf(squared), 1], 2 * ((k - 1) * stride + first + i));
    });
    const { found } = await lab.run(kernel, {
      constants: { SHARED: k <= MOST },
      shape: {
        ...{ first, count, quads, k, stride, start, end, slice, excludes },
        ...{ offset: OFFSET, own: OFFSET + start - first },
      },
      buffers: {
        queries: packedAt(x, count, width, first, first + count + 2),
        points: packedAt(y, rows, width, start, end + 2),
        known,
        found: blankBits(2 * slices * k * stride),
      },
      invocations: slices * Math.ceil(count / TILE_QUERIES) * WORKGROUP,
    });
    const expected = blankBits(found.length);
    for (let s = 0; s < slices; s++) {
      const range = [s * slice, Math.min((s + 1) * slice, rows)] as const;
      const lists = emptyLists(count, k);
      twin(lists, x, count, y, range, width, k, isLeftOut);
      const numbered = {
        ...lists,
        rows: lists.rows.map((row) => (row === NO_ROW ? row : OFFSET + start + row)),
      };
      const at = 2 * s * k * stride;
      writeLists(expected.subarray(at), numbered, k, stride, first, worst);
    }
    expectEqual(found, expected, JSON.stringify(tested));
  });
}

export const nearestRows: KernelTest = {
  source,
  variants: [{ SHARED: true }, { SHARED: false }],
  compare,
  mutations: [
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['begin >= shape.end', 'begin > shape.end'],
    ['min(begin + shape.slice, shape.end)', 'begin + shape.slice'],
    ['WORKGROUP * vec4u(0, 1, 2, 3)', 'WORKGROUP * vec4u(0, 1, 2, 2)'],
    ['own[r] < shape.count', 'own[r] <= shape.count'],
    ['queries[a + 2 * WORKGROUP]', 'queries[a + WORKGROUP]'],
    ['tile.k$i += squares(x, y$(i / 4)[$(i % 4)])', 'tile.k$i += squares(x, y0[$(i % 4)])'],
    ['min(TILE, end - j)', 'TILE'],
    ['squared[r] < worst[r] &&', 'squared[r] <= worst[r] &&'],
    ['number != itself[r]', 'true'],
    ['shape.excludes == 0 ||', ''],
    ['shape.offset + j + i', 'j + i'],
    ['bitcast<f32>(known[(shape.k - 1) * shape.stride', 'bitcast<f32>(known[(shape.k - 1)'],
    ['min(worst[r], bitcast<f32>(last))', 'bitcast<f32>(last)'],
    ['all = min(all, tile.k$i)', 'all = max(all, tile.k$i)'],
    ['before.x <= entry.x', 'before.x < entry.x'],
    ['a += BLOCK_ROWS', 'a += 1'],
    ['b += BLOCK_ROWS / 4', 'b += 1'],
  ],
};

/** A list of `count` of k entries, in the order of their distances; the rest is empty. */
function listOf(random: Random, k: number, count: number, firstRow: number): NearestLists {
  const { squared, rows } = emptyLists(1, k);
  const drawn = Array.from({ length: count }, () => random.below(12)).sort((a, b) => a - b);
  drawn.forEach((distance, p) => {
    squared[p] = distance;
    rows[p] = firstRow + p;
  });
  return { squared, rows };
}

const MERGES = [
  ...around(WORKGROUP).map((count) => ({ count, k: 3, slices: 2, first: 0 })),
  ...[1, 2, 7].map((k) => ({ count: 40, k, slices: 3, first: 2 })),
  { count: 9, k: 4, slices: 1, first: 5 },
  { count: WORKGROUP * FOLDED_WORKGROUPS, k: 2, slices: 2, first: 0 },
];

export const mergeNearest: KernelTest = {
  source: mergeSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(MERGES, async (tested) => {
      const { count, k, slices, first } = tested;
      const stride = first + count + 2;
      const before = blankBits(2 * k * stride);
      // Zeros are nearer than anything: what is read beyond the columns shows.
      const found = new Uint32Array(2 * slices * k * stride);
      const expected = blankBits(before.length);
      for (let i = 0; i < count; i++) {
        const lists = Array.from({ length: slices + 1 }, (_, s) =>
          listOf(random, k, random.below(k + 1), 100 * s),
        );
        writeLists(before, lists[0], k, stride, first + i);
        lists.slice(1).forEach((list, s) => {
          writeLists(found.subarray(2 * s * k * stride), list, k, stride, first + i);
        });
        // A stable sort: ties stay with those before.
        const all = lists
          .flatMap(({ squared, rows }) => Array.from(rows, (row, p) => ({ row, at: squared[p] })))
          .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at))
          .slice(0, k);
        const merged = {
          squared: Float64Array.from(all, ({ at }) => at),
          rows: Uint32Array.from(all, ({ row }) => row),
        };
        writeLists(expected, merged, k, stride, first + i);
      }
      const { known } = await lab.run(kernel, {
        shape: { first, count, k, stride, slices },
        buffers: { found, known: before },
        invocations: count,
      });
      expectEqual(known, expected, JSON.stringify(tested));
    });
  },
  mutations: [
    ['i >= shape.count', 'i > shape.count'],
    ['shape.first + i', 'i'],
    ['entry.x >= worst', 'entry.x > worst'],
    ['s < shape.slices', 's + 1 < shape.slices'],
    ['(s * shape.k + p) * shape.stride', 'p * shape.stride'],
    ['before.x <= entry.x', 'before.x < entry.x'],
  ],
};
