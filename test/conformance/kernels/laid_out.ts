import source from '../../../shaders/rows/laid_out.wgsl';
import { toFloat16 } from '../../../src/rows/float16.js';
import { laidOut as twin } from '../../../src/rows/laid_out.twin.js';
import { expectClose } from '../expect.js';
import { around, constant, seeded } from './data.js';
import { compareEach, type KernelTest, switches } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

/** Gaps between rows, a first number anywhere in a word, and columns that lie one after the other. */
const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 1, first: 0, rowStep: 1, columnStep: 1 })),
  { rows: 11, columns: 7, first: 3, rowStep: 9, columnStep: 1 },
  { rows: 5, columns: 13, first: 1, rowStep: 13, columnStep: 1 },
  { rows: 30, columns: 4, first: 0, rowStep: 1, columnStep: 30 },
  { rows: FOLDED_WORKGROUPS, columns: WORKGROUP, first: 2, rowStep: WORKGROUP, columnStep: 1 },
];

/** Numbers as words of so many. */
function packed(numbers: Float32Array, each: number): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(numbers.length / each));
  numbers.forEach((value, i) => {
    const bits = each === 2 ? toFloat16(value) : value;
    words[Math.floor(i / each)] |= bits << ((32 / each) * (i % each));
  });
  return words;
}

export const laidOut: KernelTest = {
  source,
  variants: switches(source).filter(({ HALVES, BYTES }) => !(HALVES && BYTES)),
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(laidOut.variants!, async (constants) => {
      const { HALVES, BYTES, ROOT } = constants;
      await compareEach(SHAPES, async (shape) => {
        const { rows, columns, first, rowStep, columnStep } = shape;
        const count = first + (rows - 1) * rowStep + (columns - 1) * columnStep + 1;
        // Squares of whole numbers, so that roots are exact.
        const numbers = Float32Array.from({ length: count }, () => random.below(16) ** 2);
        const each = HALVES ? 2 : BYTES ? 4 : 0;
        const { laid_out } = await lab.run(kernel, {
          constants,
          shape: { rows, columns, first, row_step: rowStep, column_step: columnStep, factor: 0.5 },
          buffers: {
            numbers: each ? packed(numbers, each) : new Uint32Array(numbers.buffer),
            laid_out: blank(rows * columns),
          },
          invocations: rows * columns,
        });
        const expected = twin(numbers, { ...shape, factor: 0.5, root: Boolean(ROOT) });
        const what = JSON.stringify({ ...constants, ...shape });
        const because = 'WGSL grants a root some roundings';
        if (ROOT) expectClose(laid_out, expected, { relative: 2 ** -21, because });
        else expectExact(laid_out, expected, what);
      });
    });
  },
  mutations: [
    ['i >= shape.rows', 'i > shape.rows'],
    ['shape.first + i', 'i'],
    ['j * shape.column_step', 'j'],
    ['i * shape.row_step', 'i * shape.columns'],
    ['[at % 2u]', '[0]'],
    ['8u * (at % 4u)', '8u * (at % 2u)'],
    ['shape.factor * value', 'value'],
    ['(ROOT', '(!ROOT'],
  ],
};
