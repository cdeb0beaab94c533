import source from '../../../shaders/rows/pack.wgsl';
import { expectSameBits } from '../expect.js';
import {
  ACROSS_BLOCKS,
  around,
  COLUMNS,
  constant,
  floats,
  packedAt,
  seeded,
  uniform,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { FOLDED_WORKGROUPS } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((count) => ({ count, columns: 4, first: 0 })),
  ...ACROSS_BLOCKS.map(({ rows, ...shape }) => ({ ...shape, count: rows })),
  ...COLUMNS.map((columns) => ({ count: 5, columns, first: 3 })),
  { count: FOLDED_WORKGROUPS * WORKGROUP, columns: 1, first: 1 },
];

export const pack: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ count, columns, first }, i) => {
      const scale = i % 2 === 0 ? 1 : 2 ** -20;
      const total = first + count + 2;
      const rows = floats(random, uniform, count * columns);
      const { points } = await lab.run(kernel, {
        shape: { count, columns, first, scale },
        // Poison all over, as `packedAt` leaves it.
        buffers: { rows, points: packedAt([], 0, columns, 0, total) },
        invocations: count,
      });
      const scaled = rows.map((value) => scale * value);
      const expected = packedAt(scaled, count, columns, first, total);
      expectSameBits(points, expected, `${count} x ${columns} from ${first} on`);
    });
  },
  mutations: [
    ['shape.first + i', 'i'],
    ['i >= shape.count', 'i > shape.count'],
    ['to += BLOCK_ROWS', 'to += shape.count'],
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['shape.scale * last', 'last'],
    ['shape.scale * vec4f', 'vec4f'],
    ['left == 0', 'false'],
    ['left > 2', 'left > 3'],
  ],
};
