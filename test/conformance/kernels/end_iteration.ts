import source from '../../../shaders/mixtures/end_iteration.wgsl';
import { expectClose, expectEqual } from '../expect.js';
import { constant, floats, seeded } from './data.js';
import type { KernelTest } from './kernel_test.js';
import { blank, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const HISTORY = constant(source, 'HISTORY');
const NONE = 0xffffffff;
const ROWS = 4;

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0];

async function ended(
  lab: Lab,
  kernel: typeof source,
  sums: Float32Array<ArrayBuffer>,
  state: Uint32Array<ArrayBuffer>,
  tolerance: number,
) {
  return lab.run(kernel, {
    shape: { entries: sums.length, rows: ROWS, tolerance },
    buffers: { sums, state, history: blank(HISTORY * WORKGROUP) },
    invocations: WORKGROUP,
  });
}

export const endIteration: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    for (const entries of [1, WORKGROUP - 1, WORKGROUP, WORKGROUP + 1, 5 * WORKGROUP]) {
      for (const iteration of [0, 3, HISTORY, 2 * HISTORY + 1]) {
        const sums = floats(random, () => random.below(64) - 32, entries);
        const bound = sums.reduce((sum, value) => sum + value, 0) / ROWS;
        // The last bound lies 1 above: more than the tolerance.
        const before = Uint32Array.of(iteration, 0, NONE, bitsOf(bound + 1));
        const { state, history } = await ended(lab, kernel, sums, before, 0.5);
        const what = JSON.stringify({ entries, iteration });
        expectEqual(state, Uint32Array.of(iteration + 1, 0, NONE, bitsOf(bound)), `${what}: state`);
        const slot = (iteration % HISTORY) * WORKGROUP;
        const lanes = history.subarray(slot, slot + WORKGROUP);
        expectClose(lanes.reduce((sum, value) => sum + value, 0) / ROWS, bound, {
          absolute: 1e-9,
          because: 'sums of small whole numbers are exact',
          what,
        });
        const others = history.slice();
        others.fill(blank(1)[0], slot, slot + WORKGROUP);
        expectEqual(others, blank(HISTORY * WORKGROUP), `${what}: other slots`);
      }
    }
    const sums = Float32Array.of(8);
    const last = (iteration: number, bound: number, failed = NONE, halted = 0) =>
      Uint32Array.of(iteration, halted, failed, bitsOf(bound));
    const cases = [
      { before: last(1, 2.25), tolerance: 0.5, after: 1, why: 'within the tolerance' },
      { before: last(1, 1.75), tolerance: 0.5, after: 1, why: 'within it from below' },
      { before: last(1, 2.5), tolerance: 0.5, after: 0, why: 'no less than the tolerance' },
      { before: last(1, 2), tolerance: 0, after: 0, why: 'tolerance 0' },
      { before: last(0, 2), tolerance: 0.5, after: 0, why: 'there was no bound before' },
    ];
    for (const { before, tolerance, after, why } of cases) {
      const { state } = await ended(lab, kernel, sums, before, tolerance);
      expectEqual(state, Uint32Array.of(before[0] + 1, after, before[2], bitsOf(2)), why);
    }
    const unsound = await ended(lab, kernel, sums, last(1, 2, 3), 0.5);
    expectEqual(unsound.state, last(1, 2, 3, 2), 'an iteration without a sound factor');
    for (const halted of [1, 2]) {
      const before = last(4, 3, NONE, halted);
      const { state, history } = await ended(lab, kernel, sums, before, 0.5);
      expectEqual(state, before, 'state of a fit that has halted');
      expectEqual(history, blank(HISTORY * WORKGROUP), 'history of a fit that has halted');
    }
  },
  mutations: [
    ['halted != 0', 'false'],
    ['iteration % HISTORY', 'iteration % (HISTORY + 1)'],
    ['i < shape.entries', 'i <= shape.entries'],
    ['total / shape.rows', 'total'],
    ['iteration > 0 && ', ''],
    ['state[FAILED] != NONE', 'false'],
    ['< shape.tolerance', '<= shape.tolerance'],
    ['abs(', '('],
    ['iteration + 1', 'iteration'],
  ],
};
