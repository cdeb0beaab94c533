import source from '../../../shaders/products/cross_products.wgsl';
import { addCrossProducts } from '../../../src/ops/products/gram_times.js';
import { crossProducts as twin } from '../../../src/ops/products/cross_products.twin.js';
import { pack } from '../../../src/rows/pack.twin.js';
import { expectClose } from '../expect.js';
import {
  ACROSS_BLOCKS,
  COLUMNS,
  constant,
  floats,
  grid,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { FOLDED_WORKGROUPS } from './lab.js';
import { expectExact, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const ENTRY = 4 * constant(source, 'ENTRY');
/** Columns a block has on either side. */
const BLOCK = 8;

const SHAPES = [
  ...[1, 2, 7, 8, 9].map((rows) => ({ rows, lanes: 3, columns: 5, directions: 2 })),
  ...[...COLUMNS, 15, 16, 17].map((columns) => ({ rows: 6, lanes: 2, columns, directions: 3 })),
  ...[4, 5, 8, 9, 17].map((directions) => ({ rows: 5, lanes: 2, columns: 9, directions })),
  ...ACROSS_BLOCKS.map(({ rows, columns }) => ({ rows, columns, lanes: 5, directions: 5 })),
  { rows: 3 * WORKGROUP, lanes: WORKGROUP + 1, columns: 3, directions: 1 },
  { rows: 90, lanes: FOLDED_WORKGROUPS * 8, columns: 8 * 8, directions: 1 },
].map((shape) => ({ ...shape, draw: grid }));

export const crossProducts: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    const shapes = [...SHAPES, { rows: 50, lanes: 2, columns: 6, directions: 6, draw: uniform }];
    await compareEach(shapes, async ({ rows, lanes, columns, directions, draw }) => {
      const quads = quadsOf(columns);
      const first = 2;
      const total = first + rows + 1;
      const across = Math.ceil(directions / BLOCK);
      const blocks = Math.ceil(columns / BLOCK) * across;
      const x = rowsOf(random, draw, rows, columns);
      const y = new Float32Array(rows * BLOCK * across);
      const narrow = rowsOf(random, draw, rows, directions);
      const narrowWidth = 4 * quadsOf(directions);
      for (let i = 0; i < rows; i++) {
        y.set(narrow.subarray(i * narrowWidth, (i + 1) * narrowWidth), i * BLOCK * across);
      }
      const before = floats(random, draw, lanes * blocks * ENTRY);
      const { partial } = await lab.run(kernel, {
        shape: { first, rows, quads, image_quads: 2 * across, lanes },
        buffers: {
          points: packedAt(x, rows, 4 * quads, first, total),
          images: Float32Array.from(pack(y, rows, BLOCK * across)),
          partial: before,
        },
        invocations: lanes * blocks,
      });
      const what = JSON.stringify({ rows, lanes, columns, directions });
      for (let l = 0; l < lanes; l++) {
        const flat = (values: Float32Array) => {
          const sums = Array.from({ length: directions }, () => new Float64Array(columns));
          const own = values.subarray(l * blocks * ENTRY, (l + 1) * blocks * ENTRY);
          addCrossProducts(sums, own, columns);
          return Float32Array.from(sums.flatMap((sum) => [...sum]));
        };
        const own = Array.from({ length: rows }, (_, i) => i).filter((i) => i % lanes === l);
        const pick = (values: Float32Array, width: number) =>
          own.flatMap((i) => [...values.subarray(i * width, (i + 1) * width)]);
        const products = twin(
          pick(x, 4 * quads),
          pick(y, BLOCK * across),
          own.length,
          4 * quads,
          BLOCK * across,
        );
        const actual = flat(partial);
        const expected = Float64Array.from(
          flat(before),
          (start, at) =>
            start + products[(at % columns) * BLOCK * across + Math.floor(at / columns)],
        );
        if (draw === grid) expectExact(actual, expected, `${what}, lane ${l}`);
        else expectClose(actual, expected, sumRoundings(rows + 1, rows + 1, 'numbers within 1'));
      }
    });
  },
  mutations: [
    ['i0 >= shape.quads', 'i0 > shape.quads'],
    ['shape.first + row', 'row'],
    ['point_at(row, shape.image_quads)', 'row'],
    ['row += shape.lanes', 'row += 1'],
    ['block / across', 'block % across'],
    ['j0 + 1', 'j0'],
    ['min(i0 + 1, shape.quads - 1)', 'i0'],
    ['y$(i / 4 % 2)', 'y0'],
    ['x$(i / 8)[', 'x0['],
    ['(run * blocks + block) * ENTRY', '(block * shape.lanes + run) * ENTRY'],
    ['partial[at + $i] = product$i', 'partial[at + $i] = product$(i / 2)'],
    ['product$i = partial[at + $i]', 'product$i = partial[at + $(i / 2)]'],
  ],
};
