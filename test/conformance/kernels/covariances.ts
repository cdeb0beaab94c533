import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/mixtures/covariances.wgsl';
import { estimate } from '../../../src/ops/mixtures/maximize.js';
import { expectClose, expectEqual } from '../expect.js';
import { constant, floats, quadsOf, rowsOf, seeded, uniform } from './data.js';
import { type KernelTest, switches } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { gramTotals, type Sums } from './mixture_sums.js';

const WORKGROUP = constant(source, 'WORKGROUP');

interface Problem extends Sums {
  readonly ridge: Float32Array<ArrayBuffer>;
}

function problem(clusters: number, columns: number): Problem {
  const random = seeded();
  const width = 4 * quadsOf(columns);
  const products = floats(random, uniform, clusters * width * width);
  for (let k = 0; k < clusters; k++) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < i; j++) {
        products[(k * width + j) * width + i] = products[(k * width + i) * width + j];
      }
    }
  }
  return {
    clusters,
    columns,
    weights: floats(random, (stream) => 1 + stream.next(), clusters),
    residuals: rowsOf(random, uniform, clusters, columns),
    products,
    ridge: floats(random, (stream) => stream.next(), width),
  };
}

async function computed(lab: Lab, kernel: KernelSource, tied: boolean, p: Problem, halted = 0) {
  const { clusters, columns, weights, residuals, ridge } = p;
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const matrices = tied ? 1 : clusters;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const { covariances } = await lab.run(kernel, {
    constants: { TIED: tied },
    shape: { clusters, quads, matrices },
    buffers: {
      totals: gramTotals(p),
      moves: residuals.map((value, at) => value / weights[Math.floor(at / width)]),
      components: Float32Array.from({ length: 2 * clusters }, (_, at) => {
        const weight = weights[Math.floor(at / 2)];
        return at % 2 === 0 ? weight : Math.log(weight / total);
      }),
      ridge,
      state: Uint32Array.of(0, halted),
      covariances: blank(4 * width * quads * matrices),
    },
    invocations: width * quads * matrices,
  });
  return covariances;
}

function expected(tied: boolean, p: Problem): Float64Array {
  const { clusters, columns, weights, residuals, products, ridge } = p;
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const matrices = tied ? 1 : clusters;
  const { covariances } = estimate(
    {
      frame: { centres: new Float64Array(clusters * width) },
      noise: 0,
      weights: Float64Array.from(weights),
      sums: Float64Array.from(residuals),
      products: Float64Array.from(products),
    },
    width,
    { covarianceType: tied ? 'tied' : 'full', regCovar: 0, fixedVariance: 0 },
  );
  const result = Float64Array.from(blank(4 * width * quads * matrices));
  for (let m = 0; m < matrices; m++) {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < 4 * (Math.floor(i / 4) + 1); j++) {
        const at = 4 * ((i * quads + Math.floor(j / 4)) * matrices + m) + (j % 4);
        result[at] = covariances[(m * width + i) * width + j] + (i === j ? ridge[i] : 0);
      }
    }
  }
  return result;
}

export const covariances: KernelTest = {
  source,
  async compare(lab, kernel) {
    const shapes = [
      ...[1, 4, 5, 8, 9, 17].map((columns) => [3, columns] as const),
      ...[WORKGROUP / 4 - 1, WORKGROUP / 4, WORKGROUP / 4 + 1].map((k) => [k, 4] as const),
      [(FOLDED_WORKGROUPS * WORKGROUP) / 4, 2] as const,
    ];
    for (const { TIED } of switches(source)) {
      const tied = TIED === true;
      for (const [clusters, columns] of shapes) {
        const drawn = problem(clusters, columns);
        expectClose(await computed(lab, kernel, tied, drawn), expected(tied, drawn), {
          absolute: 1e-5,
          because: 'products and quotients of numbers below 2; an exponential for each weight',
          what: JSON.stringify({ tied, clusters, columns }),
        });
      }
      const halted = await computed(lab, kernel, tied, problem(2, 3), 1);
      expectEqual(halted, blank(halted.length), 'covariances of a fit that has halted');
    }
  },
  mutations: [
    ['(TIED)', '(!TIED)'],
    ['exp(components[k].y)', 'components[k].y'],
    ['i >= 4 * shape.quads || ', ''],
    ['q > i / 4', 'q >= i / 4'],
    ['- step * moves', '+ step * moves'],
    ['+= ridge[q][i % 4]', '+= ridge[q].x'],
    ['4 * (2 * (i / 4 % 2) + j % 2)', '4 * (i / 4 % 2 + 2 * (j % 2))'],
    ['row * (row + 1) / 2 + j / 2', 'row + j / 2'],
  ],
};
