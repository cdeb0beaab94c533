import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/neighbours/within_radius.wgsl';
import { DisjointSets } from '../../../src/math/disjoint_sets.js';
import { NO_MARK } from '../../../src/ops/neighbours/radius_search.js';
import { expectEqual } from '../expect.js';
import { around, COLUMNS, constant, grid, packedAt, quadsOf, rowsOf, seeded } from './data.js';
import { compareEach, type KernelTest, permutation } from './kernel_test.js';
import { blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';

const TILE = constant(source, 'TILE');
const TILE_QUERIES = constant(source, 'ROWS') * constant(source, 'WORKGROUP');

/** Of coarse numbers: many distances are `inner` or `outer` exactly. */
const SHAPES = [
  ...around(TILE_QUERIES).map((rows) => ({ rows, run: 9 })),
  ...[1, ...around(TILE), ...around(2 * TILE)].map((run) => ({ rows: 30, run })),
  ...COLUMNS.map((columns) => ({ rows: 40, columns })),
  { rows: 256 + TILE, begin: 256 - TILE, run: 2 * TILE, columns: 6 },
  { rows: 8 * FOLDED_WORKGROUPS, run: TILE, items: FOLDED_WORKGROUPS },
  { rows: TILE_QUERIES + 20, first: TILE_QUERIES },
  { rows: 90, queryOffset: 64, otherOffset: 16 },
  { rows: 40, capacity: 5 },
  { rows: 40, step: -1 },
].map((shape) => ({
  ...{ columns: 2, first: 0, begin: 0, run: 20, items: 1, queryOffset: 0, otherOffset: 0 },
  ...{ capacity: 5000, step: 1 },
  ...shape,
}));

/** Distances grow with the columns. */
const boundsOf = (columns: number) => ({ inner: columns / 2, outer: columns });

async function compare(lab: Lab, kernel: KernelSource, mode: number): Promise<void> {
  const random = seeded();
  await compareEach(SHAPES, async (shape) => {
    const { rows: n, columns, first, begin, run, queryOffset, otherOffset, capacity, step } = shape;
    const quads = quadsOf(columns);
    const width = 4 * quads;
    const { inner, outer } = boundsOf(columns);
    const x = rowsOf(random, grid, n, columns);
    const marks = Uint32Array.from({ length: n }, () =>
      random.below(4) === 0 ? NO_MARK : random.below(9),
    );
    // Each alone; or counts, or marks so far.
    const before = Uint32Array.from({ length: n }, (_, i) =>
      mode === 1 ? i : 5 + random.below(9),
    );
    const items = Array.from({ length: shape.items }, (_, t) => [
      ...[first, begin + t * run, Math.min(n - otherOffset, begin + (t + 1) * run), 0],
    ]);
    const part = (offset: number) =>
      packedAt(x.subarray(offset * width), n - offset, width, 0, n - offset);
    const { values, found, state } = await lab.run(kernel, {
      constants: { MODE: mode },
      shape: {
        ...{ first_item: 1, items: items.length, quads, rows: n, inner, outer, capacity },
        ...{ query_offset: queryOffset, other_offset: otherOffset, step: step >>> 0 },
      },
      buffers: {
        queries: part(queryOffset),
        others: part(otherOffset),
        // Before and behind them lie some that are not of this dispatch.
        items: Uint32Array.from([...items[0], ...items.flat(), ...items[0]]),
        marks,
        values: before,
        found: blankBits(2 * capacity),
        state: Uint32Array.of(0),
      },
      invocations: items.length * constant(source, 'WORKGROUP'),
    });
    const what = JSON.stringify({ mode, ...shape });
    const sets = new DisjointSets(n);
    const expected = Uint32Array.from(before);
    const open: string[] = [];
    for (const [from, start, end] of items) {
      for (let i = queryOffset + from; i < Math.min(n, queryOffset + from + TILE_QUERIES); i++) {
        for (let j = otherOffset + start; j < otherOffset + end; j++) {
          let squared = 0;
          for (let c = 0; c < width; c++) squared += (x[i * width + c] - x[j * width + c]) ** 2;
          if (squared > outer || marks[j] === NO_MARK) continue;
          if (mode === 1 && (i >= j || marks[i] === NO_MARK)) continue;
          if (squared > inner) open.push(`${i} ${j}`);
          else if (mode === 0) expected[i] += step;
          else if (mode === 1) sets.join(i, j);
          else expected[i] = Math.min(expected[i], marks[j]);
        }
      }
    }
    if (mode === 1) {
      // Which links are left differs, what they join does not.
      const links = new DisjointSets(n);
      for (const [i, above] of values.entries()) links.join(i, above);
      const sorted = (one: DisjointSets) => one.parents.map((_, i) => one.find(i));
      expectEqual(sorted(links), sorted(sets), `${what}: sets`);
      expectEqual(
        values.every((above, i) => above <= i),
        true,
        `${what}: links lead to lower rows`,
      );
    } else expectEqual(values, expected, what);
    expectEqual(state[0], open.length, `${what}: pairs left open`);
    const written = Math.min(capacity, open.length);
    const listed = Array.from({ length: written }, (_, p) => `${found[2 * p]} ${found[2 * p + 1]}`);
    const known = new Set(open);
    expectEqual(new Set(listed).size, written, `${what}: pairs once each`);
    expectEqual(
      listed.filter((pair) => !known.has(pair)),
      [],
      `${what}: pairs`,
    );
    expectEqual(found.subarray(2 * written), blankBits(2 * (capacity - written)), `${what}: rest`);
  });
}

/** What every mode must get right, and what one alone. */
const common: KernelTest['mutations'] = [
  ['workgroup >= shape.items', 'workgroup > shape.items'],
  ['shape.first_item + workgroup', 'workgroup'],
  ['shape.query_offset + own', 'own'],
  ['shape.other_offset + j', 'j'],
  ['min(TILE, item.z - j)', 'TILE'],
  ['is_near = (squared <= vec4f(shape.outer))', 'is_near = (squared < vec4f(shape.outer))'],
  ['squared[r] > shape.inner', 'squared[r] >= shape.inner'],
  ['place < shape.capacity', 'place <= shape.capacity'],
  ['b += BLOCK_ROWS / 4', 'b += BLOCK_ROWS'],
];

const inMode = (mode: number, name: string, mutations: KernelTest['mutations']): KernelTest => ({
  source: mode === 0 ? source : permutation(source, name, { MODE: String(mode) }),
  variants: [{ MODE: mode }],
  compare: (lab, kernel) => compare(lab, kernel, mode),
  mutations,
});

export const withinRadius: readonly KernelTest[] = [
  inMode(0, 'that counts', [...common, ['counts[r] += shape.step', 'counts[r] += 1u']]),
  inMode(1, 'that joins', [
    ['is_query[r] = marks[number[r]] != NONE;', ''],
    ['number[r] >= other', 'false'],
    ['atomicLoad(&values[other]) != tops[r]', 'false'],
    ['let before = atomicMin(&values[high], y);', 'let before = high;'],
  ]),
  inMode(2, 'of least marks', [
    ['smallest[r] = min(smallest[r], mark)', 'smallest[r] = mark'],
    ['mark == NONE ||', ''],
  ]),
];
