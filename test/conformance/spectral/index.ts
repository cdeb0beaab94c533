/** Spectral clustering. */
import type { SpectralClusteringModel } from '../../../src/index.js';
import { loadSpectral, type SpectralCase } from '../../golden/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from '../expect.js';

/** The cases of spectral.json, by name: a suite must name its cases before any file is read. */
const GOLDEN = ['digits', 'moons', 'blobs', 'circles', 'moons, all pairs', 'apart'];

async function goldenCase({ readFile }: ConformanceContext, name: string): Promise<SpectralCase> {
  const { cases } = await loadSpectral((file) => readFile(`golden/${file}`));
  expectEqual(cases.map((one) => one.name).sort(), [...GOLDEN].sort(), 'cases');
  return cases.find((one) => one.name === name)!;
}

const sumOf = ({ affinity }: SpectralClusteringModel) =>
  affinity.data.reduce((sum, value) => sum + value, 0);

const golden = (name: string): Case => ({
  where: 'each runtime',
  name: `scikit-learn's labels and eigenvalues: ${name}`,
  run: async (context) => {
    const { library, runtime, takeWarnings } = context;
    const { points, k, affinity, options, parts, eigenvalues, affinitySum, labels } =
      await goldenCase(context, name);
    for (const [assignLabels, expected] of Object.entries(labels)) {
      const model = await library.spectralClustering(
        { data: points.data, shape: points.shape },
        { k, affinity, ...options, assignLabels: assignLabels as keyof typeof labels, runtime },
      );
      expectClose(model.eigenvalues, eigenvalues.data, {
        absolute: 1e-7,
        because: 'affinities are float32, the last step is float64',
        what: 'eigenvalues',
      });
      expectClose(sumOf(model), affinitySum, { relative: 1e-6, because: 'float32 affinities' });
      const score = library.adjustedRandIndex(expected.data, model.labels);
      expectEqual(score, 1, `${assignLabels}: adjusted Rand index`);
      const warned = takeWarnings();
      expectEqual(warned.length, parts > 1 ? 1 : 0, 'warnings');
      expectThat(parts === 1 || warned[0].includes(`${parts} parts`), `warned: ${warned.join()}`);
    }
  },
});

/** Three groups of 70 rows, more than the host takes by itself, in a ring that joins them weakly. */
const N = 210;
const dense = new Float64Array(N * N);
for (let i = 0; i < N; i++) {
  for (let j = 0; j < N; j++) {
    const alike = Math.floor(i / 70) === Math.floor(j / 70) ? 1 : 0.01;
    dense[i * N + j] = alike * Math.abs(Math.sin(i * j + i + j)) + (i === j ? 1 : 0);
  }
}
const truth = Uint32Array.from({ length: N }, (_, i) => Math.floor(i / 70));
const precomputed = { k: 3, affinity: 'precomputed' } as const;

function sparseOf(matrix: Float64Array, n: number) {
  const indptr = [0];
  const indices: number[] = [];
  const data: number[] = [];
  for (let i = 0; i < n; i++) {
    // Not in the order of the columns.
    for (let j = n - 1; j >= 0; j--) {
      if (matrix[i * n + j] === 0) continue;
      indices.push(j);
      data.push(matrix[i * n + j]);
    }
    indptr.push(indices.length);
  }
  return { indptr, indices, data, shape: [n, n] };
}

const forms: Case = {
  where: 'each runtime',
  name: 'affinities in full and sparse have one answer, whatever the Laplacian and the labels',
  run: async ({ library, runtime }) => {
    for (const laplacian of ['normalized', 'ngJordanWeiss', 'shiMalik'] as const) {
      const given = { ...precomputed, laplacian, runtime };
      const full = await library.spectralClustering({ data: dense, shape: [N, N] }, given);
      const sparse = await library.spectralClustering(sparseOf(dense, N), {
        ...given,
        assignLabels: 'clusterQr',
      });
      expectClose(full.eigenvalues, sparse.eigenvalues, {
        absolute: 1e-6,
        because: 'a dense matrix is normalized in float32',
      });
      for (const { labels } of [full, sparse]) {
        expectEqual(library.adjustedRandIndex(truth, labels), 1, laplacian);
      }
      const { SpectralClusteringModel: Model } = library;
      const json: unknown = JSON.parse(JSON.stringify(sparse));
      expectEqual(JSON.stringify(Model.fromJSON(json)), JSON.stringify(sparse), 'JSON, sparse');
    }
  },
};

const isolated: Case = {
  name: 'a row without any affinity is answered with a warning, and lies at 0',
  where: 'once',
  run: async ({ library, takeWarnings }) => {
    const matrix = [
      [0, 2, 0, 0, 0],
      [2, 0, 0, 0, 0],
      [0, 0, 5, 0, 0],
      [0, 0, 0, 0, 1],
      [0, 0, 0, 1, 0],
    ];
    const { embedding, eigenvalues } = await library.spectralClustering(matrix, {
      ...{ k: 2, affinity: 'precomputed', assignLabels: 'discretize', runtime: 'cpu' },
    });
    expectThat(/3 parts, 1 of them single/.test(takeWarnings().join()), 'no such warning');
    expectClose(eigenvalues, [0, 0], { absolute: 1e-12, because: 'float64' });
    expectClose(embedding.data.slice(4, 6), [0, 0], { absolute: 1e-12, because: 'float64' });
  },
};

const refused: Case = {
  name: 'bad affinities are refused with the value, the rule and the remedy',
  where: 'once',
  run: async ({ library }) => {
    const fit = (points: unknown, options: object = {}) =>
      library.spectralClustering(points as never, {
        k: 2,
        affinity: 'precomputed',
        runtime: 'cpu',
        ...options,
      });
    const csr = { indptr: [0, 1, 2], indices: [1, 0], data: [1, 1], shape: [2, 2] };
    for (const [points, message, options] of [
      [
        [
          [0, 1],
          [2, 0],
        ],
        /row 1, column 0 is 2 and row 0, column 1 is 1; give \(A \+ A'\) \/ 2/,
      ],
      [
        [
          [0, -1],
          [-1, 0],
        ],
        /row 0, column 1 is -1|row 1, column 0 is -1/,
      ],
      [
        [
          [3, 0],
          [0, 3],
        ],
        /no row has an affinity above 0 to another/,
      ],
      [{ ...csr, data: [1, 2] }, /must be symmetric/],
      [{ ...csr, data: [-1, -1] }, /none may be below 0/],
      [{ ...csr, indptr: [0, 2] }, /indptr has 2 entries; a matrix of 2 rows has 3/],
      [{ ...csr, indptr: [0, 3, 2] }, /indices|fall/],
      [{ ...csr, indices: [1, 2] }, /indices\[1\] is 2; columns count from 0 to 1/],
      [{ ...csr, indices: [1] }, /must run from 0/],
      [csr, /use affinity: 'precomputed'/, { affinity: 'rbf' }],
      [csr, /k is 3, but there are 2 rows; use k <= 2/, { k: 3 }],
      [
        [[1], [2]],
        /nNeighbours is 3, but points has 2 rows/,
        { affinity: 'nearestNeighbours', nNeighbours: 3 },
      ],
      [
        { data: new Uint8Array(20000), shape: [20000, 1] },
        /1600000000 bytes.*'nearestNeighbours'/,
        { affinity: 'rbf' },
      ],
    ] as const) {
      await expectThrows(() => fit(points, options), { name: 'InvalidArgumentError', message });
    }
    await expectThrows(() => fit([[1, 2]]), { name: 'ShapeError', message: /1 x 2/ });
    await expectThrows(() => fit({ ...csr, data: [1, Number.NaN] }), { name: 'NonFiniteError' });
  },
};

export const spectral: Suite = {
  name: 'spectral clustering',
  cases: [...firstEverywhere(GOLDEN.map(golden)), forms, isolated, refused],
};
