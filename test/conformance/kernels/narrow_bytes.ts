import source from '../../../shaders/rows/narrow_bytes.wgsl';
import { packBytes } from '../../../src/rows/bytes.js';
import { expectEqual } from '../expect.js';
import { around, constant, floats, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blankBits, FOLDED_WORKGROUPS } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((count) => ({ count, start: 0 })),
  { count: FOLDED_WORKGROUPS * WORKGROUP, start: 3 },
];

export const narrowBytes: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ count, start }) => {
      const wide = floats(random, () => random.below(256) - 128, 4 * (count + 1));
      wide.set([-128, 127, 0, -1]);
      const { bytes } = await lab.run(kernel, {
        shape: { count, start },
        buffers: { wide, bytes: blankBits(start + count + 1) },
        invocations: count,
      });
      const expected = blankBits(start + count + 1);
      expected.set(packBytes(wide.subarray(0, 4 * count)), start);
      expectEqual(bytes, expected, `${count} from ${start} on`);
    });
  },
  mutations: [
    ['i >= shape.count', 'i > shape.count'],
    ['shape.start + i', 'i'],
    ['& vec4u(0xff)', '& vec4u(0x7f)'],
    ['vec4u(0, 8, 16, 24)', 'vec4u(24, 16, 8, 0)'],
  ],
};
