import source from '../../../shaders/products/active_rows.wgsl';
import { activeRows as twin } from '../../../src/ops/products/active_rows.twin.js';
import { expectEqual } from '../expect.js';
import {
  ACROSS_BLOCKS,
  around,
  COLUMNS,
  constant,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blankBits, FOLDED_WORKGROUPS, readsHalves } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const WORD = 32;

const SHAPES = [
  ...COLUMNS.map((columns) => ({ rows: 3, columns, first: 2 })),
  ...around(WORD).map((rows) => ({ rows, columns: 5, first: 0 })),
  ...around(2 * WORD).map((rows) => ({ rows, columns: 5, first: 7 })),
  ...around(WORKGROUP).map((quads) => ({ rows: WORD + 1, columns: 4 * quads, first: 0 })),
  { rows: 2, columns: 4 * FOLDED_WORKGROUPS * WORKGROUP, first: 0 },
  ...ACROSS_BLOCKS,
];

export const activeRows: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ rows, columns, first }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      // One number in ten is not zero, the least of all that rows may hold among them.
      const least = readsHalves(kernel) ? 2 ** -14 : 2 ** -126;
      const draw = () => [least, -0.5, 3, ...new Array<number>(27).fill(0)][random.below(30)];
      const x = rowsOf(random, draw, rows, columns);
      const expected = twin(x, rows, width);
      const { found } = await lab.run(kernel, {
        shape: { first, rows, quads },
        buffers: {
          points: packedAt(x, rows, width, first, first + rows + 2),
          found: blankBits(expected.length),
        },
        invocations: expected.length,
      });
      expectEqual(found, expected, `rows ${first} + ${rows}, ${columns} columns`);
    });
  },
  mutations: [
    ['any(unpacked(points[at]) != vec4f())', 'all(unpacked(points[at]) != vec4f())'],
    ['min(32, shape.rows - start)', '32u'],
    ['(shape.rows + 31) / 32', 'shape.rows / 32'],
    ['shape.first + start + r', 'start + r'],
    ['1u << r', '1u'],
    ['word |=', 'word ='],
    ['quad >= shape.quads', 'quad > shape.quads'],
  ],
};
