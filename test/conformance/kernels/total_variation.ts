import source from '../../../shaders/images/total_variation.wgsl';
import { totalVariation as twin } from '../../../src/ops/images/total_variation.twin.js';
import { expectClose } from '../expect.js';
import { around, constant, floats, grid, quadsOf, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { lengthOf, writtenIn } from './matrices.js';
import { held, padded, valuesOf } from './networks.js';
import { roundings, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((images) => ({ images, down: 1, across: 1, c: 3, beta: 2 })),
  ...[1, 4, 5].map((c) => ({ images: 2, down: 3, across: 5, c, beta: 2 })),
  ...[1, 1.5, 3].map((beta) => ({ images: 1, down: 6, across: 4, c: 3, beta })),
  { images: FOLDED_WORKGROUPS * WORKGROUP, down: 1, across: 1, c: 1, beta: 2 },
  { images: 2, down: 7, across: 9, c: 2, beta: 2, from: WORKGROUP },
].map((one) => ({ from: 0, ...one }));

/** Of numbers that are at most 4 apart, s is at most 32; a power is exp2 of a product with log2. */
const POWER = 64;

export const totalVariation: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ images, down, across, c, beta, from }) => {
      const rows = images * down * across;
      const pixels = held(rows, c, floats(random, grid, rows * c));
      const terms = held(rows, c);
      const gradient = held(rows, c, floats(random, grid, rows * c));
      const before = padded(gradient);
      const weight = 0.75;
      twin({ pixels, down, across, weight, beta, terms, gradient }, valuesOf);
      const quads = quadsOf(c);
      const results = await lab.run(kernel, {
        shape: { first: from, images, down, across, quads, weight, beta },
        buffers: {
          ...{ pixels: padded(pixels), gradient: before.slice() },
          terms: blank(lengthOf(terms)),
        },
        invocations: rows * quads - from,
      });
      const isThere = (i: number, j: number) => i * quads + Math.floor(j / 4) >= from;
      expectClose(
        results.terms,
        writtenIn(terms.values, terms, blank(lengthOf(terms)), isThere),
        roundings(POWER, 'a power of a sum of two squares'),
      );
      const largest = weight * beta * 4 * 32 ** ((beta - 1) / 2) + 2;
      expectClose(
        results.gradient,
        writtenIn(gradient.values, gradient, before, isThere),
        sumRoundings(POWER + 5, largest, 'differences times powers, of three pixels'),
      );
    });
  },
  mutations: [
    ['pixel >= shape.images', 'pixel > shape.images'],
    ['shape.first + (', '('],
    ['x + 1 < shape.across', 'true'],
    ['y + 1 < shape.down', 'true'],
    ['index + shape.quads]', 'index + 1]'],
    ['steps.right * steps.right', 'steps.right'],
    ['select(vec4f(), pow', 'select(vec4f(1), pow'],
    ['shape.beta / 2 - 1', 'shape.beta / 2'],
    ['if (x > 0)', 'if (true)'],
    ['if (y > 0)', 'if (true)'],
    ['gradient[index] +=', 'gradient[index] ='],
    ['terms[index] = shape.weight *', 'terms[index] ='],
    ['slope += above.down', 'slope -= above.down'],
  ],
};
