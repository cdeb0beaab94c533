import source from '../../../shaders/rows/find_nonfinite.wgsl';
import { findNonFinite as twin } from '../../../src/rows/find_nonfinite.twin.js';
import { expectEqual } from '../expect.js';
import { around, constant } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { FOLDED_WORKGROUPS } from './lab.js';

const VALUES = constant(source, 'VALUES');
const GROUP = VALUES * constant(source, 'WORKGROUP');
const NONE = 0xffffffff;

const INFINITY = 0x7f800000;
const SIGN = 0x80000000;
/** Quiet and signalling NaNs and both infinities. */
const BAD = [0x7fc00000, 0x7f800001, 0xffffffff, INFINITY, INFINITY + SIGN];
/** 0, -0, the least and largest of subnormal and normal numbers, of either sign, and 1. */
const GOOD = [0, 1, 0x007fffff, 0x00800000, 0x7f7fffff, 0x3f800000].flatMap((bits) => [
  bits,
  bits + SIGN,
]);

interface Shape {
  readonly count: number;
  readonly start: number;
  /** Where the values that are not finite lie. */
  readonly at: readonly number[];
}

const SHAPES: readonly Shape[] = [
  { count: 1, start: 0, at: [] },
  { count: 1, start: 9, at: [0] },
  ...around(VALUES).map((count) => ({ count, start: 5, at: [count - 1] })),
  // The value past the end is none of the kernel's business.
  ...around(VALUES).map((count) => ({ count, start: 0, at: [count] })),
  ...around(GROUP).map((count) => ({ count, start: 2 * GROUP, at: [count - 1, count] })),
  { count: 3 * VALUES, start: 0, at: [VALUES, VALUES - 1, 2 * VALUES] },
  { count: FOLDED_WORKGROUPS * GROUP, start: 0, at: [FOLDED_WORKGROUPS * GROUP - 2] },
];

export const findNonFinite: KernelTest = {
  source,
  async compare(lab, kernel) {
    await compareEach([...SHAPES.entries()], async ([i, { count, start, at }]) => {
      const bits = Uint32Array.from({ length: count + 1 }, (_, j) => GOOD[j % GOOD.length]);
      at.forEach((index, j) => (bits[index] = BAD[(i + j) % BAD.length]));
      const { found } = await lab.run(kernel, {
        shape: { count, start },
        buffers: { bits, found: Uint32Array.of(NONE) },
        invocations: Math.ceil(count / VALUES),
      });
      const index = twin(new Float32Array(bits.buffer, 0, count));
      const expected = Uint32Array.of(index === undefined ? NONE : start + index);
      expectEqual(found, expected, `${count} values from ${start} on, not finite: ${String(at)}`);
    });
  },
  mutations: [
    ['0x7f800000u', '0x7f000000u'],
    ['(bits[i] & EXPONENT) == EXPONENT', 'bits[i] == EXPONENT'],
    ['min(start + VALUES, shape.count)', 'start + VALUES'],
    ['min(start + VALUES, shape.count)', 'min(start + VALUES - 1, shape.count)'],
    ['shape.start + i', 'i'],
    ['atomicMin', 'atomicMax'],
  ],
};
