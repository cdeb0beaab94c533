import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/combine.wgsl';
import { combine as twin } from '../../../src/reference/combine.js';
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
const RUN = constant(source, 'RUN');

interface Shape {
  readonly clusters: number;
  /** vec4s a cluster, the last of which holds its weight. */
  readonly columns: number;
  /** Segments in each of the batches. */
  readonly batches: readonly number[];
}

const SHAPES: readonly Shape[] = [
  ...around(WORKGROUP).map((clusters) => ({ clusters, columns: 1, batches: [2] })),
  ...[1, 2, 3].map((columns) => ({ clusters: 5, columns, batches: [3] })),
  ...around(RUN).map((segments) => ({ clusters: 3, columns: 2, batches: [segments] })),
  ...around(RUN).map((segments) => ({ clusters: 3, columns: 2, batches: [segments, 1, RUN, 2] })),
  { clusters: 7, columns: 2, batches: [2 * RUN + 1] },
  { clusters: FOLDED_WORKGROUPS * WORKGROUP, columns: 1, batches: [2, 1] },
];

/** [segments][clusters][columns] vec4; every third cluster has no weight, and so no residuals. */
function partialOf(draw: Draw, { clusters, columns, batches }: Shape): Floats {
  const random = seeded();
  const segments = batches.reduce((sum, batch) => sum + batch, 0);
  const width = 4 * columns;
  const partial = floats(random, draw, segments * clusters * width);
  for (let row = 0; row < segments * clusters; row++) {
    const weight = (row + 1) * width - 4;
    partial.fill(0, weight, weight + 4);
    partial[weight] = wholeWeight(random);
    if ((row % clusters) % 3 === 2) partial.fill(0, row * width, weight + 4);
  }
  return partial;
}

/** Batch after batch, as the host does it. */
async function combined(
  lab: Lab,
  kernel: KernelSource,
  partial: Floats,
  { clusters, columns, batches }: Shape,
  halted = 0,
) {
  const entries = clusters * columns;
  let held = {
    levels: blank(2 * 4 * entries),
    totals: blank(4 * entries),
    empties: new Uint32Array(1),
  };
  let first = 0;
  for (const [i, segments] of batches.entries()) {
    const last = i === batches.length - 1 ? 1 : 0;
    const { levels, totals, empties } = await lab.run(kernel, {
      shape: { entries, columns, segments, first_segment: first, last },
      buffers: {
        partial: partial.slice(4 * entries * first, 4 * entries * (first + segments)),
        state: Uint32Array.of(0, halted),
        ...held,
      },
      invocations: entries,
    });
    if (last === 0) {
      expectEqual(totals, held.totals, 'totals before the last batch');
      expectEqual(empties, held.empties, 'empties before the last batch');
    }
    held = { levels, totals, empties };
    first += segments;
  }
  return held;
}

async function compareExactly(lab: Lab, kernel: KernelSource, shape: Shape): Promise<void> {
  const what = JSON.stringify(shape);
  const { clusters, columns, batches } = shape;
  const numbers = 4 * clusters * columns;
  const partial = partialOf(grid, shape);
  const { levels, totals, empties } = await combined(lab, kernel, partial, shape);
  const segments = batches.reduce((sum, batch) => sum + batch, 0);
  const expected = twin(partial, segments, numbers);
  expectExact(totals, expected, `${what}: totals`);
  const closed = segments - (segments % RUN);
  const open = twin(partial.subarray(closed * numbers), segments - closed, numbers);
  const expectedLevels = [...open, ...twin(partial, closed, numbers)];
  expectExact(levels, expectedLevels, `${what}: levels`);
  let empty = 0;
  for (let k = 0; k < clusters; k++) {
    if (expected[4 * ((k + 1) * columns - 1)] === 0) empty++;
  }
  expectEqual(empties, Uint32Array.of(empty), `${what}: empties`);
}

async function compareRounded(lab: Lab, kernel: KernelSource): Promise<void> {
  const segments = 3 * RUN + 5;
  const whole = { clusters: 3, columns: 2, batches: [segments] };
  const partial = partialOf(uniform, whole);
  const { totals } = await combined(lab, kernel, partial, whole);
  const because = 'a run of RUN, then the runs';
  const expected = twin(partial, segments, 4 * 3 * 2);
  expectClose(totals, expected, sumRoundings(RUN + 4, 3 * segments, because));
  const inBatches = { ...whole, batches: [7, RUN, 1, segments - RUN - 8] };
  const other = await combined(lab, kernel, partial, inBatches);
  expectSameBits(other.totals, totals, 'totals of the same segments in other batches');
}

export const combine: KernelTest = {
  source,
  async compare(lab, kernel) {
    await compareEach(SHAPES, (shape) => compareExactly(lab, kernel, shape));
    await compareRounded(lab, kernel);
    await compareEach([1, 2, 3], async (halted) => {
      const shape = SHAPES[0];
      const held = await combined(lab, kernel, partialOf(grid, shape), shape, halted);
      expectEqual(held.levels, blank(held.levels.length), `halted by ${halted}: levels`);
      expectEqual(held.totals, blank(held.totals.length), `halted by ${halted}: totals`);
      expectEqual(held.empties, new Uint32Array(1), `halted by ${halted}: empties`);
    });
  },
  mutations: [
    ['index >= shape.entries', 'index > shape.entries'],
    ['s < shape.segments', 's + 1 < shape.segments'],
    ['shape.first_segment + s + 1) % RUN', 's + 1) % RUN'],
    ['shape.first_segment + s + 1) % RUN', 'shape.first_segment + s) % RUN'],
    ['shape.first_segment > 0', 'false'],
    ['shape.last == 0', 'false'],
    ['total.x == 0', 'total.y == 0'],
    ['closed + open', 'closed'],
    ['closed += open;', 'closed = open;'],
  ],
};
