import source from '../../../shaders/rows/centre.wgsl';
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
import { compareEach, type KernelTest } from './kernel_test.js';
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
        buffers: { shift, points: packedAt(x, rows, width, first, total) },
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
    ['shift[q]', 'shift[0]'],
    ['-=', '+='],
    ['row >= shape.rows', 'row > shape.rows'],
    ['q < shape.quads', 'q + 1 < shape.quads'],
  ],
};
