import source from '../../../shaders/rows/gather_rows.wgsl';
import { gatherRows as twin } from '../../../src/math/sampling.js';
import { expectSameBits } from '../expect.js';
import {
  ACROSS_BLOCKS,
  around,
  COLUMNS,
  constant,
  indices,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
/** Where each chunk starts, and how many rows it has. */
const CHUNKS = [
  [0, 10],
  [10, 1],
  [11, 7],
  [18, 300],
] as const;
const ROWS = 318;

const SHAPES = [
  ...around(WORKGROUP).map((count) => ({ count, columns: 4 })),
  { count: 2 * ACROSS_BLOCKS[0].rows, columns: ACROSS_BLOCKS[0].columns },
  ...COLUMNS.map((columns) => ({ count: 40, columns })),
  { count: FOLDED_WORKGROUPS * WORKGROUP, columns: 1 },
];

export const gatherRows: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(SHAPES, async ({ count, columns }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const x = rowsOf(random, uniform, ROWS, columns);
      // One index more than there are rows to gather.
      const picked = indices(random, count + 1, ROWS);
      /** With the rows before `end` gathered. */
      const gatheredBefore = (end: number) => {
        const gathered = blank((count + 1) * width);
        picked.subarray(0, count).forEach((row, m) => {
          if (row < end) gathered.set(twin(x, [row], width), m * width);
        });
        return gathered;
      };
      await compareEach(CHUNKS, async ([start, rows]) => {
        const total = rows + 1;
        const part = x.subarray(start * width, (start + rows) * width);
        const { gathered } = await lab.run(kernel, {
          shape: { start, rows, quads, count },
          buffers: {
            points: packedAt(part, rows, width, 0, total),
            indices: picked,
            gathered: gatheredBefore(start),
          },
          invocations: count * quads,
        });
        const what = `${count} x ${columns}, chunk from ${start} on`;
        expectSameBits(gathered, gatheredBefore(start + rows), what);
      });
    });
  },
  mutations: [
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['row >= shape.start &&', 'row > shape.start &&'],
    ['row - shape.start < shape.rows', 'row - shape.start <= shape.rows'],
    ['point_at(row - shape.start', 'point_at(row'],
    ['m >= shape.count', 'm > shape.count'],
  ],
};
