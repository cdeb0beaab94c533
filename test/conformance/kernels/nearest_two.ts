import source from '../../../shaders/assign/nearest_two.wgsl';
import { nearestTwo as twin } from '../../../src/ops/assign/nearest_two.twin.js';
import { expectEqual } from '../expect.js';
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
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, blankBits, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const TILE = Number.parseInt(source.constants.TILE);
const MOST = Math.fround(Number(source.constants.MOST));

/** Of coarse numbers, so that ties are common. */
const SHAPES = [
  ...around(WORKGROUP).map((count) => ({ count, clusters: 6, columns: 4, first: 0 })),
  ...[1, 2, ...around(TILE), ...around(2 * TILE)].map((clusters) => ({
    count: 40,
    clusters,
    columns: 2,
    first: 1,
  })),
  ...ACROSS_BLOCKS.map(({ rows, ...shape }) => ({ ...shape, count: rows, clusters: 5 })),
  ...COLUMNS.map((columns) => ({ count: 9, clusters: 7, columns, first: 3 })),
  { count: WORKGROUP * FOLDED_WORKGROUPS, clusters: 3, columns: 2, first: 0 },
];

export const nearestTwo: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(SHAPES, async ({ count, clusters, columns, first }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const x = rowsOf(random, grid, count, columns);
      const centroids = rowsOf(random, grid, clusters, columns);
      const { nearest, squared } = await lab.run(kernel, {
        shape: { first, count, quads, clusters },
        buffers: {
          points: packedAt(x, count, width, first, first + count + 2),
          centroids,
          nearest: blankBits(2 * count),
          squared: blank(2 * count),
        },
        invocations: count,
      });
      const expected = twin(x, [0, count], centroids, clusters, width);
      const what = JSON.stringify({ count, clusters, columns, first });
      const pairs = Uint32Array.from(nearest, (_, at) =>
        at % 2 === 0 ? expected.nearest[at / 2] : expected.second[(at - 1) / 2],
      );
      expectEqual(nearest, pairs, what);
      expectExact(
        squared,
        Float64Array.from(squared, (_, at) => {
          if (at % 2 === 0) return expected.squared[at / 2];
          return clusters > 1 ? expected.secondSquared[(at - 1) / 2] : MOST;
        }),
        what,
      );
    });
  },
  mutations: [
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['i >= shape.count', 'i > shape.count'],
    ['shape.first + i', 'i'],
    ['sums[$m] < best.x', 'sums[$m] <= best.x'],
    ['sums[$m] < best.y', 'sums[$m] <= best.y'],
    ['max(best.x, sums[$m])', 'sums[$m]'],
    ['is_second$m), whose.x, is_first$m', 'is_second$m), whose.y, is_first$m'],
    ['select(vec4f(MOST), sums, k', 'select(sums, sums, k'],
    ['squared[i] = best', 'squared[i] = best.xx'],
    ['c.z + q', 'c.y + q'],
  ],
};
