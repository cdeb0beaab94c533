import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/products/add_runs.wgsl';
import { expectClose, expectEqual } from '../expect.js';
import { around, constant, floats, grid, seeded, uniform } from './data.js';
import { type KernelTest, permutation } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, roundings, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const GROUP = constant(source, 'GROUP');

/** Adds the runs of `partial`, cut into batches at `cuts`. */
async function added(
  lab: Lab,
  kernel: KernelSource,
  entries: number,
  partial: Float32Array<ArrayBuffer>,
  cuts: readonly number[],
  halted = 0,
) {
  const runs = partial.length / 4 / entries;
  const isCarried = kernel.constants.CARRIED === 'true';
  let totals = blank((isCarried ? 8 : 4) * entries);
  const ends = [...cuts, runs];
  for (const [batch, end] of ends.entries()) {
    const first = batch === 0 ? 0 : ends[batch - 1];
    ({ totals } = await lab.run(kernel, {
      shape: { entries, lanes: end - first, first_run: first, last: end === runs ? 1 : 0 },
      buffers: {
        partial: partial.slice(4 * entries * first, 4 * entries * end),
        state: Uint32Array.of(0, halted),
        totals,
      },
      invocations: entries,
    }));
  }
  return totals.slice(0, 4 * entries);
}

function sums(partial: Float32Array, entries: number): Float64Array {
  const totals = new Float64Array(4 * entries);
  partial.forEach((value, at) => {
    totals[at % totals.length] += value;
  });
  return totals;
}

/** One batch of runs. */
async function compare(lab: Lab, kernel: KernelSource): Promise<void> {
  const random = seeded();
  const shapes = [
    ...around(GROUP).map((runs) => [3, runs] as const),
    ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map(
      (entries) => [entries, 2] as const,
    ),
    [1, 2 * GROUP + 1] as const,
  ];
  for (const [entries, runs] of shapes) {
    const partial = floats(random, grid, 4 * entries * runs);
    expectExact(
      await added(lab, kernel, entries, partial, []),
      sums(partial, entries),
      JSON.stringify({ entries, runs }),
    );
  }
  const runs = GROUP * GROUP;
  const partial = floats(random, uniform, 4 * runs);
  expectClose(
    await added(lab, kernel, 1, partial, []),
    sums(partial, 1),
    sumRoundings(2 * GROUP, runs, 'two levels of runs'),
  );
  // One run after the other would lose what is below 2^-24 of the sum.
  const small = new Float32Array(4 * runs).fill(1 + 2 ** -16);
  expectClose(
    await added(lab, kernel, 1, small, []),
    sums(small, 1),
    roundings(2, 'sums of 32 values of 17 bits are exact, and so are sums of 32 such sums'),
  );
  const halted = await added(lab, kernel, 1, partial, [], 1);
  expectEqual(halted, blank(4), 'totals of a fit that has halted');
}

export const addRuns: KernelTest = {
  source,
  variants: [{}],
  compare,
  mutations: [
    ['% GROUP == 0', '% GROUP == GROUP'],
    ['shape.last != 0', 'false'],
    ['whole += open', 'whole = open'],
    ['l * shape.entries + index', 'l * (shape.entries + 1) + index'],
  ],
};

export const carryRuns: KernelTest = {
  source: permutation(source, 'carried', { CARRIED: 'true' }),
  variants: [{}],
  async compare(lab, kernel) {
    await compare(lab, kernel);
    const random = seeded();
    const [entries, cuts] = [5, [1, GROUP, GROUP + 3]];
    const several = floats(random, grid, 4 * entries * (2 * GROUP + 1));
    expectExact(
      await added(lab, kernel, entries, several, cuts),
      sums(several, entries),
      JSON.stringify({ entries, cuts }),
    );
    // Where the batches end changes no bit.
    const partial = floats(random, uniform, 4 * 3 * GROUP);
    const whole = await added(lab, kernel, 1, partial, []);
    for (const ends of [[1], [GROUP - 1, GROUP + 1], [GROUP, 2 * GROUP]]) {
      expectEqual(await added(lab, kernel, 1, partial, ends), whole, JSON.stringify({ ends }));
    }
  },
  mutations: [
    ['shape.first_run > 0', 'false'],
    ['shape.first_run + l + 1', 'l + 1'],
    ['open = totals[shape.entries + index]', 'open = totals[index]'],
    ['shape.last != 0', 'true'],
  ],
};
