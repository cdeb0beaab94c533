import source from '../../../shaders/maps/end_epoch.wgsl';
import { expectClose, expectEqual } from '../expect.js';
import { constant, floats, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const HISTORY = constant(source, 'HISTORY');
/** Numbers of a ClusterSum, and where the cost is in it. */
const [SUM, COST] = [8, 4];

export const endEpoch: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [1, WORKGROUP - 1, WORKGROUP, WORKGROUP + 1, 5 * WORKGROUP].flatMap((entries) =>
      [0, 3, HISTORY, 2 * HISTORY + 1].map((epoch) => ({
        ...{ entries, epoch },
        totals: floats(random, () => random.below(64), SUM * entries),
      })),
    );
    await compareEach(shapes, async ({ entries, epoch, totals }) => {
      const { state, history } = await lab.run(kernel, {
        shape: { entries },
        buffers: {
          totals,
          state: Uint32Array.of(epoch, 0, 5, 7),
          history: blank(HISTORY * WORKGROUP),
        },
        invocations: WORKGROUP,
      });
      const what = JSON.stringify({ entries, epoch });
      expectEqual(state, Uint32Array.of(epoch + 1, 0, 5, 7), `${what}: state`);
      const slot = (epoch % HISTORY) * WORKGROUP;
      const lanes = history.slice(slot, slot + WORKGROUP);
      const cost = totals.reduce((sum, value, at) => sum + (at % SUM === COST ? value : 0), 0);
      expectClose([lanes.reduce((sum, value) => sum + value, 0)], [cost], {
        absolute: 1e-9,
        because: 'sums of small whole numbers are exact',
        what,
      });
      history.fill(blank(1)[0], slot, slot + WORKGROUP);
      expectEqual(history, blank(HISTORY * WORKGROUP), `${what}: other slots`);
    });
  },
  mutations: [
    ['epoch % HISTORY', 'epoch % (HISTORY + 1)'],
    ['i < shape.entries', 'i <= shape.entries'],
    ['totals[i].cost', 'totals[i].weight'],
    ['epoch + 1', 'epoch'],
  ],
};
