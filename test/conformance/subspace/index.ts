/** Subspace clustering. */
import type {
  CsrMatrix,
  SubspaceClusteringModel,
  SubspaceClusteringOptions,
} from '../../../src/index.js';
import { loadSubspace, type NdArray, type SubspaceCase } from '../../golden/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from '../expect.js';

const golden = ({ readFile }: ConformanceContext) =>
  loadSubspace((file) => readFile(`golden/${file}`));
const rowsOf = ({ data, shape }: NdArray) => ({ data, shape: shape as [number, number] });

/** n x n, whatever holds them. */
function inFull({ coefficients }: SubspaceClusteringModel): Float32Array {
  if (!('indptr' in coefficients)) return coefficients.data;
  const { indptr, indices, data, shape } = coefficients;
  const full = new Float32Array(shape[0] * shape[1]);
  for (let i = 0; i < shape[0]; i++) {
    for (let e = indptr[i]; e < indptr[i + 1]; e++) full[i * shape[1] + indices[e]] = data[e];
  }
  return full;
}

/** Without K-means, which has suites of its own. */
const CUT = { assignLabels: 'clusterQr' } as const;

async function expectCoefficients(
  { library, runtime, gpu, takeWarnings }: ConformanceContext,
  rows: NdArray,
  cases: readonly SubspaceCase[],
): Promise<void> {
  for (const { options, coefficients: expected } of cases) {
    const given = { ...options, ...CUT, k: 2, runtime } as SubspaceClusteringOptions;
    const model = await library.subspaceClustering(rowsOf(rows), given);
    // The condition of what is solved is some hundreds.
    expectClose(inFull(model), expected.data, {
      absolute: gpu ? 1e-4 : 1e-5,
      because: 'rows are float32; on a device products are, too',
      what: JSON.stringify(options),
    });
  }
  takeWarnings();
}

const closedForms: Case = {
  name: "coefficients of fewer rows than columns are the formulas'",
  where: 'everywhere',
  run: async (context) => {
    const { points, cases } = (await golden(context)).wide;
    await expectCoefficients(context, points, cases);
  },
};

const coefficients: Case = {
  name: "coefficients are scikit-learn's and the formulas'",
  where: 'each runtime',
  run: async (context) => {
    const { points, cases } = await golden(context);
    await expectCoefficients(context, points, cases);
  },
};

const solvers: Case = {
  name: 'ADMM and FISTA end at one lasso',
  where: 'each runtime',
  run: async (context) => {
    const { library, runtime, gpu } = context;
    const { points } = await golden(context);
    const given = { ...CUT, k: 3, runtime };
    const admm = await library.subspaceClustering(rowsOf(points), given);
    const fista = await library.subspaceClustering(rowsOf(points), { ...given, solver: 'fista' });
    expectClose(inFull(fista), inFull(admm), {
      absolute: gpu ? 1e-3 : 1e-5,
      because: 'what either leaves, active sets finish',
    });
    context.takeWarnings();
  },
};

const independent: Case = {
  name: 'independent subspaces without noise are found exactly, and other rows of them',
  where: 'each runtime',
  run: async (context) => {
    const { library, runtime } = context;
    const { points, truth, shortest } = (await golden(context)).independent;
    const { SubspaceClusteringModel: Model, clusteringAccuracy, selfExpressionError } = library;
    for (const options of [
      { method: 'lsr', lambda: 0 },
      { method: 'lsr', lambda: 0, zeroDiagonal: false },
      { method: 'ssc' },
      { method: 'omp', nNonzero: 3 },
      { method: 'elasticNet' },
    ] as const) {
      const what = JSON.stringify(options);
      const given = { ...CUT, k: 3, ...options, runtime };
      const model = await library.subspaceClustering(rowsOf(points), given);
      const error = selfExpressionError(model.coefficients, truth.data);
      expectThat(error < 1e-6, `${what}: self-expression error ${error}`);
      expectEqual(clusteringAccuracy(truth.data, model.labels), 1, `${what}: accuracy`);
      if ('zeroDiagonal' in options) {
        expectClose(inFull(model), shortest.data, { absolute: 1e-5, because: 'rows are float32' });
      }
      const back = Model.fromJSON(JSON.parse(JSON.stringify(model)));
      expectEqual(JSON.stringify(back), JSON.stringify(model), `${what}: JSON`);
      // Sums of rows of one subspace.
      const [n, d] = points.shape;
      const sums = Float64Array.from({ length: (n - 1) * d }, (_, at) => {
        const isLast = truth.data[Math.floor(at / d)] !== truth.data[Math.floor(at / d) + 1];
        return points.data[at] + (isLast ? 0 : points.data[at + d]);
      });
      const labels = await back.predict({ data: sums, shape: [n - 1, d] }, { runtime });
      expectEqual([...labels], [...model.labels.slice(0, n - 1)], `${what}: predict`);
    }
    context.takeWarnings();
  },
};

/** Two lines in the plane, and what falls on neither. */
const LINES = [
  [1, 0],
  [2, 0],
  [-3, 0],
  [0, 1],
  [0, -2],
  [0, 3],
];

const affinities: Case = {
  name: 'coefficients are trimmed and scaled, and become affinities, by hand',
  where: 'once',
  run: async ({ library, takeWarnings }) => {
    const given = { k: 2, method: 'lsr', lambda: 1, normalize: false, runtime: 'cpu' } as const;
    // On one line c_ij is x_i x_j / (1 + sum of the squares of all but x_i).
    const firstRow = [0, 2 / 14, -3 / 14];
    const whole = await library.subspaceClustering(LINES, { ...given, rowScale: 'none' });
    expectClose(inFull(whole).slice(0, 3), firstRow, { absolute: 1e-6, because: 'float32' });
    const second = [2 / 11, 0, -6 / 11];
    expectClose(whole.affinity.data.slice(1, 2), [2 / 14 + second[0]], {
      absolute: 1e-6,
      because: 'float32',
    });
    for (const options of [{ nLargest: 1 }, { keep: 0.55 }]) {
      const { affinity } = await library.subspaceClustering(LINES, { ...given, ...options });
      // Rows 0 and 1 keep row 2 alone, which keeps row 1: each divided by itself.
      expectEqual([...affinity.data.slice(0, 3)], [0, 0, 1], 'affinities of row 0');
      expectEqual([...affinity.data.slice(6, 9)], [0, 0, 2], 'affinities of row 1');
    }
    const low = await library.subspaceClustering(LINES, {
      ...{ ...given, affinity: 'dscNet', dimension: 1, zeroDiagonal: false },
    });
    // Both lines have rank 1: rows of a line are as alike as can be, up to their sense.
    expectClose(low.affinity.data.slice(0, 6), [1, 1, 0, 0, 0, 0], {
      absolute: 1e-5,
      because: 'float32',
    });
    const near = await library.subspaceClustering(LINES, {
      ...{ ...given, affinity: 'nearestNeighbours' },
    });
    // Rows 0 and 1 of C have row 2's column in common, with one sign; row 2's cosines with both are below 0.
    const { indptr, indices, data } = near.affinity as CsrMatrix;
    expectEqual([...indptr.slice(0, 4)], [0, 1, 2, 2], 'neighbours of the first rows');
    expectEqual([...indices.slice(0, 2), ...data.slice(0, 2)], [1, 0, 1, 1], 'of each other');
    takeWarnings();
  },
};

const scores: Case = {
  name: 'scores of coefficients, by hand',
  where: 'once',
  run: async ({ library }) => {
    const { connectivity, selfExpressionError, sparsity } = library;
    const dense = {
      data: Float32Array.of(0, 3, -1, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, -1, 0),
      shape: [4, 4] as const,
    };
    expectClose(selfExpressionError(dense, [0, 0, 1, 1]), 1 / 16, {
      relative: 1e-12,
      because: 'f64',
    });
    expectEqual(sparsity(dense), 5 / 4, 'sparsity');
    const where = { runtime: 'cpu' } as const;
    // Two rows that know each other: the Laplacian's eigenvalues are 0 and 2.
    expectClose(await connectivity(dense, [0, 0, 1, 1], where), 2, {
      absolute: 1e-6,
      because: 'f32',
    });
    expectEqual(await connectivity(dense, [0, 1, 1, 0], where), 0, 'classes that fall apart');
    expectEqual(selfExpressionError(dense, ['a', 'b', 'c', 'd']), 1, 'none of its own');
    const refused = { name: 'InvalidArgumentError' };
    await expectThrows(() => selfExpressionError(dense, [0, 1]), {
      ...refused,
      message: /2 entries for coefficients of 4 rows/,
    });
    await expectThrows(() => sparsity({ data: new Float32Array(2), shape: [1, 2] }), {
      ...refused,
      message: /1 x 2/,
    });
  },
};

const refused: Case = {
  name: 'what cannot be expressed is refused with the value, the rule and the remedy',
  where: 'once',
  run: async ({ library, takeWarnings }) => {
    const fit = (points: unknown, options: object = {}) =>
      library.subspaceClustering(points as never, { k: 2, runtime: 'cpu', ...options });
    const apart = [
      [1, 0, 0],
      [0, 2, 0],
      [0, 0, 3],
    ];
    const alike = [
      [1, 0],
      [1, 1],
      [1, 2],
    ];
    for (const [points, message, options] of [
      [[[1, 2]], /points has 1 row, .* give at least 2/, { k: 1 }],
      [
        [
          [1, 2],
          [0, 0],
          [1, 1],
        ],
        /row 1 is all zeros.* normalize: false/,
      ],
      [apart, /every two rows are orthogonal/],
      [apart, /all are orthogonal/, { method: 'omp' }],
      [alike, /lambda is 9, at which every coefficient is 0; use one below 0.9/, { lambda: 9 }],
      [alike, /alpha is 0.5, at which .* use one above 0.7/, { alpha: 0.5 }],
      [alike, /alpha is 0.5, at which .* use one above 1/, { method: 'elasticNet', alpha: 0.5 }],
      [alike, /lambda is 3, .* use one below 2/, { method: 'lrsc', lambda: 3 }],
      [alike, /alpha is 1e-9/, { alpha: 1e-9, outliers: true }],
      [alike, /solver is 'fista', which cannot do outliers/, { solver: 'fista', outliers: true }],
      [
        { data: new Uint8Array(20000).fill(1), shape: [20000, 1] },
        /20000 rows by method 'ssc' take 1600000000 bytes, .*use 'omp'/,
      ],
    ] as const) {
      await expectThrows(() => fit(points, options), { name: 'InvalidArgumentError', message });
    }
    // Five lines for two clusters.
    const lines = Array.from({ length: 10 }, (_, i) =>
      Array.from({ length: 5 }, (__, j) => (j === i % 5 ? i + 1 : 0)),
    );
    await fit(lines, { method: 'omp' });
    expectThat(/5 parts .*, more than k = 2/.test(takeWarnings().join()), 'no such warning');
  },
};

export const subspace: Suite = {
  name: 'subspace clustering',
  cases: [closedForms, coefficients, solvers, independent, affinities, scores, refused],
};
