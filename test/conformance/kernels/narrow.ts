import source from '../../../shaders/rows/narrow.wgsl';
import { toFloat16 } from '../../../src/rows/float16.js';
import type { Random } from '../../../src/math/random.js';
import { expectEqual } from '../expect.js';
import { around, constant, type Floats, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blankBits, FOLDED_WORKGROUPS } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((count) => ({ count, start: 0, scale: 1 })),
  { count: FOLDED_WORKGROUPS * WORKGROUP, start: 3, scale: 1 },
  { count: 20, start: 0, scale: 2 ** 40 },
  { count: 20, start: 7, scale: 2 ** -40 },
];

/** Where rounding changes its mind, on either side: ties, the next exponent, the ends of the range. */
const EDGES = [
  0,
  1,
  1 + 2 ** -11,
  1 + 3 * 2 ** -11,
  1 + 2 ** -11 + 2 ** -23,
  1 + 2 ** -11 - 2 ** -23,
  1 + 3 * 2 ** -11 - 2 ** -23,
  2 - 2 ** -12,
  2 - 2 ** -11,
  65504,
  65519,
  2 ** -14,
  2 ** -14 - 2 ** -38,
  2 ** -14 * (1 + 2 ** -11),
  2 ** -24,
  2 ** -126,
];

/** All edges, then numbers of every magnitude; either sign. */
function numbers(random: Random, length: number): Floats {
  const drawn = () => 2 ** (random.next() * 31 - 15) * (random.below(2) === 0 ? 1 : -1);
  return Float32Array.from({ length }, (_, at) => {
    const edge = Math.floor(at / 2);
    return edge < EDGES.length ? (at % 2 === 0 ? 1 : -1) * EDGES[edge] : drawn();
  });
}

export const narrow: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ count, start, scale }) => {
      const scaled = numbers(random, 4 * (count + 1));
      const wide = scaled.map((value) => value / scale);
      const { halves } = await lab.run(kernel, {
        shape: { count, start, scale },
        buffers: { wide, halves: blankBits(2 * (start + count + 1)) },
        invocations: count,
      });
      const expected = blankBits(2 * (start + count + 1));
      for (let word = 0; word < 2 * count; word++) {
        const [low, high] = [wide[2 * word], wide[2 * word + 1]].map((x) => toFloat16(scale * x));
        expected[2 * start + word] = low + 0x10000 * high;
      }
      expectEqual(halves, expected, `${count} from ${start} on, times ${scale}`);
    });
  },
  mutations: [
    ['i >= shape.count', 'i > shape.count'],
    ['shape.start + i', 'i'],
    ['shape.scale * wide[i]', 'wide[i]'],
    ['+ odd', '+ 1'],
    ['+ 0xfff', '+ 0x1000'],
    ['magnitude >= vec4u(LEAST_NORMAL)', 'magnitude > vec4u(LEAST_NORMAL)'],
    ['sign | rounded', 'rounded'],
    ['half.xz | (half.yw', 'half.xy | (half.zw'],
  ],
};
