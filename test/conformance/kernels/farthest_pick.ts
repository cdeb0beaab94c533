import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/sums/farthest_pick.wgsl';
import { farthestPick as twin } from '../../../src/ops/sums/farthest_pick.twin.js';
import { expectEqual } from '../expect.js';
import { around, constant, type Floats, floats, ones, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, blankBits, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const BLOCKS = [1, 2, ...around(WORKGROUP), ...around(2 * WORKGROUP), 7 * WORKGROUP + 5];
const ROUND = 1;

async function compareOne(lab: Lab, kernel: KernelSource, best: Floats): Promise<void> {
  const blocks = best.length;
  // A block's row is anything but its own number.
  const rows = Uint32Array.from(best, (_, b) => 1000 + 3 * b);
  const { picks, heights } = await lab.run(kernel, {
    shape: { blocks, round: ROUND },
    buffers: { best, best_row: rows, picks: blankBits(2), heights: blank(2) },
    invocations: 1,
  });
  const { row, cost } = twin(best, ones(blocks), 0, blocks);
  const [expectedPicks, expectedHeights] = [blankBits(2), blank(2)];
  expectedPicks[ROUND] = rows[row];
  expectedHeights[ROUND] = cost;
  expectEqual(picks, expectedPicks, `${blocks} blocks: picks`);
  expectEqual(heights, expectedHeights, `${blocks} blocks: heights`);
}

export const farthestPick: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    const all = BLOCKS.flatMap((blocks) => {
      const last = new Float32Array(blocks);
      last[blocks - 1] = 1;
      const whole = floats(random, () => random.below(6) - 1, blocks);
      return [whole, new Float32Array(blocks).fill(-1), last];
    });
    await compareEach(all, (best) => compareOne(lab, kernel, best));
  },
  mutations: [
    ['best[b] > best[chosen]', 'best[b] >= best[chosen]'],
    ['best[lane_block[i]] > best[chosen]', 'best[lane_block[i]] >= best[chosen]'],
    ['b < min((lane + 1) * share, shape.blocks)', 'b + 1 < min((lane + 1) * share, shape.blocks)'],
    ['i < WORKGROUP', 'i < WORKGROUP - 1'],
    ['picks[shape.round]', 'picks[0]'],
    ['= best_row[chosen]', '= chosen'],
  ],
};
