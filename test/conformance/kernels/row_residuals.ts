import source from '../../../shaders/products/row_residuals.wgsl';
import { rowResiduals as twin } from '../../../src/ops/products/row_residuals.twin.js';
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
import { blank, FOLDED_WORKGROUPS, POISON } from './lab.js';
import { expectExact, squaredDistanceRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 5, first: 0, draw: grid })),
  ...ACROSS_BLOCKS.map((shape) => ({ ...shape, draw: grid })),
  ...COLUMNS.map((columns) => ({ rows: 7, columns, first: 3, draw: grid })),
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 1, first: 1, draw: grid },
  { rows: 30, columns: 50, first: 0, draw: uniform },
];

export const rowResiduals: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(SHAPES, async ({ rows, columns, first, draw }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const total = first + rows + 2;
      const x = rowsOf(random, draw, rows, columns);
      const y = rowsOf(random, draw, rows, columns);
      // A quad more, which is none of the kernel's business.
      const images = new Float32Array(rows * (width + 4)).fill(POISON);
      for (let i = 0; i < rows; i++) {
        images.set(y.subarray(i * width, (i + 1) * width), i * (width + 4));
      }
      const { residuals } = await lab.run(kernel, {
        shape: { first, rows, quads, image_quads: quads + 1 },
        buffers: {
          points: packedAt(x, rows, width, first, total),
          images: packedAt(images, rows, width + 4, 0, rows),
          residuals: blank(rows),
        },
        invocations: rows,
      });
      const expected = twin(x, y, rows, width);
      if (draw === grid) expectExact(residuals, expected, JSON.stringify({ rows, columns, first }));
      else expectClose(residuals, expected, squaredDistanceRoundings(width));
    });
  },
  mutations: [
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['row >= shape.rows', 'row > shape.rows'],
    ['shape.first + row', 'row'],
    ['point_at(row, shape.image_quads)', 'point_at(row, shape.quads)'],
    ['sum += residual * residual', 'sum += abs(residual)'],
    ['sum.z + sum.w', 'sum.z'],
  ],
};
