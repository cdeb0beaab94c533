import source from '../../../shaders/pooling/mean_pool.wgsl';
import { meanPool as twin } from '../../../src/ops/pooling/mean_pool.twin.js';
import { expectClose } from '../expect.js';
import { constant, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const RUN = constant(source, 'RUN');

const SHAPES = [
  ...[WORKGROUP - 1, WORKGROUP, WORKGROUP + 1].map((columns) => ({ b: 2, t: 3, columns })),
  ...[RUN - 1, RUN, RUN + 1].map((t) => ({ b: 3, t, columns: 5 })),
  { b: FOLDED_WORKGROUPS, t: 2, columns: 4 },
];

export const meanPool: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    const both = [false, true].flatMap((normalize) =>
      SHAPES.map((shape) => ({ ...shape, normalize })),
    );
    await compareEach(both, async ({ b, t, columns, normalize }) => {
      const first = 2;
      const tokens = Float32Array.from({ length: b * t * columns }, () => uniform(random));
      // Padding, and weights that are no mask; a sentence that has none.
      const weights = Float32Array.from({ length: (first + b) * t }, (_, i) =>
        Math.floor(i / t) === first + 1 ? 0 : random.below(4) / 2,
      );
      const { pooled } = await lab.run(kernel, {
        constants: { NORMALIZED: normalize },
        shape: { sentences: b, tokens: t, columns, first },
        buffers: { tokens, weights, pooled: blank(b * columns) },
        invocations: b * WORKGROUP,
      });
      const expected = twin(tokens, weights.subarray(first * t), [b, t, columns], normalize);
      expectClose(pooled, expected, {
        absolute: (RUN + Math.ceil(t / RUN) + 8) * 2 ** -24,
        because: 'sums over runs of weighted numbers below 1, divided by their weights',
        what: JSON.stringify({ b, t, columns, normalize }),
      });
    });
  },
  mutations: [
    ['b >= shape.sentences', 'b > shape.sentences'],
    ['(shape.first + b)', '(b)'],
    ['start += RUN', 'start += RUN + 1'],
    ['max(weight, LEAST_WEIGHT)', 'f32(shape.tokens)'],
    ['half /= 2', 'half /= 4'],
    ['max(sqrt(squares[0]), LEAST_LENGTH)', 'squares[0]'],
    ['(!NORMALIZED', '(NORMALIZED'],
  ],
};
