import source from '../../../shaders/assign/point_costs.wgsl';
import { pointCosts as twin } from '../../../src/ops/assign/point_costs.twin.js';
import { expectClose } from '../expect.js';
import {
  ACROSS_BLOCKS,
  around,
  COLUMNS,
  constant,
  floats,
  grid,
  indices,
  ones,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
  wholeWeight,
} from './data.js';
import { compareEach, type KernelTest, weightedToo } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact, squaredDistanceRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const CLUSTERS = 6;

const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 4, draw: grid })),
  ...ACROSS_BLOCKS.map(({ rows, columns }) => ({ rows, columns, draw: grid })),
  ...COLUMNS.map((columns) => ({ rows: 9, columns, draw: grid })),
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2, draw: grid },
  { rows: 20, columns: 30, draw: uniform },
];

export const pointCosts: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(weightedToo(SHAPES), async ({ rows, columns, draw, weighted }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const total = rows + 2;
      const x = rowsOf(random, draw, rows, columns);
      const centroids = rowsOf(random, draw, CLUSTERS, columns);
      const labels = indices(random, rows, CLUSTERS);
      const weights = weighted ? floats(random, wholeWeight, rows) : ones(rows);
      const { costs } = await lab.run(kernel, {
        constants: { WEIGHTED: weighted },
        shape: { rows, quads },
        buffers: {
          points: packedAt(x, rows, width, 0, total),
          centroids,
          labels,
          weights: weighted ? weights : blank(4),
          costs: blank(rows),
        },
        invocations: rows,
      });
      const expected = twin(x, rows, centroids, width, labels, weights);
      const what = JSON.stringify({ weighted, rows, columns });
      if (draw === grid) expectExact(costs, expected, what);
      else expectClose(costs, expected, squaredDistanceRoundings(width + 1));
    });
  },
  mutations: [
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['row >= shape.rows', 'row > shape.rows'],
    ['labels[row] * shape.quads', 'labels[row]'],
    ['weights[row] * cost', 'cost'],
    ['sum += residual * residual', 'sum = residual * residual'],
  ],
};
