import excludeSource from '../../../shaders/algebra/exclude_products.wgsl';
import oneSource from '../../../shaders/algebra/largest_product.wgsl';
import source from '../../../shaders/algebra/largest_products.wgsl';
import { emptyLists, putProducts } from '../../../src/ops/algebra/top_products.twin.js';
import { NO_ROW } from '../../../src/ops/neighbours/nearest_rows.twin.js';
import { expectEqual } from '../expect.js';
import { around, constant, floats, grid, indices, poisonedAt, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blankBits, FOLDED_WORKGROUPS } from './lab.js';
import { bitsOf, FAR } from './nearest_rows.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const TILE = constant(source, 'TILE');
/** The number of row 0. */
const OFFSET = 700;

const nearness = (magnitude: number) => bitsOf(FAR) - bitsOf(magnitude);

const LISTS = [
  ...around(WORKGROUP).map((count) => ({ count, rows: 9 })),
  ...[1, ...around(TILE), ...around(2 * TILE)].map((rows) => ({ rows, k: 2 })),
  ...[1, 2, 5].map((k) => ({ k, rows: 5 * TILE, slice: 2 * TILE, start: TILE })),
  { count: WORKGROUP + 3, rows: 6 * TILE + 1, slice: 2 * TILE, k: 3, first: 5, bounded: true },
  { count: 3, rows: FOLDED_WORKGROUPS * TILE, slice: TILE, k: 1 },
].map((shape) => ({
  ...{ count: 10, first: 0, start: 0, slice: 256, k: 3, bounded: false },
  ...shape,
}));

export const largestProducts: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(LISTS, async (tested) => {
      const { count, rows, first, start, slice, k, bounded } = tested;
      const [width, stride] = [first + count + 2, first + count + 3];
      const end = start + rows;
      const slices = Math.ceil(rows / slice);
      const values = floats(random, grid, rows * width);
      // Beyond the last row lies what must not be read as one.
      const products = poisonedAt(values, start * width, (end + TILE) * width);
      const known = blankBits(2 * k * stride);
      const least = Array.from({ length: count }, () => (bounded ? random.below(8) / 4 : 0));
      least.forEach((size, i) => {
        known.set([nearness(size), 1], 2 * ((k - 1) * stride + first + i));
      });
      const { found } = await lab.run(kernel, {
        shape: { first, count, width, k, stride, start, end, slice, offset: OFFSET },
        buffers: { products, known, found: blankBits(2 * slices * k * stride) },
        invocations: slices * Math.ceil(count / WORKGROUP) * WORKGROUP,
      });
      const expected = blankBits(found.length);
      for (let s = 0; s < slices; s++) {
        const lists = emptyLists(count, k);
        for (let j = s * slice; j < Math.min((s + 1) * slice, rows); j++) {
          const own = values.subarray(j * width + first, j * width + first + count);
          putProducts(lists, j, own, k, (i) => Math.abs(own[i]) <= least[i]);
        }
        lists.rows.forEach((row, at) => {
          const entry =
            row === NO_ROW
              ? [bitsOf(FAR), NO_ROW]
              : [nearness(lists.magnitudes[at]), OFFSET + start + row];
          const column = first + Math.floor(at / k);
          expected.set(entry, 2 * ((s * k + (at % k)) * stride + column));
        });
      }
      expectEqual(found, expected, JSON.stringify(tested));
    });
  },
  mutations: [
    ['begin >= shape.end ||', ''],
    ['own >= shape.count', 'own > shape.count'],
    ['min(begin + shape.slice, shape.end)', 'begin + shape.slice'],
    ['shape.start + slice', 'slice'],
    ['shape.first + own', 'own'],
    ['slice * shape.k * shape.stride + query', 'query'],
    ['(shape.k - 1) * shape.stride + query', 'query'],
    ['most = max(most,', 'most = min(most,'],
    ['min(TILE, end - j)', 'TILE'],
    ['let size = abs(', 'let size = ('],
    ['size > least', 'size >= least'],
    ['shape.offset + j + i', 'j + i'],
    ['before.x <= entry.x', 'before.x < entry.x'],
  ],
};

const BESTS = [
  ...around(WORKGROUP).map((quads) => ({ quads, count: 3 })),
  { quads: 2 * WORKGROUP + 1, count: 2 },
  { quads: 1, count: 5, first: 2 },
  { quads: 1, count: FOLDED_WORKGROUPS },
].map((shape) => ({ first: 0, ...shape }));

export const largestProduct: KernelTest = {
  source: oneSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(BESTS, async ({ quads, count, first }) => {
      const all = first + count + 1;
      const products = floats(random, grid, 4 * quads * all);
      // Ties are the rule; the last query's are all 0.
      products.fill(0, 4 * quads * (all - 2), 4 * quads * (all - 1));
      // Of the first query the largest is beyond a workgroup's first turn, where there is one.
      if (quads > WORKGROUP) products[4 * (quads * first + WORKGROUP) + 1] = 64;
      const before = new Uint32Array(2 * all);
      for (let i = 0; i < all; i++) before.set([bitsOf(random.below(10) / 4), i], 2 * i);
      before.set([0, NO_ROW], 2 * (all - 2));
      const { best } = await lab.run(kernel, {
        shape: { first, count, quads, offset: OFFSET },
        buffers: { products, best: before.slice() },
        invocations: count * WORKGROUP,
      });
      const expected = before.slice();
      for (let i = first; i < first + count; i++) {
        for (let j = 0; j < 4 * quads; j++) {
          const bits = bitsOf(Math.abs(products[4 * quads * i + j]));
          if (bits > expected[2 * i]) expected.set([bits, OFFSET + j], 2 * i);
        }
      }
      expectEqual(best, expected, JSON.stringify({ quads, count, first }));
    });
  },
  mutations: [
    ['own >= shape.count', 'own > shape.count'],
    ['shape.first + own', 'own'],
    ['= abs(products', '= (products'],
    ['four[$i] > largest', 'four[$i] >= largest'],
    ['4 * quad + $i', '4 * quad'],
    ['quad += WORKGROUP', 'quad += 2 * WORKGROUP'],
    ['rows[lane + half] < rows[lane]', 'false'],
    ['sizes[0] > bitcast', 'sizes[0] >= bitcast'],
    ['shape.offset + rows[0]', 'rows[0]'],
  ],
};

const followed = (numbers: Uint32Array) => {
  const longer = new Uint32Array(numbers.length + 1);
  longer.set(numbers);
  longer[numbers.length] = OFFSET;
  return longer;
};

const EXCLUDED = [
  ...around(WORKGROUP).map((count) => ({ count, excludes: 1 })),
  { count: 9, excludes: 3, from: 4 },
  { count: 5, excludes: 2, isTurned: true },
  { count: FOLDED_WORKGROUPS * WORKGROUP, excludes: 1 },
].map((shape) => ({ from: 0, isTurned: false, ...shape }));

export const excludeProducts: KernelTest = {
  source: excludeSource,
  async compare(lab, kernel) {
    const random = seeded();
    const rows = 6;
    await compareEach(EXCLUDED, async ({ count, excludes, from, isTurned }) => {
      const excluded = indices(random, count * excludes, rows + 4).map((row) =>
        row === 0 ? NO_ROW : row + OFFSET - 2,
      );
      const [query_step, row_step] = isTurned ? [1, count + 1] : [rows + 1, 1];
      const before = floats(random, () => 1, (count + 1) * (rows + 1));
      const { products } = await lab.run(kernel, {
        shape: { first: from, count, excludes, query_step, row_step, rows, offset: OFFSET },
        // What follows the last is not taken.
        buffers: { excluded: followed(excluded), products: before.slice() },
        invocations: count * excludes - from,
      });
      const expected = before.slice();
      excluded.forEach((number, at) => {
        const row = number - OFFSET;
        if (at < from || row < 0 || row >= rows) return;
        expected[Math.floor(at / excludes) * query_step + row * row_step] = 0;
      });
      expectEqual(products, expected, JSON.stringify({ count, excludes, from, isTurned }));
    });
  },
  mutations: [
    ['shape.first + (', '('],
    ['index >= shape.count * shape.excludes', 'index > shape.count * shape.excludes'],
    ['- shape.offset', ''],
    ['row < shape.rows', 'row <= shape.rows'],
    ['index / shape.excludes * shape', 'index * shape'],
    ['row * shape.row_step', 'row'],
  ],
};
