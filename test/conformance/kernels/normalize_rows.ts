import source from '../../../shaders/rows/normalize_rows.wgsl';
import { directionsOf as twin } from '../../../src/rows/directions.js';
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

const WORKGROUP = constant(source, 'WORKGROUP');
const NONE = 0xffffffff;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly start: number;
  /** Rows of zeros. */
  readonly zeros: readonly number[];
  /** How long rows are. */
  readonly magnitude?: number;
  /** How much of a row its own part is, beside what all share. */
  readonly cone?: number;
}

const SHAPES: readonly Shape[] = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 4, start: 0, zeros: [] })),
  ...ACROSS_BLOCKS.map(({ rows, columns }) => ({ rows, columns, start: 0, zeros: [] })),
  ...COLUMNS.map((columns) => ({ rows: 9, columns, start: 1000, zeros: [8, 3, 5] })),
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2, start: 7, zeros: [100] },
  ...[1e-30, 1e20, 2e38].map((magnitude) => ({
    rows: 5,
    columns: 6,
    start: 0,
    zeros: [3],
    magnitude,
  })),
  { rows: 20, columns: 7, start: 0, zeros: [], cone: 2 ** -12 },
];

export const normalizeRows: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ rows, columns, start, zeros, magnitude = 1, cone }) => {
      const what = JSON.stringify({ rows, columns, magnitude, cone });
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const total = rows + 2;
      const shared = rowsOf(random, uniform, 1, columns);
      const x = rowsOf(random, uniform, rows, columns).map((value, at) =>
        cone ? shared[at % width] + cone * value : magnitude * value,
      );
      const shift = cone
        ? Float32Array.from(twin(shared, 1, width, new Float32Array(width)))
        : shared;
      for (const row of zeros) x.fill(0, row * width, (row + 1) * width);
      const { points, found } = await lab.run(kernel, {
        shape: { rows, quads, start },
        buffers: {
          shift,
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
        expected.set(twin(x.subarray(at, at + width), 1, width, shift), at);
      }
      // Entries of length 1 and of the shift, each rounded a few times; a device may not fuse.
      expectClose(points, packedAt(expected, rows, width, 0, total), {
        absolute: 8 * 2 ** -24 * (cone ? 1 : 2),
        relative: 8 * 2 ** -24,
        because:
          'the length, its sqrt (2 ULP and 2.5), a product, a difference and a division (2.5)',
        what,
      });
      const lowest = zeros.length > 0 ? start + Math.min(...zeros) : NONE;
      expectEqual(found, Uint32Array.of(lowest), `${what}: the row of length 0`);
    });
  },
  mutations: [
    ['/ length', ''],
    ['power * points[at + q * BLOCK_ROWS];\n    sum', 'points[at + q * BLOCK_ROWS];\n    sum'],
    ['fma(vec4f(-length)', 'fma(vec4f(-1)'],
    ['atomicMin', 'atomicMax'],
    ['shape.start + row', 'row'],
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['row >= shape.rows', 'row > shape.rows'],
  ],
};
