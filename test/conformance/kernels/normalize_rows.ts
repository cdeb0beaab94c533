import source from '../../../shaders/normalize_rows.wgsl';
import { normalizeRows as twin, rowNorms } from '../../../src/reference/row_norms.js';
import { expectClose, expectEqual } from '../expect.js';
import {
  ACROSS_BLOCKS,
  around,
  COLUMNS,
  constant,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { FOLDED_WORKGROUPS } from './lab.js';
import { roundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const NONE = 0xffffffff;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly start: number;
  /** Rows of zeros. */
  readonly zeros: readonly number[];
}

const SHAPES: readonly Shape[] = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 4, start: 0, zeros: [] })),
  ...ACROSS_BLOCKS.map(({ rows, columns }) => ({ rows, columns, start: 0, zeros: [] })),
  ...COLUMNS.map((columns) => ({ rows: 9, columns, start: 1000, zeros: [8, 3, 5] })),
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2, start: 7, zeros: [100] },
];

export const normalizeRows: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ rows, columns, start, zeros }) => {
      const what = `${rows} x ${columns}`;
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const total = rows + 2;
      const x = rowsOf(random, uniform, rows, columns);
      for (const row of zeros) x.fill(0, row * width, (row + 1) * width);
      const norms = Float32Array.from(rowNorms(x, rows, width));
      const { points, found } = await lab.run(kernel, {
        shape: { rows, quads, start },
        buffers: {
          norms,
          points: packedAt(x, rows, width, 0, total),
          found: Uint32Array.of(NONE),
        },
        invocations: rows,
      });
      // The twin refuses rows of zeros; the kernel leaves them as they are.
      const expected = new Float64Array(x.length);
      for (let row = 0; row < rows; row++) {
        if (zeros.includes(row)) continue;
        const at = row * width;
        expected.set(twin(x.subarray(at, at + width), 1, width), at);
      }
      expectClose(points, packedAt(expected, rows, width, 0, total), {
        ...roundings(8, 'the norm, its sqrt as 1 / inverseSqrt (2 ULP, 2.5), a division (2.5)'),
        what,
      });
      const lowest = zeros.length > 0 ? start + Math.min(...zeros) : NONE;
      expectEqual(found, Uint32Array.of(lowest), `${what}: the row of length 0`);
    });
  },
  mutations: [
    ['sqrt(norm)', 'norm'],
    ['atomicMin', 'atomicMax'],
    ['shape.start + row', 'row'],
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['row >= shape.rows', 'row > shape.rows'],
  ],
};
