import source from '../../../shaders/sums/label_counts.wgsl';
import { labelCounts as twin } from '../../../src/ops/sums/label_counts.twin.js';
import { expectEqual } from '../expect.js';
import { around, constant, floats, indices, ones, seeded, wholeWeight } from './data.js';
import { compareEach, type KernelTest, weightedToo } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, clusters: 5 })),
  { rows: 1, clusters: 1 },
  { rows: 20, clusters: 40 },
  { rows: FOLDED_WORKGROUPS * WORKGROUP, clusters: 3 },
];

export const labelCounts: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(weightedToo(SHAPES), async ({ rows, clusters, weighted }) => {
      // One label more than there are rows, not to be counted.
      const labels = indices(random, rows + 1, clusters);
      const weights = weighted ? floats(random, wholeWeight, rows + 1) : ones(rows);
      // Counts of the chunk before are added to.
      const before = indices(random, clusters, 100);
      const { counts } = await lab.run(kernel, {
        constants: { WEIGHTED: weighted },
        shape: { rows },
        buffers: {
          labels,
          weights: weighted ? weights : blank(4),
          counts: before,
        },
        invocations: rows,
      });
      const counted = twin(
        labels.filter((_, i) => i < rows && weights[i] > 0),
        clusters,
      );
      const expected = counted.map((n, k) => n + before[k]);
      expectEqual(counts, expected, JSON.stringify({ weighted, rows, clusters }));
    });
  },
  mutations: [
    ['row >= shape.rows', 'row > shape.rows'],
    ['labels[row]], 1', 'labels[row]], 2'],
    ['weights[row] == 0', 'weights[row] <= 1'],
  ],
};
