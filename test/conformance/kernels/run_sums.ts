import source from '../../../shaders/sums/run_sums.wgsl';
import { runSums as twin } from '../../../src/ops/sums/run_sums.twin.js';
import { expectClose } from '../expect.js';
import { around, constant, floats, grid, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact, sumRoundings } from './tolerance.js';

const RUN = constant(source, 'RUN');
const WORKGROUP = constant(source, 'WORKGROUP');
/** Runs this short make many of them cheap. */
const SHORT = 3;

const SHAPES = [
  ...[1, ...around(RUN), 2 * RUN + 1].map((count) => ({ count, run: RUN, draw: grid })),
  ...around(SHORT * WORKGROUP).map((count) => ({ count, run: SHORT, draw: grid })),
  { count: SHORT * WORKGROUP * FOLDED_WORKGROUPS, run: SHORT, draw: grid },
  { count: 5 * RUN, run: RUN, draw: uniform },
];

export const runSums: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ count, run, draw }) => {
      const values = floats(random, draw, count);
      const runs = Math.ceil(count / run);
      const { sums } = await lab.run(kernel, {
        constants: { RUN: run },
        shape: { count },
        buffers: { values, sums: blank(runs) },
        invocations: runs,
      });
      const expected = twin(values, run);
      if (draw === grid) expectExact(sums, expected, `${count} values in runs of ${run}`);
      else expectClose(sums, expected, sumRoundings(run, run, 'a run of values within [-1, 1]'));
    });
  },
  mutations: [
    ['start >= shape.count', 'start > shape.count'],
    ['min(start + RUN, shape.count)', 'start + RUN'],
    ['min(start + RUN, shape.count)', 'min(start + RUN - 1, shape.count)'],
  ],
};
