import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/seeding/seed_rows.wgsl';
import type { Random } from '../../../src/math/random.js';
import { runSums } from '../../../src/ops/sums/run_sums.twin.js';
import { seedBlocks } from '../../../src/ops/seeding/seed_blocks.twin.js';
import { seedRows as twin } from '../../../src/ops/seeding/seed_rows.twin.js';
import { expectEqual } from '../expect.js';
import { around, constant, floats, ones, poisonedAt, seeded, wholeWeight } from './data.js';
import { compareEach, type KernelTest, weightedToo } from './kernel_test.js';
import { blank, blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const BLOCK = constant(source, 'BLOCK');
/** Rows of the chunk before those of the slice. */
const FIRST = 3;

interface Shape {
  readonly chunks: readonly number[];
  readonly draws: number;
}

/** Draws among the rows of these chunks, all but the last a multiple of BLOCK. */
const SHAPES: readonly Shape[] = [
  ...around(BLOCK).map((rows) => ({ chunks: [rows], draws: 20 })),
  { chunks: [2 * BLOCK, BLOCK, BLOCK + 5], draws: 100 },
  ...around(WORKGROUP).map((draws) => ({ chunks: [BLOCK, 3], draws })),
  { chunks: [3 * BLOCK], draws: FOLDED_WORKGROUPS * WORKGROUP },
];

async function compareOne(
  lab: Lab,
  kernel: KernelSource,
  { chunks, draws, weighted }: Shape & { weighted: boolean },
  random: Random,
): Promise<void> {
  const n = chunks.reduce((sum, rows) => sum + rows, 0);
  // Whole masses, half of them 0, and targets in halves: at the start of a row and inside.
  const closest = floats(random, () => Math.max(0, random.below(8) - 4), n);
  closest.fill(0, BLOCK, 2 * BLOCK);
  const weights = weighted ? floats(random, wholeWeight, n) : ones(n);
  const masses = runSums(
    closest.map((cost, i) => weights[i] * cost),
    BLOCK,
  );
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  // One location more than there are draws.
  const uniforms = Array.from({ length: draws + 1 }, () => random.below(2 * total) / (2 * total));
  const locations = seedBlocks(masses, uniforms).map(({ index, rest }) => ({
    index,
    rest: Math.round(2 * rest) / 2,
  }));
  // Past the end by rounding: the last row of any mass is taken.
  locations[0] = { ...locations[0], rest: masses[locations[0].index] };
  // A block without mass, as is drawn where none has any.
  if (n > BLOCK) locations[1] = { index: 1, rest: 0 };
  const rows = twin(closest, weights, locations, BLOCK, blankBits(draws));

  const starts = chunks.map((_, c) => chunks.slice(0, c).reduce((sum, length) => sum + length, 0));
  /** With the draws that lie in the rows before `end` picked. */
  const pickedBefore = (end: number) =>
    Uint32Array.of(...rows, ...blankBits(1)).map((row) => (row < end ? row : blankBits(1)[0]));
  await compareEach([...chunks.entries()], async ([c, length]) => {
    const start = starts[c];
    const { picked } = await lab.run(kernel, {
      constants: { WEIGHTED: weighted },
      shape: {
        start,
        first: FIRST,
        rows: length,
        stride: length + 1,
        draws,
        first_block: start / BLOCK,
      },
      buffers: {
        closest: poisonedAt(closest.slice(start, start + length), length + 1, 2 * (length + 1)),
        chosen: Uint32Array.of(1),
        weights: weighted
          ? poisonedAt(weights.slice(start, start + length), FIRST, FIRST + length)
          : blank(4),
        drawn: Uint32Array.from(locations, ({ index }) => index),
        rest: Float32Array.from(locations, ({ rest }) => rest),
        picked: pickedBefore(start),
      },
      invocations: draws,
    });
    const what = JSON.stringify({ weighted, chunks, draws });
    expectEqual(picked, pickedBefore(start + length), `${what}, chunk from ${start} on`);
  });
}

export const seedRows: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(weightedToo(SHAPES), (shape) => compareOne(lab, kernel, shape, random));
  },
  mutations: [
    ['left < mass', 'left <= mass'],
    ['min(first + BLOCK, shape.rows)', 'min(first + BLOCK - 1, shape.rows)'],
    ['shape.start + found', 'found'],
    ['shape.first + row', 'row'],
    ['chosen[0] *', '0 *'],
    ['mass > 0', 'true'],
    ['found != NONE', 'true'],
    ['drawn[t] - shape.first_block', 'drawn[t]'],
    ['t >= shape.draws', 't > shape.draws'],
    ['mass *= weights[', 'mass += weights['],
  ],
};
