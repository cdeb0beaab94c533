import { describe, expect, test } from 'vitest';
import {
  addListed,
  addTransposed,
  groupQuads,
  listRows,
  type RowLists,
} from '../../src/ops/products/row_lists.js';
import { createRandom } from '../../src/math/random.js';
import { activeRows } from '../../src/ops/products/active_rows.twin.js';
import { gram } from '../../src/ops/products/gram.twin.js';
import { listedProducts } from '../../src/ops/products/listed_products.twin.js';
import { BLOCK_ROWS, packedIndex } from '../../src/rows/pack.twin.js';

/** Whole numbers, zero in the more rows the larger `rarity` of their column is. */
function sparse(n: number, d: number, rarity: (column: number) => number): Float32Array {
  const random = createRandom(7);
  return Float32Array.from({ length: n * d }, (_, at) =>
    random.below(rarity(at % d)) === 0 ? random.below(9) - 4 : 0,
  );
}

const activeOf = (x: Float32Array, n: number, d: number, first = 0) => ({
  bits: activeRows(x, n, d),
  quads: Math.ceil(d / 4),
  first,
  rows: n,
});

/** What gram_listed.wgsl leaves of the items [from, to). */
function multiplied(lists: RowLists, x: Float32Array, d: number, from: number, to: number) {
  const quads = Math.ceil(d / 4);
  const width = 4 * quads;
  const rowAt = new Map<number, number>();
  for (let i = 0; i < x.length / d; i++) rowAt.set(packedIndex(i, 0, quads) / 4, i);
  const padded = Float32Array.from({ length: (x.length / d) * width }, (_, at) =>
    at % width < d ? x[Math.floor(at / width) * d + (at % width)] : 0,
  );
  const columnsOf = (first: number, length: number) =>
    Array.from({ length: 4 * length }, (_, at) => {
      const position = Math.min(first + Math.floor(at / 4), lists.order.length - 1);
      return 4 * lists.order[position] + (at % 4);
    });
  const left: number[] = [];
  for (let item = from; item < to; item++) {
    const [tile, start, end, block] = lists.items.subarray(4 * item);
    const rows = Array.from(lists.rows.subarray(start, end), (at) => rowAt.get(at)!);
    const columns = columnsOf(4 * tile + 16 * block, 16);
    left.push(...listedProducts(padded, width, rows, columnsOf(4 * tile, 4), columns));
  }
  return Float32Array.from(left);
}

describe('the lists and their items make the Gram matrix', () => {
  test.each([
    [1, 1],
    [40, 16],
    [33, 17],
    [BLOCK_ROWS + 1, 70],
    [300, 131],
    // More rows than one item takes.
    [4100, 18],
  ])('%i x %i', (n, d) => {
    const x = sparse(n, d, (column) => 1 + (column % 7));
    const lists = listRows(activeOf(x, n, d));
    const count = lists.items.length / 4;
    const sums = new Float64Array(d * d);
    const half = Math.floor(count / 2);
    addListed(sums, multiplied(lists, x, d, 0, half), lists, 0, d);
    addListed(sums, multiplied(lists, x, d, half, count), lists, half, d);
    addTransposed(sums, d);
    expect(sums).toEqual(gram(x, n, d));
  });
});

test('rows further down lie further down', () => {
  const x = sparse(40, 5, () => 2);
  const { rows } = listRows(activeOf(x, 40, 5));
  const further = listRows(activeOf(x, 40, 5, 2 * BLOCK_ROWS));
  expect([...further.rows]).toEqual([...rows].map((at) => at + 2 * 2 * BLOCK_ROWS));
});

test('nothing is listed for columns of zeros', () => {
  const lists = listRows(activeOf(new Float32Array(50 * 20), 50, 20));
  expect(lists.items).toHaveLength(0);
  expect(lists.rows).toHaveLength(0);
});

describe('groupQuads', () => {
  test('puts quads together that are active in the same rows', () => {
    // Quads 0, 2, 4, ... in even rows, the others in odd ones.
    const n = 64;
    const d = 4 * 16;
    const x = Float32Array.from({ length: n * d }, (_, at) =>
      Number(Math.floor(at / d) % 2 === Math.floor((at % d) / 4) % 2),
    );
    for (const tile of groupQuads(activeOf(x, n, d))) {
      expect(new Set(tile.map((quad) => quad % 2)).size).toBe(1);
    }
  });

  test('every quad once, and one short tile at most', () => {
    const tiles = groupQuads(
      activeOf(
        sparse(5000, 77, (column) => 1 + column),
        5000,
        77,
      ),
    );
    expect(tiles.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, q) => q));
    expect(tiles.filter(({ length }) => length < 4)).toHaveLength(0);
  });
});

test('rare tiles take few rows: far fewer products than all', () => {
  const [n, d] = [3000, 128];
  const x = sparse(n, d, (column) => (column < 64 ? 1 : 60));
  const { items } = listRows(activeOf(x, n, d));
  let work = 0;
  for (let at = 0; at < items.length; at += 4) work += items[at + 2] - items[at + 1];
  // 8 tiles, each with the blocks of 64 columns from its own on: 2 each for 4 of them, 1 for 4.
  expect(work).toBeLessThan(0.55 * 12 * n);
});
