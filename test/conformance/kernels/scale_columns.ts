import source from '../../../shaders/scale_columns.wgsl';
import { around, COLUMNS, constant, grid, packedAt, quadsOf, rowsOf, seeded } from './data.js';
import type { KernelTest } from './kernel_test.js';
import { FOLDED_WORKGROUPS } from './lab.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

export const scaleColumns: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...COLUMNS.map((columns) => [5, columns] as const),
      ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((rows) => [rows, 3] as const),
    ];
    for (const [rows, columns] of shapes) {
      const width = 4 * quadsOf(columns);
      const first = 2;
      const stride = first + rows + 1;
      const x = rowsOf(random, grid, rows, columns);
      const scale = Float32Array.from({ length: width }, () => 2 ** (random.below(21) - 10));
      const { points } = await lab.run(kernel, {
        shape: { first, rows, quads: quadsOf(columns), stride },
        buffers: { scale, points: packedAt(x, rows, width, first, stride) },
        invocations: rows,
      });
      const scaled = x.map((value, at) => value * scale[at % width]);
      expectExact(
        points,
        packedAt(scaled, rows, width, first, stride),
        JSON.stringify({ rows, columns }),
      );
    }
  },
  mutations: [
    ['shape.first + row', 'row'],
    ['*= scale[q]', '*= scale[0]'],
    ['*= scale[q]', '+= scale[q]'],
  ],
};
