import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/sums/combine.wgsl';
import { combine as twin } from '../../../src/ops/sums/combine.twin.js';
import { expectClose, expectEqual, expectSameBits } from '../expect.js';
import {
  around,
  constant,
  type Draw,
  floats,
  type Floats,
  grid,
  seeded,
  uniform,
  wholeWeight,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const GROUP = constant(source, 'GROUP');
/** Segments of a run: few. */
const RUN = 4;
/** Numbers of a ClusterSum, and where in it: a cost, a weight, and the largest of either. */
const SUM = 8;
const [COST, WEIGHT, MOST_COST, MOST_WEIGHT] = [4, 5, 6, 7];

interface Shape {
  readonly clusters: number;
  readonly quads: number;
  /** Segments in each of the batches. */
  readonly batches: readonly number[];
}

const SHAPES: readonly Shape[] = [
  ...around(WORKGROUP).map((clusters) => ({ clusters, quads: 1, batches: [2 * RUN] })),
  ...[1, 2, 3].map((quads) => ({ clusters: 5, quads, batches: [3 * RUN] })),
  ...around(GROUP * RUN).map((segments) => ({ clusters: 3, quads: 2, batches: [segments] })),
  ...around(GROUP * RUN).map((segments) => ({
    clusters: 3,
    quads: 2,
    batches: [segments, 1, GROUP * RUN, 2],
  })),
  // Batches that begin, go on, and end within a run.
  ...[1, 2, 3, 4, 5, 7].map((first) => ({ clusters: 3, quads: 2, batches: [first, 1, 2, 6, 5] })),
  { clusters: 7, quads: 2, batches: [(2 * GROUP + 1) * RUN] },
  { clusters: FOLDED_WORKGROUPS * WORKGROUP, quads: 1, batches: [2, 1] },
];

/** Sums of each segment, [segments][clusters][quads]; every third cluster has no rows. */
function sumsOf(draw: Draw, { clusters, quads, batches }: Shape): Floats {
  const random = seeded();
  const segments = batches.reduce((sum, batch) => sum + batch, 0);
  const sums = floats(random, draw, SUM * segments * clusters * quads);
  for (let s = 0, at = 0; s < segments; s++) {
    for (let k = 0; k < clusters; k++) {
      const weight = wholeWeight(random);
      for (let q = 0; q < quads; q++, at += SUM) {
        sums[at + WEIGHT] = weight;
        sums[at + MOST_COST] = 0;
        sums[at + MOST_WEIGHT] = 0;
        if (k % 3 === 2) sums.fill(0, at, at + SUM);
      }
    }
  }
  return sums;
}

/** Totals as the iteration before left them, with no rows left in the last cluster. */
function earlier(draw: Draw, { clusters, quads }: Shape): Floats {
  const totals = floats(seeded(), draw, SUM * clusters * quads);
  for (let at = 0; at < totals.length; at += SUM) totals[at + WEIGHT] = 5;
  return totals;
}

/** Batch after batch, as the host does it. */
async function combined(
  lab: Lab,
  kernel: KernelSource,
  sums: Floats,
  before: Floats,
  { clusters, quads, batches }: Shape,
  { amended = 0, halted = 0 } = {},
) {
  const entries = clusters * quads;
  const numbers = SUM * entries;
  let held = {
    carry: blank(numbers),
    levels: blank(numbers),
    totals: before,
    state: Uint32Array.of(0, halted, 0, 0, amended),
  };
  let first = 0;
  for (const [i, segments] of batches.entries()) {
    const last = i === batches.length - 1 ? 1 : 0;
    const offset = first % RUN;
    const runs = Math.ceil((offset + segments) / RUN);
    // As accumulate.wgsl leaves them: what was carried, and what the batch's segments add to it.
    const partial = new Float32Array(runs * numbers);
    if (offset > 0) partial.set(held.carry);
    for (let s = 0; s < segments; s++) {
      const to = Math.floor((offset + s) / RUN) * numbers;
      for (let j = 0; j < numbers; j++) partial[to + j] += sums[(first + s) * numbers + j];
    }
    const { carry, levels, totals, state } = await lab.run(kernel, {
      constants: { RUN },
      shape: { entries, quads, segments, first_segment: first, last },
      buffers: { partial, ...held },
      invocations: entries,
    });
    if (last === 0) expectEqual(state, held.state, 'state before the last batch');
    held = { carry, levels, totals, state };
    first += segments;
  }
  return held;
}

async function compareExactly(
  lab: Lab,
  kernel: KernelSource,
  shape: Shape,
  amended: number,
): Promise<void> {
  const what = JSON.stringify({ amended, ...shape });
  const { clusters, quads, batches } = shape;
  const numbers = SUM * clusters * quads;
  const sums = sumsOf(grid, shape);
  const before = earlier(grid, shape);
  const { totals, state } = await combined(lab, kernel, sums, before, shape, { amended });
  const segments = batches.reduce((sum, batch) => sum + batch, 0);
  const expected = twin(sums, segments, numbers);
  for (let at = 0; at < numbers; at += SUM) {
    if (amended > 0) for (let j = 0; j <= WEIGHT; j++) expected[at + j] += before[at + j];
    const most = (which: number) => (amended > 0 ? before[at + which] : 0);
    expected[at + MOST_COST] = Math.max(most(MOST_COST), expected[at + COST]);
    expected[at + MOST_WEIGHT] = Math.max(most(MOST_WEIGHT), expected[at + WEIGHT]);
  }
  expectExact(totals, expected, `${what}: totals`);
  let empties = 0;
  for (let k = 0; k < clusters; k++) if (expected[SUM * k * quads + WEIGHT] === 0) empties++;
  expectEqual(state, Uint32Array.of(0, 0, 0, empties, amended), `${what}: state`);
}

async function compareRounded(lab: Lab, kernel: KernelSource): Promise<void> {
  const segments = (3 * GROUP + 5) * RUN;
  const whole = { clusters: 3, quads: 2, batches: [segments] };
  const sums = sumsOf(uniform, whole);
  const before = earlier(uniform, whole);
  const { totals } = await combined(lab, kernel, sums, before, whole);
  const because = 'runs, a group of GROUP of them, then the groups';
  const expected = twin(sums, segments, SUM * 3 * 2);
  for (let at = 0; at < expected.length; at += SUM) {
    expected[at + MOST_COST] = Math.max(0, expected[at + COST]);
    expected[at + MOST_WEIGHT] = Math.max(0, expected[at + WEIGHT]);
  }
  expectClose(totals, expected, sumRoundings(RUN + GROUP + 4, 3 * segments, because));
  const inBatches = { ...whole, batches: [7, GROUP, 1, 22, segments - GROUP - 30] };
  const other = await combined(lab, kernel, sums, before, inBatches);
  expectSameBits(other.totals, totals, 'totals of the same segments in other batches');
}

export const combine: KernelTest = {
  source,
  async compare(lab, kernel) {
    const shapes = SHAPES.flatMap((shape) => [0, 1, 7].map((amended) => ({ ...shape, amended })));
    await compareEach(shapes, ({ amended, ...shape }) =>
      compareExactly(lab, kernel, shape, amended),
    );
    await compareRounded(lab, kernel);
    await compareEach([1, 2, 3, 4], async (halted) => {
      const shape = SHAPES[0];
      const before = earlier(grid, shape);
      const held = await combined(lab, kernel, sumsOf(grid, shape), before, shape, { halted });
      expectEqual(held.totals, before, `halted by ${halted}: totals`);
      expectEqual(held.state, Uint32Array.of(0, halted, 0, 0, 0), `halted by ${halted}: state`);
    });
  },
  mutations: [
    ['atomicLoad(&state[HALTED]) != 0', 'false'],
    ['index >= shape.entries', 'index > shape.entries'],
    ['r < whole', 'r + 1 < whole'],
    ['first_run + r + 1) % GROUP', 'r + 1) % GROUP'],
    ['shape.first_segment > 0', 'false'],
    ['shape.last == 0', 'false'],
    ['total.weight == 0', 'total.cost == 0'],
    ['index % shape.quads == 0 &&', ''],
    ['max(total.most_cost, total.cost)', 'total.cost'],
    ['max(total.most_weight, total.weight)', 'total.most_weight'],
    ['carry[index] = partial[whole * shape.entries + index]', 'carry[index] = ClusterSum()'],
    ['levels[index] = open;', ''],
    ['atomicLoad(&state[AMENDED]) == 0', 'true'],
  ],
};
