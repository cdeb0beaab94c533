import source from '../../../shaders/products/affine.wgsl';
import { affine as twin } from '../../../src/ops/products/affine.twin.js';
import { expectClose } from '../expect.js';
import {
  around,
  COLUMNS,
  constant,
  floats,
  grid,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact, sumRoundings } from './tolerance.js';

const ROWS_PER_INVOCATION = 4;
const TILE = ROWS_PER_INVOCATION * constant(source, 'WORKGROUP');
const OUTPUTS = constant(source, 'TILE');

/** Row-major ones first: each way of storing is another kernel to compile. */
const SHAPES = [
  ...[4, 5, ...around(OUTPUTS), 2 * OUTPUTS, 21].map((outputs) => ({
    rows: 70,
    outputs,
    columns: 5,
    first: 2,
    draw: grid,
    packed: false,
  })),
  ...[1, ...around(TILE / ROWS_PER_INVOCATION), ...around(TILE)].map((rows) => ({
    rows,
    outputs: 3,
    columns: 4,
    first: 0,
    draw: grid,
    packed: false,
  })),
  ...COLUMNS.map((columns) => ({
    rows: 9,
    outputs: 6,
    columns,
    first: TILE,
    draw: grid,
    packed: columns > 4,
  })),
  {
    rows: FOLDED_WORKGROUPS * TILE,
    outputs: 1,
    columns: 1,
    first: 1,
    draw: grid,
    packed: false,
  },
  ...around(TILE).map((rows) => ({
    rows,
    outputs: 2 * OUTPUTS - 3,
    columns: 3,
    first: 0,
    draw: grid,
    packed: true,
  })),
  { rows: 40, outputs: 10, columns: 50, first: 0, draw: uniform, packed: false },
];

export const affine: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(SHAPES, async ({ rows, outputs, columns, first, draw, packed }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const total = first + rows + 2;
      const padded = OUTPUTS * Math.ceil(outputs / OUTPUTS);
      const written = packed ? padded : outputs;
      const x = rowsOf(random, draw, rows, columns);
      const matrix = new Float32Array(padded * width);
      matrix.set(rowsOf(random, draw, outputs, columns));
      const offset = new Float32Array(padded);
      offset.set(floats(random, draw, outputs));
      const { images } = await lab.run(kernel, {
        constants: { PACKED: packed },
        shape: { first, rows, quads, outputs: written },
        buffers: {
          points: packedAt(x, rows, width, first, total),
          matrix,
          offset,
          // Poison all over, as `packedAt` leaves it.
          images: packed ? packedAt([], 0, padded, 0, rows) : blank(rows * written),
        },
        invocations: Math.ceil(rows / ROWS_PER_INVOCATION),
      });
      const result = twin(x, rows, matrix, offset, width, written);
      const inOrder = packed ? packedAt(result, rows, padded, 0, rows) : result;
      const what = JSON.stringify({ rows, outputs, columns, first, packed });
      if (draw === grid) expectExact(images, inOrder, what);
      else expectClose(images, inOrder, sumRoundings(width + 1, width + 1, 'products within 1'));
    });
  },
  mutations: [
    ['row >= shape.rows', 'row > shape.rows'],
    ['shape.first + min', 'min'],
    ['m / 4 * BLOCK_ROWS', 'm / 4'],
    ['row * shape.outputs + m', 'row * shape.outputs'],
    ['min(4, max(m, shape.outputs) - m)', '4'],
    ['m += TILE', 'm += 2 * TILE'],
    ['matrix[at + $i * shape.quads]', 'matrix[at + $(i / 2) * shape.quads]'],
    ['transpose(mat4x4f(d0, d1, d2, d3))', 'mat4x4f(d0, d1, d2, d3)'],
    ['offset[m / 4 + 1]', 'offset[m / 4]'],
    ['low[r] + low_offset', 'low[r]'],
    ['p += BLOCK_ROWS', 'p += BLOCK_ROWS / 2'],
  ],
};
