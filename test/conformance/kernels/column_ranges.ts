import source from '../../../shaders/rows/column_ranges.wgsl';
import { wholeColumns } from '../../../src/rows/bytes.js';
import type { Random } from '../../../src/math/random.js';
import { expectEqual } from '../expect.js';
import { ACROSS_BLOCKS, around, COLUMNS, constant, packedAt, quadsOf, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { FOLDED_WORKGROUPS, type Lab } from './lab.js';
import type { KernelSource } from '../../../host/kernel.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const RUN = constant(source, 'RUN');
const LARGEST = constant(source, 'LARGEST');
const NOT_WHOLE = constant(source, 'NOT_WHOLE');
/** Runs this short make many of them cheap. */
const SHORT = 4;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly run: number;
}

const SHAPES: readonly Shape[] = [
  ...around(RUN).map((rows) => ({ rows, columns: 5, run: RUN })),
  ...ACROSS_BLOCKS.map(({ rows, columns }) => ({ rows, columns, run: SHORT })),
  ...COLUMNS.map((columns) => ({ rows: 6, columns, run: SHORT })),
  ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((runs) => ({
    rows: SHORT * runs - 1,
    columns: 3,
    run: SHORT,
  })),
];

/** Whole numbers, rows as wide as their vec4s; the first and the last row the only ones to be largest. */
function wholeRows(random: Random, { rows, columns }: Shape): Float32Array<ArrayBuffer> {
  const width = 4 * quadsOf(columns);
  return Float32Array.from({ length: rows * width }, (_, at) => {
    if (at % width >= columns) return 0;
    const isEnd = at < width || at >= width * (rows - 1);
    const isEven = (at + Math.floor(at / width)) % 2 === 0;
    return isEnd ? (isEven ? -LARGEST : LARGEST) : random.below(2 * LARGEST - 1) - (LARGEST - 1);
  });
}

/** The ranges [2][width], of so much before. */
async function ranges(
  lab: Lab,
  kernel: KernelSource,
  { rows, columns, run }: Shape,
  x: Float32Array,
  before: { readonly lows: number; readonly highs: number },
): Promise<Int32Array> {
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const given = new Int32Array(2 * width);
  given.fill(before.lows, 0, width);
  given.fill(before.highs, width);
  const found = await lab.run(kernel, {
    constants: { RUN: run },
    shape: { rows, quads },
    buffers: {
      points: packedAt(x, rows, width, 0, rows + 2),
      ranges: new Uint32Array(given.buffer),
    },
    invocations: Math.ceil(rows / run) * quads,
  });
  return new Int32Array(found.ranges.buffer);
}

/** What is no whole number that counts, beside the largest that does. */
const OTHERS = [0.5, -0.5, LARGEST + 1, -LARGEST - 1, 3.4e38, -3.4e38, 2 ** 31];

export const columnRanges: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async (shape) => {
      const x = wholeRows(random, shape);
      const width = 4 * quadsOf(shape.columns);
      const what = JSON.stringify(shape);
      const { lows, highs } = wholeColumns(x, shape.rows, width)!;
      const none = { lows: 2 ** 31 - 1, highs: -(2 ** 31) };
      const expected = Int32Array.from([...Array.from(lows), ...Array.from(highs)]);
      expectEqual(await ranges(lab, kernel, shape, x, none), expected, what);
      const wider = { lows: -LARGEST - 5, highs: LARGEST + 7 };
      const kept = expected.map((_, at) => (at < width ? wider.lows : wider.highs));
      expectEqual(await ranges(lab, kernel, shape, x, wider), kept, `${what}, wider before`);
    });
    await compareEach(OTHERS, async (other) => {
      const shape = { rows: 9, columns: 6, run: SHORT };
      const x = wholeRows(random, shape);
      // The last column of the last row.
      x[8 * 8 + 5] = other;
      const found = await ranges(lab, kernel, shape, x, { lows: 0, highs: 0 });
      expectEqual(
        [...found.subarray(8)].map((high) => high === NOT_WHOLE),
        [0, 1, 2, 3, 4, 5, 6, 7].map((j) => j === 5),
        `columns that are not whole beside ${other}`,
      );
    });
  },
  mutations: [
    ['min(start + RUN, shape.rows)', 'start + RUN'],
    ['min(start + RUN, shape.rows)', 'min(start + RUN - 1, shape.rows)'],
    ['abs(x) <= vec4f(LARGEST)', 'x <= vec4f(LARGEST)'],
    ['(x == floor(x)) & ', ''],
    ['atomicMin(&ranges[4 * q + j]', 'atomicMin(&ranges[4 * q]'],
    ['atomicMax', 'atomicMin'],
    ['low = min(low, x)', 'low = x'],
  ],
};
