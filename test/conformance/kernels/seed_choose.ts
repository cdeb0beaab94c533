import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/seeding/seed_choose.wgsl';
import { seedChoose as twin } from '../../../src/ops/seeding/seed_choose.twin.js';
import { expectEqual, expectSameBits } from '../expect.js';
import { around, constant, type Floats, floats, rowsOf, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, blankBits, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');

interface Shape {
  readonly blocks: number;
  readonly trials: number;
  readonly quads: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, ...around(WORKGROUP), 3 * WORKGROUP + 2].map((blocks) => ({
    blocks,
    trials: 5,
    quads: 2,
  })),
  ...[1, 2, 8, 9].map((trials) => ({ blocks: 10, trials, quads: 1 })),
  ...around(WORKGROUP).map((quads) => ({ blocks: 3, trials: 4, quads })),
];
const CENTRE = 2;

/** The centre that is chosen for given potentials, [blocks][trials]. */
async function compareOne(
  lab: Lab,
  kernel: KernelSource,
  { blocks, trials, quads }: Shape,
  potentials: Floats,
  what: string,
): Promise<void> {
  const paddedTrials = Math.ceil(trials / 8) * 8;
  // Trials that are padding would be best, and so would the last one for blocks past the end.
  const padded = Float32Array.from({ length: (blocks + WORKGROUP) * paddedTrials }, (_, at) => -at);
  for (let b = 0; b < blocks; b++) {
    padded.set(potentials.subarray(b * trials, (b + 1) * trials), b * paddedTrials);
  }
  const width = 4 * quads;
  const candidates = rowsOf(seeded(), uniform, paddedTrials, width);
  const { centres, chosen: taken } = await lab.run(kernel, {
    shape: { blocks, trials, padded_trials: paddedTrials, quads, centre: CENTRE },
    buffers: {
      potentials: padded,
      candidates,
      centres: blank((CENTRE + 1) * width),
      chosen: blankBits(1),
    },
    invocations: 1,
  });
  const chosen = twin(potentials, blocks, trials);
  const where = `${JSON.stringify({ blocks, trials, quads })}, ${what}`;
  expectEqual(taken, Uint32Array.of(chosen), `${where}: chosen`);
  const expected = blank((CENTRE + 1) * width);
  expected.set(candidates.subarray(chosen * width, (chosen + 1) * width), CENTRE * width);
  expectSameBits(centres, expected, where);
}

export const seedChoose: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async (shape) => {
      const length = shape.blocks * shape.trials;
      const whole = floats(random, () => random.below(8), length);
      const equal = new Float32Array(length).fill(3);
      const last = equal.slice();
      last[length - 1] = 2.5;
      await Promise.all([
        compareOne(lab, kernel, shape, whole, 'whole numbers'),
        compareOne(lab, kernel, shape, equal, 'all equal'),
        compareOne(lab, kernel, shape, last, 'the last block decides for the last trial'),
      ]);
    });
  },
  mutations: [
    ['total < least', 'total <= least'],
    ['total < least', 'total > least'],
    ['t < shape.trials', 't < shape.padded_trials'],
    ['t < shape.trials', 't + 1 < shape.trials'],
    ['i < WORKGROUP', 'i < WORKGROUP - 1'],
    ['q += WORKGROUP', 'q += 2 * WORKGROUP'],
    ['chosen[0] = best', 'chosen[0] = 0'],
    ['shape.centre * shape.quads', '0'],
    ['b < min((lane + 1) * share, shape.blocks)', 'b < (lane + 1) * share'],
  ],
};
