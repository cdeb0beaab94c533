import source from '../../../shaders/mixtures/carry_runs.wgsl';
import { expectEqual } from '../expect.js';
import { around, constant, floats, grid, seeded, uniform } from './data.js';
import type { KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, roundings } from './tolerance.js';
import { expectClose } from '../expect.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const GROUP = constant(source, 'GROUP');

/** Adds the runs of `partial`, cut into batches at `cuts`. */
async function carried(
  lab: Lab,
  kernel: typeof source,
  entries: number,
  partial: Float32Array<ArrayBuffer>,
  cuts: readonly number[],
  halted = 0,
) {
  const runs = partial.length / 4 / entries;
  let totals = blank(8 * entries);
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

export const carryRuns: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...around(GROUP).map((runs) => [3, runs, []] as const),
      ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map(
        (entries) => [entries, 2, []] as const,
      ),
      [5, 2 * GROUP + 1, [1, GROUP, GROUP + 3]] as const,
    ];
    for (const [entries, runs, cuts] of shapes) {
      const partial = floats(random, grid, 4 * entries * runs);
      expectExact(
        await carried(lab, kernel, entries, partial, cuts),
        sums(partial, entries),
        JSON.stringify({ entries, runs, cuts }),
      );
    }
    // Where the batches end changes no bit.
    const partial = floats(random, uniform, 4 * 3 * GROUP);
    const whole = await carried(lab, kernel, 1, partial, []);
    for (const cuts of [[1], [GROUP - 1, GROUP + 1], [GROUP, 2 * GROUP]]) {
      expectEqual(await carried(lab, kernel, 1, partial, cuts), whole, JSON.stringify({ cuts }));
    }
    // One run after the other would lose what is below 2^-24 of the sum.
    const small = new Float32Array(4 * GROUP * GROUP).fill(1 + 2 ** -12);
    expectClose(
      await carried(lab, kernel, 1, small, []),
      sums(small, 1),
      roundings(2, 'sums of 32 values of 13 bits are exact, and so are sums of 32 such sums'),
    );
    const halted = await carried(lab, kernel, 1, partial, [], 1);
    expectEqual(halted, blank(4), 'totals of a fit that has halted');
  },
  mutations: [
    ['shape.first_run > 0', 'false'],
    ['shape.first_run + l + 1', 'l + 1'],
    ['whole += open', 'whole = open'],
    ['open = totals[shape.entries + index]', 'open = totals[index]'],
    ['shape.last != 0', 'true'],
    ['l * shape.entries + index', 'l * (shape.entries + 1) + index'],
  ],
};
