import source from '../../../shaders/sampling/uniform_box.wgsl';
import { uniformBox } from '../../../src/ops/sampling/uniform_box.twin.js';
import { around, COLUMNS, constant } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { FOLDED_WORKGROUPS } from './lab.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const SENTINEL = -7;

export const uniformBoxKernel: KernelTest = {
  source,
  async compare(lab, kernel) {
    const shapes = [
      ...COLUMNS.map((columns) => ({ rows: 5, columns })),
      ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((rows) => ({
        rows,
        columns: 3,
      })),
    ];
    await compareEach(shapes, async ({ rows, columns }, i) => {
      const width = Float32Array.from({ length: columns }, (_, j) => 0.1 + 1.7 ** (j % 9));
      const [seed, sequence] = [4_000_000_000 + i, 3 * i];
      const { x } = await lab.run(kernel, {
        shape: { rows, columns, seed, sequence },
        buffers: { width, x: new Float32Array(rows * columns + 3).fill(SENTINEL) },
        invocations: rows * Math.ceil(columns / 4),
      });
      expectExact(
        x,
        Float32Array.of(...uniformBox(rows, width, seed, sequence), SENTINEL, SENTINEL, SENTINEL),
        JSON.stringify({ rows, columns }),
      );
    });
  },
  mutations: [
    ['vec4u(16u)', 'vec4u(15u)'],
    ['v.w += v.y * v.z;\n  return', 'return'],
    ['vec4u(shape.seed, shape.sequence', 'vec4u(shape.sequence, shape.seed'],
    ['row, quad)', 'row, 0u)'],
    ['>> vec4u(8u)', '>> vec4u(9u)'],
    ['- 0.5', '- 0.25'],
    ['4 * quad + 4, shape.columns', '4 * quad + 4, 4 * quads'],
    ['drawn[j % 4]', 'drawn[3 - j % 4]'],
    ['* width[j]', '* width[0]'],
  ],
};
