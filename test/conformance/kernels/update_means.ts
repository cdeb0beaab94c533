import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/mixtures/update_means.wgsl';
import { estimate } from '../../../src/ops/mixtures/maximize.js';
import { expectClose, expectEqual } from '../expect.js';
import { constant, floats, quadsOf, rowsOf, seeded, uniform } from './data.js';
import type { KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { gramTotals, momentTotals, type Sums } from './mixture_sums.js';

const WORKGROUP = constant(source, 'WORKGROUP');

async function updated(
  lab: Lab,
  kernel: KernelSource,
  diagonal: boolean,
  { clusters, columns, centres, ...sums }: Sums & { centres: Float32Array<ArrayBuffer> },
  halted = 0,
) {
  const quads = quadsOf(columns);
  const all = { clusters, columns, ...sums };
  return lab.run(kernel, {
    constants: { DIAGONAL: diagonal },
    shape: { clusters, quads },
    buffers: {
      totals: diagonal ? momentTotals(all) : gramTotals(all),
      centres,
      state: Uint32Array.of(0, halted),
      components: blank(2 * clusters + 2),
      moves: blank(4 * quads * clusters + 4),
      means: blank(4 * quads * clusters + 4),
    },
    invocations: clusters * quads,
  });
}

export const updateMeans: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...[1, 4, 5, 8, 9, 17, 24].map((columns) => [3, columns] as const),
      ...[WORKGROUP - 1, WORKGROUP, WORKGROUP + 1, FOLDED_WORKGROUPS * WORKGROUP].map(
        (clusters) => [clusters, 3] as const,
      ),
    ];
    for (const diagonal of [false, true]) {
      for (const [clusters, columns] of shapes) {
        const width = 4 * quadsOf(columns);
        const weights = floats(random, (stream) => 0.5 + stream.next(), clusters);
        if (clusters > 1) weights[1] = 0;
        const residuals = rowsOf(random, uniform, clusters, columns);
        if (clusters > 1) residuals.fill(0, width, 2 * width);
        const sums = {
          clusters,
          columns,
          weights,
          residuals,
          products: floats(random, uniform, clusters * width * width),
        };
        const centres = rowsOf(random, uniform, clusters, columns);
        const result = await updated(lab, kernel, diagonal, { ...sums, centres });
        const { owned, means } = estimate(
          {
            frame: { centres: Float64Array.from(centres) },
            noise: 0,
            weights: Float64Array.from(weights),
            sums: Float64Array.from(residuals),
            products: new Float64Array(clusters * width),
          },
          width,
          { covarianceType: 'diag', regCovar: 1, fixedVariance: 0 },
        );
        const total = owned.reduce((sum, value) => sum + value, 0);
        const what = JSON.stringify({ diagonal, clusters, columns });
        const past = (values: Float64Array, count: number) =>
          Float64Array.from([...values, ...blank(count)]);
        const close = {
          relative: 2e-6,
          absolute: 2e-6,
          because:
            'a division, a sum and a logarithm of numbers of about 1; and K terms of one sign',
        };
        expectClose(result.means, past(means, 4), { ...close, what: `${what}: means` });
        expectClose(
          result.moves,
          past(
            means.map((mean, at) => mean - centres[at]),
            4,
          ),
          { ...close, what: `${what}: moves` },
        );
        const pairs = Float64Array.from({ length: 2 * clusters }, (_, at) =>
          at % 2 === 0 ? owned[at / 2] : Math.log(owned[(at - 1) / 2] / total),
        );
        expectClose(result.components, past(pairs, 2), {
          ...close,
          relative: 1e-5,
          absolute: 1e-16,
          what: `${what}: components`,
        });
        const halted = await updated(lab, kernel, diagonal, { ...sums, centres }, 1);
        expectEqual(halted.means, blank(halted.means.length), 'means of a fit that has halted');
      }
    }
  },
  mutations: [
    ['(DIAGONAL)', '(!DIAGONAL)'],
    ['k >= shape.clusters', 'k > shape.clusters'],
    ['block_count(q + 1) - 1', 'block_count(q + 1)'],
    ['RESIDUALS + q % 2', 'RESIDUALS'],
    ['+ LEAST', '+ 0'],
    ['own / total', 'own'],
    ['centres[index] + step', 'step'],
  ],
};
