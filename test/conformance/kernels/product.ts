import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import { MAX_F32 } from '../../../host/kernel.js';
import source from '../../../shaders/algebra/product.wgsl';
import subgroupsSource from '../../../shaders/algebra/product_subgroups.wgsl';
import { finish } from '../../../src/ops/algebra/elementwise.twin.js';
import { multiply as twin, transposed } from '../../../src/ops/algebra/products.twin.js';
import { around, constant, floats, grid, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { lengthOf, placedIn, writtenIn } from './matrices.js';
import { expectExact } from './tolerance.js';

const noPause = async () => {};

const MODES = [
  { TRANSPOSE_A: false, TRANSPOSE_B: false, TRIANGLE: false },
  { TRANSPOSE_A: true, TRANSPOSE_B: false, TRIANGLE: false },
  { TRANSPOSE_A: false, TRANSPOSE_B: true, TRIANGLE: false },
] as const;
const TRIANGLES = [
  { TRANSPOSE_A: true, TRANSPOSE_B: false, TRIANGLE: true },
  { TRANSPOSE_A: false, TRANSPOSE_B: true, TRIANGLE: true },
] as const;

/** Of tiles of `rows` x `columns`; with parts of stacks, of sums and of dispatches. */
function shapesOf(rows: number, columns: number, depth: number) {
  const usual = {
    ...{ rows: 5, columns: 6, inner: 7, items: 1, slice: 0, first_term: 0, last_term: 0 },
    ...{ single: false, first: 0, wider: 0, beta: 0, tiles: [0, 0], mirrored: 0, finished: false },
  };
  const general = [
    ...around(rows).map((size) => ({ rows: size, modes: MODES })),
    ...around(columns).map((size) => ({ columns: size, modes: MODES })),
    ...around(depth).map((size) => ({ inner: size, modes: MODES })),
    { rows: rows + 3, columns: columns + 5, inner: 2 * depth + 1, beta: 0.5, finished: true },
    { items: FOLDED_WORKGROUPS, inner: 3, beta: 1 },
    { items: 3, single: true, first: 2, wider: 1 },
    { inner: 3 * depth + 2, slice: 2 * depth, first_term: depth, last_term: 2 * depth, items: 2 },
    { rows: 2 * rows + 1, columns: 2 * columns + 2, tiles: [1, 5] as const, beta: -1 },
    { first: 3, wider: 2, beta: 2, finished: true },
  ].map((shape, s) => ({ ...usual, modes: [MODES[s % MODES.length]], ...shape }));
  const symmetric = [
    ...[3, 4, 5, ...around(rows), ...around(columns)].map((size) => ({ rows: size })),
    { rows: columns + 9, mirrored: 0, first: 1, wider: 1 },
    { rows: 9, items: 2, beta: 0.5 },
  ].map((shape, s) => ({
    ...{ ...usual, mirrored: 1, ...shape, columns: shape.rows },
    modes: [TRIANGLES[s % TRIANGLES.length]],
  }));
  return [...general, ...symmetric];
}

/** What kernels of either kind must make, on tiles of that size. */
function compareTiles(rows: number, depth: number, chosen: KernelConstants = {}) {
  return async (lab: Lab, kernel: KernelSource): Promise<void> => {
    const workgroup = constant(kernel, 'WORKGROUP');
    const tileColumns = Number(kernel.constants.TILE_COLUMNS) || 4 * workgroup;
    const shapes = shapesOf(rows, tileColumns, depth).flatMap(({ modes, ...shape }) =>
      modes.map((mode) => ({ ...shape, mode })),
    );
    const random = seeded();
    await compareEach(shapes, async (shape) => {
      const { mode, inner, items, single, first, wider, beta, tiles, finished } = shape;
      const { TRANSPOSE_A, TRANSPOSE_B, TRIANGLE } = mode;
      const of = (m: number, n: number, isTurned: boolean, count: number) => {
        const size = isTurned ? { rows: n, columns: m } : { rows: m, columns: n };
        const stride = Math.ceil(size.columns / 4) + wider;
        return { ...size, first, stride, items: count, step: size.rows * stride + first };
      };
      const slice = shape.slice || Math.ceil(inner / depth) * depth;
      const slices = Math.ceil(inner / slice);
      const last_term = shape.last_term || slice;
      const a = of(shape.rows, inner, TRANSPOSE_A, items);
      const b = of(inner, shape.columns, TRANSPOSE_B, single ? 1 : items);
      const c = of(shape.rows, shape.columns, false, items * slices);
      const drawn = ({ rows: m, columns: n, items: count }: typeof a) =>
        floats(random, grid, m * n * count);
      const [left, before] = [drawn(a), drawn(c)];
      // A symmetric product of a matrix with itself, so that what is mirrored is right.
      const right = TRIANGLE ? left : drawn(b);
      if (TRIANGLE) {
        for (let i = 0; i < c.rows; i++) {
          for (let j = 0; j < i; j++) {
            for (let item = 0; item < c.items; item++) {
              const at = item * c.rows * c.rows;
              before[at + j * c.rows + i] = before[at + i * c.rows + j];
            }
          }
        }
      }
      const bias = floats(random, grid, 4 * Math.ceil(shape.columns / 4));
      const held = beta === 0 ? blank(lengthOf(c)) : placedIn(before, c);
      const perItem = Math.ceil(shape.rows / rows) * Math.ceil(shape.columns / tileColumns);
      const [first_tile, last_tile] = tiles[1] > 0 ? tiles : [0, perItem * items * slices];
      const results = await lab.run(kernel, {
        constants: { ...chosen, ...mode },
        shape: {
          ...{ rows: shape.rows, columns: shape.columns, inner, slice, items },
          ...{ first_term: shape.first_term, last_term, first_tile, last_tile },
          ...{ a_first: a.first, a_stride: a.stride, a_step: a.step },
          ...{ b_first: b.first, b_stride: b.stride, b_step: single ? 0 : b.step },
          ...{ c_first: c.first, c_stride: c.stride, c_step: c.step },
          ...{ mirrored: shape.mirrored, flags: finished ? 3 : 0, alpha: 0.5, beta },
          ...{ threshold: finished ? 1.25 : 0, least: finished ? 0 : -MAX_F32 },
        },
        buffers: {
          ...{ a: placedIn(left, a), b: placedIn(right, b) },
          ...{ bias: finished ? bias : bias.slice().fill(Number.NaN), c: held },
        },
        invocations: (last_tile - first_tile) * workgroup,
      });
      const made = new Float64Array(before.length);
      const size = c.rows * c.columns;
      for (let part = 0; part < c.items; part++) {
        const item = part % items;
        const begin = Math.floor(part / items) * slice;
        const nth = ({ rows: m, columns: n }: typeof a, values: Float32Array, i: number) => ({
          ...{ rows: m, columns: n },
          values: Float64Array.from(values.subarray(i * m * n, (i + 1) * m * n)),
        });
        // Terms by rows: those of other dispatches are left out.
        const terms = (isTurned: boolean, dense: ReturnType<typeof nth>) => {
          const byTerms = isTurned ? dense : transposed(dense);
          const from = Math.min(begin + shape.first_term, inner);
          const to = Math.max(from, Math.min(begin + last_term, inner));
          const own = byTerms.values.slice(from * byTerms.columns, to * byTerms.columns);
          return { values: own, rows: to - from, columns: byTerms.columns };
        };
        const byA = terms(TRANSPOSE_A, nth(a, left, item));
        const byB = terms(!TRANSPOSE_B, nth(b, right, single ? 0 : item));
        const { values } = await twin(transposed(byA), byB, noPause);
        values.forEach((value, at) => {
          values[at] = 0.5 * value + beta * before[part * size + at];
        });
        const most = { bias, softThreshold: 1.25, clampAtZero: true, zeroDiagonal: true };
        finish(values, c.columns, finished ? most : {});
        made.set(values, part * size);
      }
      const across = Math.ceil(shape.columns / tileColumns);
      const isWritten = (i: number, j: number) => {
        const tile = Math.floor(i / rows) * across + Math.floor(j / tileColumns);
        if (tiles[1] > 0 && (tile < first_tile || tile >= last_tile)) return false;
        const isAbove = Math.floor(j / 4) > Math.floor(i / 4);
        return !TRIANGLE || shape.mirrored === 1 || !isAbove;
      };
      const expected = writtenIn(made, c, held, isWritten);
      expectExact(results.c, expected, JSON.stringify(shape));
    });
  };
}

export const product: KernelTest = {
  source,
  variants: [...MODES, ...TRIANGLES],
  compare: compareTiles(constant(source, 'TILE_ROWS'), constant(source, 'DEPTH')),
  // What both share is tried with this one, what is done last in linear_combination.ts.
  mutations: [
    ['tile >= shape.last_tile', 'tile > shape.last_tile'],
    ['item * shape.a_step', 'part * shape.a_step'],
    ['part * shape.c_step', 'item * shape.c_step'],
    ['first + shape.first_term', 'first'],
    ['row >= shape.rows || 4', '4'],
    ['row > 4 * quad', 'row >= 4 * quad + 8'],
    ['lane / 16 + $(4 * i)', 'lane / 16 + $(2 * i)'],
    // On both sides: on one alone the other's zeros hide it.
    ['term + t < place.end', 'true'],
    ['b$(i / 4 % 2)', 'b0'],
  ],
};

export const productSubgroups: KernelTest = {
  source: subgroupsSource,
  needs: 'subgroups',
  variants: [...MODES, ...TRIANGLES],
  compare: async (lab, kernel) => {
    // As the library has it on drivers that run on a processor; it uses another kernel elsewhere.
    const LANES = lab.runtime.lanes || 4;
    const rows = constant(kernel, 'TILE_ROWS');
    await compareTiles(rows, constant(kernel, 'DEPTH'), { LANES })(lab, kernel);
  },
  mutations: [
    ['mine + $(s * LANES)', 'mine'],
    ['y = transpose(y);', ''],
    ['< place.end)', '< place.end + 4)'],
    ['share$(i / LANES), $(i % LANES)', 'share$(i / LANES), $(i % 2)'],
  ],
};
