import source from '../../../shaders/products/add_runs.wgsl';
import { expectClose, expectEqual } from '../expect.js';
import { around, constant, floats, grid, seeded, uniform } from './data.js';
import type { KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, roundings, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const RUN = constant(source, 'RUN');

type Source = typeof source;

async function added(
  lab: Lab,
  kernel: Source,
  entries: number,
  lanes: number,
  partial: Float32Array<ArrayBuffer>,
  halted = 0,
) {
  const { totals } = await lab.run(kernel, {
    shape: { entries, lanes },
    buffers: { partial, state: Uint32Array.of(0, halted), totals: blank(4 * entries) },
    invocations: entries,
  });
  return totals;
}

function sums(partial: Float32Array, entries: number, lanes: number) {
  const totals = new Float64Array(4 * entries);
  for (let l = 0; l < lanes; l++) {
    for (let at = 0; at < 4 * entries; at++) totals[at] += partial[l * 4 * entries + at];
  }
  return totals;
}

export const addRuns: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...around(RUN).map((lanes) => [3, lanes] as const),
      ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map(
        (entries) => [entries, 2] as const,
      ),
      [1, 2 * RUN + 1] as const,
    ];
    for (const [entries, lanes] of shapes) {
      const what = JSON.stringify({ entries, lanes });
      const partial = floats(random, grid, 4 * entries * lanes);
      const totals = await added(lab, kernel, entries, lanes, partial);
      expectExact(totals, sums(partial, entries, lanes), what);
    }
    const lanes = RUN * RUN;
    const partial = floats(random, uniform, 4 * lanes);
    expectClose(
      await added(lab, kernel, 1, lanes, partial),
      sums(partial, 1, lanes),
      sumRoundings(2 * RUN, lanes, 'two levels of runs'),
    );
    // One run after the other would lose what is below 2^-24 of the sum.
    const small = new Float32Array(4 * lanes).fill(1 + 2 ** -12);
    expectClose(
      await added(lab, kernel, 1, lanes, small),
      sums(small, 1, lanes),
      roundings(2, 'sums of 32 values of 13 bits are exact, and so are sums of 32 such sums'),
    );
    const halted = await added(lab, kernel, 1, 1, partial, 1);
    expectEqual(halted, blank(4), 'totals of a fit that has halted');
  },
  mutations: [
    ['min(start + RUN, shape.lanes)', 'start + RUN'],
    ['closed += open', 'closed = open'],
    ['l * shape.entries + index', 'l * (shape.entries + 1) + index'],
  ],
};
