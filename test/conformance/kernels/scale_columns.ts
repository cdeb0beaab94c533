import source from '../../../shaders/rows/scale_columns.wgsl';
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
} from './data.js';
import type { KernelTest } from './kernel_test.js';
import { FOLDED_WORKGROUPS } from './lab.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

export const scaleColumns: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...COLUMNS.map((columns) => ({ rows: 5, columns, first: 2 })),
      ...ACROSS_BLOCKS,
      ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((rows) => ({
        rows,
        columns: 3,
        first: 2,
      })),
    ];
    for (const { rows, columns, first } of shapes) {
      const width = 4 * quadsOf(columns);
      const total = first + rows + 1;
      const x = rowsOf(random, grid, rows, columns);
      const scale = Float32Array.from({ length: width }, () => 2 ** (random.below(21) - 10));
      const { points } = await lab.run(kernel, {
        shape: { first, rows, quads: quadsOf(columns) },
        buffers: { scale, points: packedAt(x, rows, width, first, total) },
        invocations: rows,
      });
      const scaled = x.map((value, at) => value * scale[at % width]);
      expectExact(
        points,
        packedAt(scaled, rows, width, first, total),
        JSON.stringify({ rows, columns }),
      );
    }
  },
  mutations: [
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['shape.first + row', 'row'],
    ['*= scale[q]', '*= scale[0]'],
    ['*= scale[q]', '+= scale[q]'],
  ],
};
