import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/seeding/seed_blocks.wgsl';
import { seedBlocks as twin } from '../../../src/ops/seeding/seed_blocks.twin.js';
import { expectEqual, expectThat } from '../expect.js';
import { around, constant, type Floats, floats, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, blankBits, type Lab } from './lab.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [1, 2, ...around(WORKGROUP), ...around(2 * WORKGROUP), 5 * WORKGROUP + 7].map(
  (blocks, i) => ({
    blocks,
    draws: [1, ...around(WORKGROUP)][i % 4],
    firstDraw: i % 3,
  }),
);

async function drawn(
  lab: Lab,
  kernel: KernelSource,
  masses: Floats,
  uniforms: Floats,
  firstDraw: number,
) {
  const draws = uniforms.length - firstDraw;
  const blocks = masses.length;
  // In one of several columns, or the only one.
  const stride = 1 + (blocks % 3);
  const column = blocks % stride;
  const table = new Float32Array(blocks * stride).fill(7);
  masses.forEach((mass, b) => (table[b * stride + column] = mass));
  return lab.run(kernel, {
    shape: { blocks, draws, first_draw: firstDraw, stride },
    buffers: {
      masses: table,
      chosen: Uint32Array.of(column),
      uniforms,
      drawn: blankBits(draws),
      rest: blank(draws),
    },
    invocations: 1,
  });
}

/**
 * Whole masses, many of them 0, the last among them, that add up to a power of two: u times their
 * sum is exact.
 */
function exactMasses(blocks: number): { masses: Floats; total: number } {
  const random = seeded();
  const masses = floats(random, () => Math.max(0, random.below(6) - 2), blocks);
  if (blocks > 1) masses.set([1, 0], blocks - 2);
  const sum = masses.reduce((a, b) => a + b, 0);
  const total = 2 ** Math.ceil(Math.log2(sum + 1));
  masses[0] += total - sum;
  return { masses, total };
}

async function compareExactly(
  lab: Lab,
  kernel: KernelSource,
  { blocks, draws, firstDraw }: (typeof SHAPES)[number],
): Promise<void> {
  const random = seeded();
  const what = JSON.stringify({ blocks, draws, firstDraw });
  const { masses, total } = exactMasses(blocks);
  // Halves: inside a block and at its very start. Then both ends.
  const uniforms = floats(random, () => random.below(2 * total) / (2 * total), firstDraw + draws);
  uniforms.set([0, 1].slice(0, draws), firstDraw);
  const result = await drawn(lab, kernel, masses, uniforms, firstDraw);
  const expected = twin(masses, uniforms.subarray(firstDraw));
  const blocksDrawn = Uint32Array.from(expected, ({ index }) => index);
  expectEqual(result.drawn, blocksDrawn, `${what}: drawn`);
  expectExact(
    result.rest,
    expected.map(({ rest }) => rest),
    `${what}: rest`,
  );
}

/** With masses that round, a draw may land in the next block, by what the sums are off. */
async function compareRounded(lab: Lab, kernel: KernelSource): Promise<void> {
  const random = seeded();
  const blocks = 5 * WORKGROUP + 3;
  const draws = 200;
  const masses = floats(random, () => random.next(), blocks);
  const uniforms = floats(random, () => random.next(), draws);
  uniforms.set([0, 1 - 2 ** -24, 1]);
  const result = await drawn(lab, kernel, masses, uniforms, 0);
  const total = masses.reduce((a, b) => a + b, 0);
  // A share, the shares, and as many steps back down again.
  const slack = 2 * (Math.ceil(blocks / WORKGROUP) + WORKGROUP) * 2 ** -23 * total;
  for (let t = 0; t < draws; t++) {
    const block = result.drawn[t];
    expectThat(block < blocks, `draw ${t}: block ${block} of ${blocks}`);
    const before = masses.subarray(0, block).reduce((a, b) => a + b, 0);
    const target = uniforms[t] * total;
    const inside = target >= before - slack && target <= before + masses[block] + slack;
    expectThat(inside, `draw ${t}: ${target} is not in block ${block}, from ${before} on.`);
    const off = Math.abs(result.rest[t] - (target - before));
    expectThat(off <= slack, `draw ${t}: what is left is off by ${off}.`);
  }
}

export const seedBlocks: KernelTest = {
  source,
  async compare(lab, kernel) {
    await compareEach(SHAPES, (shape) => compareExactly(lab, kernel, shape));
    await compareRounded(lab, kernel);
    // With no mass at all there is nothing to choose by.
    const none = new Float32Array(WORKGROUP + 1);
    const result = await drawn(lab, kernel, none, Float32Array.of(0, 0.5), 0);
    expectEqual(result.drawn, Uint32Array.of(0, 0), 'drawn without any mass');
    expectEqual(result.rest, Float32Array.of(0, 0), 'rest without any mass');
  },
  mutations: [
    ['left < mass_of(b)', 'left <= mass_of(b)'],
    ['left < shares[i]', 'left <= shares[i]'],
    ['shape.first_draw + t', 't'],
    ['mass_of(b) > 0', 'true'],
    ['+ chosen[0]', ''],
    ['block * shape.stride', 'block'],
    ['next -= mass_of(b)', 'next -= 0'],
    ['t < shape.draws', 't <= shape.draws'],
    ['t += WORKGROUP', 't += WORKGROUP + 1'],
  ],
};
