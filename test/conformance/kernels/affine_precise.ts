import source from '../../../shaders/products/affine_precise.wgsl';
import { affine as twin } from '../../../src/ops/products/affine.twin.js';
import { expectThat } from '../expect.js';
import {
  around,
  COLUMNS,
  constant,
  floats,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { FOLDED_WORKGROUPS } from './lab.js';

const TILE = constant(source, 'WORKGROUP');
const BITS = new Uint32Array(1);
const VALUE = new Float32Array(BITS.buffer);

const SHAPES = [
  ...COLUMNS.map((columns) => ({ rows: 9, outputs: 8, columns, first: 260 })),
  ...[1, ...around(TILE), ...around(256)].map((rows) => ({
    rows,
    outputs: 4,
    columns: 7,
    first: 3,
  })),
  { rows: FOLDED_WORKGROUPS * TILE, outputs: 4, columns: 2, first: 1 },
  { rows: 50, outputs: 12, columns: 50, first: 0 },
];

function upperHalf(value: number): number {
  VALUE[0] = value;
  BITS[0] &= Number.parseInt(source.constants.UPPER);
  return VALUE[0];
}

/**
 * A final rounding or two of an image and of the offset added to it, and of what upper halves leave,
 * 2^-12 of the products, as many as there are columns.
 */
const allowed = (image: number, offset: number, columns: number): number =>
  2 ** -22 * (Math.abs(image) + Math.abs(offset)) + (columns + 2) * 2 ** -34;

export const affinePrecise: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(SHAPES, async ({ rows, outputs, columns, first }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const x = rowsOf(random, uniform, rows, columns);
      const offset = floats(random, (draw) => 2 ** -20 * uniform(draw), outputs);
      const matrix = new Float64Array(outputs * width);
      const halves = new Float32Array(2 * outputs * width);
      for (let m = 0; m < outputs; m++) {
        for (let j = 0; j < columns; j++) {
          let value = uniform(random);
          // Every other output is nearly across the first row: its places are far smaller than their terms.
          if (m % 2 === 1 && j === columns - 1) {
            let sum = 0;
            for (let l = 0; l < j; l++) sum += matrix[m * width + l] * x[l];
            value = -sum / x[j];
          }
          const upper = upperHalf(value);
          const lower = Math.fround(value - upper);
          matrix[m * width + j] = upper + lower;
          const at = 8 * (Math.floor(m / 4) * width + j) + (m % 4);
          halves[at] = upper;
          halves[at + 4] = lower;
        }
      }
      const { images } = await lab.run(kernel, {
        shape: { first, rows, quads, outputs, nothing: 0 },
        buffers: {
          points: packedAt(x, rows, width, first, first + rows + 2),
          matrix: halves,
          offset,
          images: packedAt([], 0, outputs, 0, rows),
        },
        invocations: rows,
      });
      const result = twin(x, rows, matrix, offset, width, outputs);
      const expected = packedAt(result, rows, outputs, 0, rows);
      const offsets = Float64Array.from(result, (_, at) => offset[at % outputs]);
      const added = packedAt(offsets, rows, outputs, 0, rows);
      const what = JSON.stringify({ rows, outputs, columns, first });
      images.forEach((image, at) => {
        const error = Math.abs(image - expected[at]);
        const most = allowed(expected[at], added[at], columns);
        expectThat(
          error <= most,
          `${what}: [${at}] is ${image} for ${expected[at]}, off by ${error}, allowed ${most}.`,
        );
      });
    });
  },
  mutations: [
    ['row >= shape.rows', 'row > shape.rows'],
    ['shape.first + row', 'row'],
    ['m < shape.outputs / 4', 'm < 1'],
    ['vec4u(UPPER)', 'vec4u(0xffff0000u)'],
    ['as_is(sum - before) + as_is(added - moved)', 'vec4f()'],
    ['as_is(added - moved)', 'as_is(moved - added)'],
    ['x[c] * matrix[at + 1] + ', ''],
    [' + lower[c] * matrix[at]', ''],
    ['p += BLOCK_ROWS', 'p += BLOCK_ROWS / 2'],
    ['+ m * BLOCK_ROWS', ''],
    ['(sum + offset[m])', 'sum'],
    [' + rest;', ';'],
  ],
};
