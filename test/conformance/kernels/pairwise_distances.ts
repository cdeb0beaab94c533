import source from '../../../shaders/assign/pairwise_distances.wgsl';
import {
  pairwiseProducts,
  pairwiseSquaredDistances,
} from '../../../src/ops/assign/pairwise_distances.twin.js';
import { expectClose } from '../expect.js';
import {
  ACROSS_BLOCKS,
  around,
  COLUMNS,
  constant,
  grid,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact, squaredDistanceRoundings, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((count) => ({ count, clusters: 1, columns: 4, first: 0, draw: grid })),
  ...ACROSS_BLOCKS.map(({ rows, ...shape }) => ({
    ...shape,
    count: rows,
    clusters: 2,
    draw: grid,
  })),
  // Across the edges of four rows and four centroids.
  ...around(4).flatMap((count) =>
    around(4).map((clusters) => ({ count, clusters, columns: 6, first: 2, draw: grid })),
  ),
  ...COLUMNS.map((columns) => ({ count: 7, clusters: 5, columns, first: 3, draw: grid })),
  { count: 4 * WORKGROUP, clusters: 4 * FOLDED_WORKGROUPS, columns: 2, first: 1, draw: grid },
  { count: 30, clusters: 8, columns: 50, first: 0, draw: uniform },
];

export const pairwiseDistances: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    const both = [false, true].flatMap((products) =>
      SHAPES.map((shape) => ({ ...shape, products })),
    );
    await compareEach(both, async ({ count, clusters, columns, first, draw, products }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const total = first + count + 2;
      const x = rowsOf(random, draw, count, columns);
      const centroids = rowsOf(random, draw, clusters, columns);
      const { distances } = await lab.run(kernel, {
        constants: { PRODUCTS: products },
        shape: { first, count, quads, clusters },
        buffers: {
          points: packedAt(x, count, width, first, total),
          centroids,
          distances: blank(count * clusters),
        },
        invocations: Math.ceil(count / 4) * Math.ceil(clusters / 4),
      });
      const twin = products ? pairwiseProducts : pairwiseSquaredDistances;
      const expected = twin(x, count, centroids, clusters, width);
      const what = JSON.stringify({ count, clusters, columns, first, products });
      if (draw === grid) expectExact(distances, expected, what);
      else if (products) {
        const because = `products of numbers below 1 over ${columns} columns`;
        expectClose(distances, expected, sumRoundings(width, columns, because));
      } else expectClose(distances, expected, squaredDistanceRoundings(width));
    });
  },
  mutations: [
    ['rows % BLOCK_ROWS', 'rows % (BLOCK_ROWS / 2)'],
    ['shape.first + min', 'min'],
    ['* shape.clusters + k +', '* shape.count + k +'],
    ['shape.clusters + 3', 'shape.clusters'],
    ['made[$c][$r]', 'made[$r][$c]'],
    ['vec4u(shape.count - 1)', 'vec4u(shape.count - 2)'],
    ['< shape.clusters)', '<= shape.clusters)'],
    ['fma(residual.z', 'fma(residual.w'],
    ['dot(x[2], c)', 'dot(x[2], x[2])'],
    ['(PRODUCTS', '(!PRODUCTS'],
  ],
};
