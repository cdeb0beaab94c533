import source from '../../../shaders/sums/set_references.wgsl';
import { expectEqual } from '../expect.js';
import { around, constant, floats, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const SIZES = [...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP];
/** Words of the state in which references stay. */
const STAYING = [1, 2, 3, 4]
  .map((halted) => ({ halted, amended: 0 }))
  .concat([1, 31].map((amended) => ({ halted: 0, amended })));

export const setReferences: KernelTest = {
  source,
  async compare(lab, kernel) {
    const set = async (entries: number, { halted = 0, amended = 0 } = {}) => {
      const centroids = floats(seeded(), uniform, 4 * entries);
      const { references } = await lab.run(kernel, {
        shape: { entries },
        buffers: {
          centroids,
          state: Uint32Array.of(0, halted, 0, 0, amended),
          references: blank(4 * entries),
        },
        invocations: entries,
      });
      return { centroids, references };
    };
    await compareEach(SIZES, async (entries) => {
      const { centroids, references } = await set(entries);
      expectEqual(references, centroids, `${entries} entries`);
    });
    await compareEach(STAYING, async (state) => {
      const { references } = await set(SIZES[0], state);
      expectEqual(references, blank(references.length), JSON.stringify(state));
    });
  },
  mutations: [
    ['index < shape.entries', 'index + 1 < shape.entries'],
    ['state[AMENDED] != 0', 'state[AMENDED] == 1'],
    ['centroids[index]', 'centroids[0]'],
  ],
};
