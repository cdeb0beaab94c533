import source from '../../../shaders/rows/widen.wgsl';
import { packBytes } from '../../../src/rows/bytes.js';
import { BLOCK_ROWS } from '../../../src/rows/pack.twin.js';
import { storedAs } from '../../../src/rows/storage.js';
import { widen as twin } from '../../../src/rows/widen.twin.js';
import { expectSameBits } from '../expect.js';
import { around, constant, floats, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, readsHalves } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((count) => ({ count, start: 0, quads: 1 })),
  ...[1, 2, 3].map((quads) => ({ count: 2 * quads * BLOCK_ROWS, start: 0, quads })),
  { count: FOLDED_WORKGROUPS * WORKGROUP, start: 4 * BLOCK_ROWS, quads: 2 },
];

export const widen: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ count, start, quads }) => {
      const packed = floats(random, () => random.below(256) - 128, 4 * (start + count));
      packed.set([-128, 127, 0, -1], 4 * start);
      // Shifts, what is subtracted, and powers of two.
      const columns = Float32Array.from({ length: 12 * quads }, (_, at) => {
        if (at < 4 * quads) return random.below(2001) - 1000;
        return at < 8 * quads ? 300 * random.next() : 2 ** (random.below(9) - 4);
      });
      const expected = blank(4 * (count + 1));
      expected.set(twin(packed.subarray(4 * start), quads, columns));
      const what = `${count} from ${start} on, ${quads} quads`;
      const dispatch = { shape: { count, start, quads }, invocations: count };
      const wide = blank(4 * (count + 1));
      const held = { points: packed, columns, wide };
      expectSameBits((await lab.run(kernel, { ...dispatch, buffers: held })).wide, expected, what);
      if (readsHalves(kernel)) return;
      const buffers = { ...held, points: packBytes(packed) };
      const ofBytes = await lab.run(storedAs('bytes', kernel), { ...dispatch, buffers });
      expectSameBits(ofBytes.wide, expected, `${what}, of bytes`);
    });
  },
  mutations: [
    ['i >= shape.count', 'i > shape.count'],
    ['shape.start + i', 'i'],
    ['i / BLOCK_ROWS % quads', 'i % quads'],
    ['+ vec4i(columns', '- vec4i(columns'],
    ['- columns[quads + quad]', '- columns[quad]'],
    ['* columns[2 * quads + quad]', '* columns[quads + quad]'],
  ],
};
