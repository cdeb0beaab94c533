import source from '../../../shaders/rows/largest.wgsl';
import { largestOf } from '../../../src/rows/float16.js';
import { expectSameBits } from '../expect.js';
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

const SIZES = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 4 })),
  ...ACROSS_BLOCKS.map(({ rows, columns }) => ({ rows, columns })),
  ...COLUMNS.map((columns) => ({ rows: 5, columns })),
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2 },
];

/** The largest in the first entry or in the last one, of either sign; or less than there was. */
const SHAPES = SIZES.flatMap((size) => [
  { ...size, isFirst: true, extreme: -3, before: 0 },
  { ...size, isFirst: false, extreme: 3, before: 0.25 },
  { ...size, isFirst: false, extreme: 0, before: 1.5 },
]);

export const largest: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ rows, columns, isFirst, extreme, before }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const x = rowsOf(random, uniform, rows, columns);
      x[isFirst ? 0 : (rows - 1) * width + columns - 1] = extreme;
      const { largest: found } = await lab.run(kernel, {
        shape: { rows, quads },
        buffers: {
          points: packedAt(x, rows, width, 0, rows + 2),
          largest: new Uint32Array(Float32Array.of(before).buffer),
        },
        invocations: rows,
      });
      const expected = Float32Array.of(Math.max(before, largestOf(x)));
      const what = `${rows} x ${columns}, ${extreme} and ${before} before`;
      expectSameBits(new Float32Array(found.buffer), expected, what);
    });
  },
  mutations: [
    ['row >= shape.rows', 'row > shape.rows'],
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['max(most, abs(', 'max(most, ('],
    ['max(most.z, most.w)', 'most.z'],
    ['atomicMax', 'atomicMin'],
  ],
};
