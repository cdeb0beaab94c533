import source from '../../../shaders/sparse/csr_times.wgsl';
import { csrTimes as twin } from '../../../src/ops/sparse/csr_times.twin.js';
import { around, constant, floats, grid, indices, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const RUN = Number.parseInt(source.constants.RUN);

/** Row i has i mod 4 entries, the second one of the dispatch `long`; rows lie before it and `behind`. */
const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, quads: 1 })),
  ...around(WORKGROUP / 4).map((rows) => ({ rows, quads: 4, first: 1 })),
  ...[...around(RUN), 2 * RUN + 3].map((long) => ({ rows: 3, long })),
  { rows: 20, quads: 3, first: 2, behind: 3 },
  { rows: WORKGROUP * FOLDED_WORKGROUPS, quads: 1 },
].map((shape) => ({ quads: 2, first: 0, behind: 1, long: 5, ...shape }));

export const csrTimes: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ rows, quads, first, behind, long }) => {
      const n = first + rows + behind;
      const width = 4 * quads;
      const starts = new Uint32Array(n + 1);
      for (let i = 0; i < n; i++) starts[i + 1] = starts[i] + (i === first + 1 ? long : i % 4);
      const nnz = starts[n];
      const columns = indices(random, nnz, n);
      const values = floats(random, grid, nnz);
      const [y, x] = [floats(random, grid, n * width), floats(random, grid, n * width)];
      const step = { alpha: 0.5, beta: -2, gamma: 0.25 };
      const { result } = await lab.run(kernel, {
        shape: { first, rows, quads, ...step },
        buffers: { starts, columns, values, y, x, result: blank(n * width) },
        invocations: rows * quads,
      });
      const expected = Float64Array.from(blank(n * width));
      const matrix = { starts, columns, values: Float64Array.from(values) };
      for (let v = 0; v < width; v++) {
        const column = (block: Float32Array) => block.filter((_, at) => at % width === v);
        const product = twin(matrix, column(y), column(x), step);
        for (let i = first; i < first + rows; i++) expected[i * width + v] = product[i];
      }
      expectExact(result, expected, JSON.stringify({ rows, quads, first, behind, long }));
    });
  },
  mutations: [
    ['own >= shape.rows', 'own > shape.rows'],
    ['shape.first + own', 'own'],
    ['starts[i + 1]', 'starts[i] + 1'],
    ['min(e + RUN, end)', 'e + RUN'],
    ['columns[e] * shape.quads + q', 'columns[e] * shape.quads'],
    ['shape.beta * y[at]', 'shape.beta * x[at]'],
    ['shape.gamma * x[at]', 'shape.gamma * y[at]'],
    ['index % shape.quads', '0u'],
  ],
};
