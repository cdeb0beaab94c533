import source from '../../../shaders/rows/change_columns.wgsl';
import { centre as twin } from '../../../src/rows/column_means.twin.js';
import {
  ACROSS_BLOCKS,
  around,
  COLUMNS,
  constant,
  grid,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
} from './data.js';
import { compareEach, type KernelTest, permutation } from './kernel_test.js';
import { FOLDED_WORKGROUPS } from './lab.js';
import { expectClose } from '../expect.js';
import { expectExact, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 4, first: 0, draw: grid })),
  ...ACROSS_BLOCKS.map((shape) => ({ ...shape, draw: grid })),
  ...COLUMNS.map((columns) => ({ rows: 7, columns, first: 2, draw: grid })),
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2, first: 1, draw: grid },
  { rows: 20, columns: 7, first: 0, draw: uniform },
];

export const centre: KernelTest = {
  source,
  variants: [{}],
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ rows, columns, first, draw }) => {
      const what = `${rows} x ${columns} from ${first} on`;
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const total = first + rows + 3;
      const x = rowsOf(random, draw, rows, columns);
      const shift = rowsOf(random, draw, 1, columns);
      const { points } = await lab.run(kernel, {
        shape: { first, rows, quads },
        buffers: { by: shift, points: packedAt(x, rows, width, first, total) },
        invocations: rows,
      });
      const expected = packedAt(twin(x, rows, width, shift), rows, width, first, total);
      if (draw === grid) expectExact(points, expected, what);
      else expectClose(points, expected, sumRoundings(1, 2, 'a difference'));
    });
  },
  mutations: [
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['shape.first + row', 'row'],
    ['by[q]', 'by[0]'],
    ['-= by', '+= by'],
    ['row >= shape.rows', 'row > shape.rows'],
    ['q < shape.quads', 'q + 1 < shape.quads'],
  ],
};

export const scaleColumns: KernelTest = {
  source: permutation(source, 'scaled', { SCALED: 'true' }),
  variants: [{}],
  async compare(lab, kernel) {
    const random = seeded();
    const folded = { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 3, first: 2 };
    await compareEach(
      [folded, ...COLUMNS.map((columns) => ({ rows: 5, columns, first: 2 }))],
      async ({ rows, columns, first }) => {
        const width = 4 * quadsOf(columns);
        const total = first + rows + 1;
        const x = rowsOf(random, grid, rows, columns);
        const by = Float32Array.from({ length: width }, () => 2 ** (random.below(21) - 10));
        const { points } = await lab.run(kernel, {
          shape: { first, rows, quads: quadsOf(columns) },
          buffers: { by, points: packedAt(x, rows, width, first, total) },
          invocations: rows,
        });
        const scaled = x.map((value, at) => value * by[at % width]);
        const expected = packedAt(scaled, rows, width, first, total);
        expectExact(points, expected, JSON.stringify({ rows, columns }));
      },
    );
  },
  mutations: [
    ['*= by[q]', '*= by[0]'],
    ['*= by[q]', '+= by[q]'],
  ],
};
