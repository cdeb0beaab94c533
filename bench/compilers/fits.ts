/** Work that asks for every kernel of the library, at the shapes that people have; few rows, as texts do not depend on those. */
import {
  autoencoder,
  bayesianGaussianMixture,
  calinskiHarabasz,
  convolutionalTransformLearning,
  convolveImage,
  daviesBouldin,
  dbscan,
  deepClustering,
  gapStatistic,
  gaussianMixture,
  hdbscan,
  invertFeatures,
  kmeans,
  miniBatchKMeans,
  nearestNeighbours,
  onlineKMeans,
  pca,
  randomFilters,
  restrictedBoltzmannMachine,
  type Runtime,
  scatteringTransform,
  selfOrganizingMap,
  silhouette,
  spectralClustering,
  subspaceClustering,
} from '../../src/index.js';
import { meanPool } from '../../src/interop/index.js';
import { deviceAlgebra } from '../../src/ops/algebra/device_algebra.js';
import { PCA_SOLVERS } from '../../src/methods/pca/options.js';
import { blobs, shadedColours, splats } from '../data/synthetic.js';

/** Rows as they are brought: whole numbers come to lie in bytes. */
interface Rows {
  readonly data: Float32Array;
  readonly shape: readonly [n: number, d: number];
}

export interface Fit {
  readonly name: string;
  run(runtime: Runtime): Promise<unknown>;
}

const N = 1024;
const maxIter = 2;
/** Bounds begin after two submissions. */
const MANY_ITERATIONS = 16;

const rows = (d: number, k: number, n = N): Rows => ({ data: blobs(n, d, k, 1), shape: [n, d] });
const colours: Rows = { data: shadedColours(N, 5), shape: [N, 3] };
const splatRows: Rows = { data: splats(N, 6), shape: [N, 45] };
/** As MNIST's: whole numbers up to 255, four of five of them 0, in the same columns for a kind of row. */
const pixels: Rows = {
  data: Float32Array.from({ length: N * 784 }, (_, i) => {
    const [row, column] = [Math.floor(i / 784), i % 784];
    return (column * 7 + (row % 10) * 131) % 784 < 150 ? (i * 7919) % 256 : 0;
  }),
  shape: [N, 784],
};
const shades: Rows = { data: pixels.data.map((value) => value / 255), shape: pixels.shape };
/** Columns that differ by little. */
const thin = ((): Rows => {
  const { data, shape } = rows(8, 4);
  const level = (i: number) => data[i - (i % 8)];
  return { data: data.map((value, i) => level(i) + value / 200), shape };
})();
const weights = Float32Array.from({ length: N }, (_, i) => 0.5 + (i % 3));

const kmeansOf = (title: string, points: Rows, k: number): Fit => ({
  name: `K-means of ${title}`,
  run: (runtime) => kmeans(points, { k, algorithm: 'lloyd', maxIter, runtime }),
});

const boundedOf = (title: string, points: Rows, k: number): Fit => ({
  name: `K-means of ${title}, by bounds`,
  run: (runtime) =>
    kmeans(points, { k, algorithm: 'bounded', tol: 0, maxIter: MANY_ITERATIONS, runtime }),
});

const mixtureOf = (title: string, points: Rows, k: number): Fit[] =>
  (['full', 'tied', 'diag', 'spherical', 'fixed'] as const).map((covarianceType) => ({
    name: `mixture of ${title}, ${covarianceType}`,
    run: async (runtime) => {
      const model = await gaussianMixture(points, {
        ...{ k, covarianceType, maxIter, regCovar: 1e-3, runtime },
        ...(covarianceType === 'fixed' && { fixedVariance: 1 }),
      });
      await model.predictProba(points, { runtime });
    },
  }));

/** Everything that an algebra does, at the shapes of subspace clustering. */
async function linearAlgebra(runtime: Runtime): Promise<void> {
  const algebra = await deviceAlgebra(runtime);
  try {
    const [n, d] = [320, 64];
    const x = await algebra.matrix(n, d, rows(d, 8, n).data);
    const tall = await algebra.matrix(4096, d, rows(d, 8, 4096).data);
    const gram = await algebra.gram(x);
    await algebra.gram(tall, { transposeA: true });
    const factor = await algebra.cholesky(await algebra.combine([[1, gram]], { diagonal: n }));
    await algebra.inverse(factor, { refine: 1 });
    const solution = await algebra.solve(factor, gram);
    const [sparse, multipliers, gap] = [
      await algebra.matrix(n, n),
      await algebra.matrix(n, n),
      await algebra.matrix(1, 1),
    ];
    await algebra.shrink({ solution, sparse, multipliers, penalty: 1, gap });
    const terms = [gram, solution, multipliers].map((matrix) => [1, matrix] as const);
    for (const count of [1, 2, 3]) await algebra.combine(terms.slice(0, count));
    await algebra.product(solution, gram, { softThreshold: 1, zeroDiagonal: true });
    const diagonal = await algebra.diagonal(gram);
    await algebra.scale(gram, { rows: diagonal });
    await algebra.scale(gram, { columns: diagonal, into: gram });
    await algebra.transpose(x);
    for (const along of ['rows', 'columns'] as const) {
      for (const kind of ['values', 'squares', 'magnitudes', 'largest'] as const) {
        await algebra.sums(gram, along, kind);
      }
    }
    for (const k of [1, 100]) await algebra.topProducts(x, x, { k });
    await algebra.read(gap);
  } finally {
    algebra.dispose();
  }
}

/** A picture of bytes. */
const picture = {
  data: Uint8Array.from({ length: 3 * 96 * 64 }, (_, at) => (at * 7919) % 256),
  ...{ width: 96, height: 64, channels: 3 },
};

export const FITS: readonly Fit[] = [
  ...[3, 5, 9].map((side) => ({
    name: `a filter of ${side} x ${side} over a picture`,
    run: (runtime: Runtime) =>
      convolveImage(
        picture,
        Array.from({ length: side }, (_, s) =>
          Array.from({ length: side }, (__, t) => (side === 9 ? 1 : s * t + 1)),
        ),
        { runtime },
      ),
  })),
  {
    name: 'a picture from its features',
    run: (runtime) =>
      invertFeatures(picture, {
        ...{ network: randomFilters({ filters: 8, depth: 2 }), layer: 'layer2', lambda: 1e-3 },
        ...{ maxIter: 2, runtime },
      }),
  },
  ...(['dec', 'dcn', 'dkm'] as const).map((method) => ({
    name: `deep clustering of pixels, ${method}`,
    run: (runtime: Runtime) =>
      deepClustering(pixels, {
        ...{ k: 10, method, layers: [32], pretrainEpochs: 1, clusteringEpochs: 1, runtime },
      }),
  })),
  {
    name: 'an autoencoder of pixels under noise',
    run: (runtime) =>
      autoencoder(shades, {
        ...{ layers: [32], epochs: 1, noise: 0.2, clipNorm: 1, runtime },
      }),
  },
  {
    name: 'a Boltzmann machine of pixels',
    run: (runtime) => restrictedBoltzmannMachine(shades, { components: 64, epochs: 1, runtime }),
  },
  {
    name: 'clusters by density of blobs',
    run: (runtime) => dbscan(rows(3, 8), { eps: 0.5, runtime }),
  },
  {
    name: 'clusters by hierarchies of density of blobs',
    run: (runtime) => hdbscan(rows(3, 8), { runtime }),
  },
  {
    name: 'subspaces by elastic nets',
    run: (runtime) => subspaceClustering(rows(32, 4, 256), { k: 4, method: 'elasticNet', runtime }),
  },
  {
    name: 'filters over pixels of 28 x 28, and back',
    run: (runtime) => autoencoder(pixels, { image: { width: 28, height: 28 }, epochs: 1, runtime }),
  },
  {
    name: 'filters over pixels of 28 x 28, pooled',
    run: (runtime) =>
      convolutionalTransformLearning(pixels, {
        image: { width: 28, height: 28 },
        convolutions: [{ filters: 4, kernel: 5, pool: 2 }],
        epochs: 1,
        runtime,
      }),
  },
  kmeansOf('blobs 100,000 x 32, K 64', rows(32, 64), 64),
  boundedOf('blobs 100,000 x 32, K 64', rows(32, 8), 64),
  kmeansOf('pixels 60,000 x 784, K 10', pixels, 10),
  boundedOf('pixels 60,000 x 784, K 10', pixels, 10),
  kmeansOf('pixels 60,000 x 784, K 256', pixels, 256),
  kmeansOf('colours 1,000,000 x 3, K 16', colours, 16),
  kmeansOf('splats 200,000 x 45, K 1,024', splatRows, 1024),
  kmeansOf('words 100,000 x 100, K 256', rows(100, 256), 256),
  kmeansOf('rows of 8 columns, K 12', rows(8, 12), 12),
  kmeansOf('rows of 16 columns, K 100', rows(16, 100), 100),
  {
    name: 'embeddings of sentences of 32 tokens, 384 columns, and distances that stay',
    run: async (runtime) => {
      const [b, t, d] = [64, 32, 384];
      const tokens = { data: blobs(b * t, d, 4, 3), shape: [b, t, d] };
      const pooled = await meanPool(tokens, { runtime });
      const model = await kmeans(pooled, { k: 8, maxIter, runtime });
      const { buffer } = await model.transform(pooled, { runtime, output: 'gpu' });
      buffer.destroy();
    },
  },
  {
    name: 'K-means of a stream of pixels',
    run: (runtime) =>
      kmeans({ shape: pixels.shape, blocks: () => [pixels.data] }, { k: 10, maxIter, runtime }),
  },
  {
    name: 'K-means of blobs in float16',
    run: (runtime) => kmeans(rows(32, 64), { k: 64, storage: 'float16', maxIter, runtime }),
  },
  {
    name: 'K-means of blobs with weights, and what its model does',
    run: async (runtime) => {
      const points = rows(32, 64);
      const model = await kmeans(points, {
        ...{ k: 64, sampleWeight: weights, init: 'k-means||', maxIter, runtime },
      });
      const labels = await model.predict(points, { runtime });
      await model.transform(points, { runtime });
      await model.score(points, { runtime });
      await model.energy(points, { runtime });
      await model.respond(points, { runtime });
      await silhouette(points, labels, { runtime });
      await silhouette(points, labels, { metric: 'cosine', runtime });
      await daviesBouldin(points, labels, { runtime });
      await calinskiHarabasz(points, labels, { runtime });
    },
  },
  {
    name: 'K-means of blobs by cosine',
    run: (runtime) => kmeans(rows(32, 64), { k: 64, metric: 'cosine', maxIter, runtime }),
  },
  {
    name: 'mini-batches of blobs',
    run: (runtime) => miniBatchKMeans(rows(32, 64), { k: 64, maxIter, runtime }),
  },
  {
    name: 'online K-means of blobs',
    run: (runtime) => onlineKMeans(rows(32, 64), { k: 64, runtime }),
  },
  {
    name: 'gap statistic',
    run: (runtime) =>
      gapStatistic(rows(16, 3, 4096), {
        kMax: 2,
        references: 1,
        nInit: 1,
        reference: 'pca',
        runtime,
      }),
  },
  {
    name: 'gap statistic, uniform',
    run: (runtime) =>
      gapStatistic(rows(16, 3, 4096), { kMax: 2, references: 1, nInit: 1, runtime }),
  },
  ...(['batch', 'online'] as const).map((mode) => ({
    name: `map 20 x 20 of blobs, ${mode}`,
    run: async (runtime: Runtime) => {
      const points = rows(16, 16);
      const map = await selfOrganizingMap(points, {
        ...{ rows: 20, columns: 20, mode, epochs: 2, runtime },
      });
      await map.quantizationError(points, { runtime });
      await map.topographicError(points, { runtime });
    },
  })),
  ...([8, 100] as const).map((k) => ({
    name: `${k} nearest neighbours of blobs`,
    run: (runtime: Runtime) => nearestNeighbours(rows(32, 64), k, { runtime }),
  })),
  ...(['rbf', 'nearestNeighbours'] as const).map((affinity) => ({
    name: `spectral clustering of blobs, ${affinity}`,
    run: (runtime: Runtime) => spectralClustering(rows(16, 4), { k: 4, affinity, runtime }),
  })),
  { name: 'linear algebra', run: linearAlgebra },
  {
    name: 'scattering of images 32 x 32',
    run: (runtime) => scatteringTransform(rows(1024, 4, 16), { runtime }),
  },
  ...mixtureOf('blobs 100,000 x 16, K 16', rows(16, 16), 16),
  ...mixtureOf('rows of 3 columns, K 4', rows(3, 4), 4),
  ...mixtureOf('rows of 64 columns, K 8', rows(64, 8, 4096), 8),
  ...mixtureOf('rows of 8 columns, K 2', rows(8, 2), 2),
  {
    name: 'mixture of long and thin groups',
    run: (runtime) => gaussianMixture(thin, { k: 4, maxIter, runtime }),
  },
  {
    name: 'variational mixture of blobs',
    run: (runtime) => bayesianGaussianMixture(rows(16, 16), { k: 16, maxIter, runtime }),
  },
  ...PCA_SOLVERS.map((solver) => ({
    name: `PCA of pixels 60,000 x 784, 5 components, ${solver}`,
    run: async (runtime: Runtime) => {
      const model = await pca(pixels, { nComponents: 5, solver, runtime });
      const coordinates = await model.transform(pixels, { runtime });
      await model.inverseTransform(coordinates, { runtime });
      await model.scoreSamples(pixels, { runtime });
    },
  })),
  {
    name: 'PCA of rows of 100 columns',
    run: (runtime) => pca(rows(100, 16), { nComponents: 5, runtime }),
  },
  {
    name: 'PCA of rows of 16 columns',
    run: (runtime) => pca(rows(16, 16), { nComponents: 5, runtime }),
  },
];
