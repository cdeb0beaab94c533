import source from '../../../shaders/rows/row_norms.wgsl';
import { rowNorms as twin } from '../../../src/ops/assign/row_norms.twin.js';
import { expectClose } from '../expect.js';
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
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact, roundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 4, draw: grid })),
  ...ACROSS_BLOCKS.map(({ rows, columns }) => ({ rows, columns, draw: grid })),
  ...COLUMNS.map((columns) => ({ rows: 5, columns, draw: grid })),
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2, draw: grid },
  { rows: 10, columns: 100, draw: uniform },
];

export const rowNorms: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(SHAPES, async ({ rows, columns, draw }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const total = rows + 2;
      const x = rowsOf(random, draw, rows, columns);
      const { norms } = await lab.run(kernel, {
        shape: { rows, quads },
        buffers: { points: packedAt(x, rows, width, 0, total), norms: blank(rows) },
        invocations: rows,
      });
      const expected = twin(x, rows, width);
      if (draw === grid) expectExact(norms, expected, `${rows} x ${columns}`);
      else expectClose(norms, expected, roundings(width, `a sum of ${width} squares`));
    });
  },
  mutations: [
    ['row >= shape.rows', 'row > shape.rows'],
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['sum += x * x', 'sum += x'],
    ['(sum.z + sum.w)', 'sum.z'],
  ],
};
