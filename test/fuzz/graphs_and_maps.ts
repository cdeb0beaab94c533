/** Methods of one row at a time, of grids and of graphs, with every kind of argument. */
import fc from 'fast-check';
import {
  dbscan,
  gapStatistic,
  hdbscan,
  nearestNeighbours,
  onlineKMeans,
  scatteringTransform,
  selfOrganizingMap,
  spectralClustering,
} from '../../src/index.js';
import {
  callOf,
  columns,
  counted,
  fitOf,
  given,
  harmless,
  options,
  type RowsArgument,
  RUNTIME,
  subject,
  whole,
  without,
} from './fits.js';
import { attempt, finite, goodCentroids, labelled, must, shaped } from './judge.js';
import { built, mostly, rowsOf, weights } from './values.js';

const onlineSubject = subject(
  fitOf(
    {
      k: counted,
      init: fc.oneof(fc.constantFrom('k-means++', 'k-means||', 'random'), given),
      eta: fc.constantFrom('1/count', 0, 0.5, 1),
      initialCounts: fc.constantFrom(0, 1, 1e6, [1, 2]),
      passes: whole(3),
      shuffle: fc.boolean(),
      batchSize: whole(50),
      sampleWeight: weights,
    },
    'k',
  ),
  async ({ rows: recipe, options: fitted }) => {
    const call = callOf<Parameters<typeof onlineKMeans>[1]>(recipe, fitted);
    const model = await attempt(
      () => onlineKMeans(call.points as RowsArgument, call.options),
      call,
    );
    call.unchanged();
    if (model) goodCentroids(model, call.rows, call.options.k, false);
  },
);

const schedule = fc.constantFrom<unknown>(0, 0.5, 2, [2, 0.5], [0.5, 2], [1, 0], [1, Number.NaN]);

const mapSubject = subject(
  fitOf(
    {
      rows: whole(3),
      columns: whole(3),
      grid: fc.constantFrom('rectangular', 'hexagonal'),
      distance: fc.constantFrom('euclidean', 'maximum'),
      torus: fc.boolean(),
      neighbourhood: fc.constantFrom('gaussian', 'bubble', 'mexicanHat'),
      radius: schedule,
      rate: schedule,
      mode: fc.constantFrom('batch', 'online'),
      epochs: whole(5),
      init: fc.oneof(fc.constantFrom('pca', 'random'), given),
      sampleWeight: weights,
    },
    'rows',
    'columns',
  ),
  async ({ rows: recipe, options: fitted }) => {
    const call = callOf<Parameters<typeof selfOrganizingMap>[1]>(recipe, fitted);
    const { rows, signal } = call;
    const points = call.points as Parameters<typeof selfOrganizingMap>[0];
    const model = await attempt(() => selfOrganizingMap(points, call.options), { signal });
    call.unchanged();
    if (!model) return;
    goodCentroids(model, rows, call.options.rows * call.options.columns, false);
    finite('the U-matrix', model.uMatrix.data);
    const error = await attempt(() => model.quantizationError(points, RUNTIME));
    if (error !== undefined) must(error >= 0, `the quantization error is ${error}`);
  },
);

const gapSubject = subject(
  fitOf({
    kMax: counted,
    references: whole(3),
    reference: fc.constantFrom('uniform', 'pca'),
    rule: fc.constantFrom('firstSEmax', 'Tibs2001SEmax', 'globalSEmax', 'firstmax', 'globalmax'),
    seFactor: fc.constantFrom(0, 1, 3),
    power: fc.constantFrom(1, 2),
    nInit: whole(2),
  }),
  async ({ rows: recipe, options: fitted }) => {
    const call = callOf<Parameters<typeof gapStatistic>[1]>(recipe, {
      kMax: 2,
      references: 2,
      ...fitted,
    });
    const points = call.points as Parameters<typeof gapStatistic>[0];
    const gap = await attempt(() => gapStatistic(points, call.options), call);
    call.unchanged();
    if (!gap) return;
    finite('standard errors', gap.standardErrors, gap.gaps.length);
    must(gap.k >= 1 && gap.k <= gap.gaps.length, `k is ${gap.k} of ${gap.gaps.length}`);
  },
);

const neighboursSubject = subject(
  fc.record({
    rows: rowsOf(columns),
    k: mostly(counted, 10),
    options: options({ queries: given, includeSelf: fc.boolean() }),
  }),
  async ({ rows: recipe, k: wanted, options: asked }) => {
    const call = callOf<Parameters<typeof nearestNeighbours>[2]>(
      recipe,
      without(asked, 'onIteration', 'seed'),
    );
    const k = built(wanted) as number;
    const found = await attempt(
      () =>
        nearestNeighbours(call.points as Parameters<typeof nearestNeighbours>[0], k, call.options),
      call,
    );
    call.unchanged();
    if (!found) return;
    const [n] = found.shape;
    shaped('distances', { data: found.distances, shape: found.shape }, n, k);
    labelled(found.indices, n * k, recipe.n);
  },
);

const spectralSubject = subject(
  fitOf(
    {
      k: counted,
      affinity: fc.constantFrom('rbf', 'nearestNeighbours', 'precomputed'),
      gamma: fc.constantFrom(1e-6, 1, 1e6),
      nNeighbours: whole(6),
      laplacian: fc.constantFrom('normalized', 'ngJordanWeiss', 'shiMalik'),
      assignLabels: fc.constantFrom('kmeans', 'clusterQr', 'discretize'),
      nInit: whole(3),
    },
    'k',
  ),
  async ({ rows: recipe, options: asked }) => {
    const fitted = without(asked, 'onIteration');
    const call = callOf<Parameters<typeof spectralClustering>[1]>(recipe, fitted);
    const { rows, signal } = call;
    const { k, affinity = 'rbf' } = call.options;
    const model = await attempt(
      () =>
        spectralClustering(call.points as Parameters<typeof spectralClustering>[0], call.options),
      {
        required:
          affinity === 'nearestNeighbours' &&
          rows.numbers !== undefined &&
          harmless(fitted) &&
          rows.n >= Math.max(k, 11),
        signal,
      },
    );
    call.unchanged();
    if (!model) return;
    labelled(model.labels, rows.n, k);
    finite('eigenvalues', model.eigenvalues, k);
  },
);

const NOISE = -1;

const dbscanSubject = subject(
  fitOf({ eps: fc.constantFrom(1e-6, 0.5, 3, 1e6), minSamples: whole(8) }),
  async ({ rows: recipe, options: asked }) => {
    const fitted = without(asked, 'onIteration', 'seed');
    const call = callOf<Parameters<typeof dbscan>[1]>(recipe, fitted);
    const points = call.points as Parameters<typeof dbscan>[0];
    const found = await attempt(() => dbscan(points, call.options), call);
    call.unchanged();
    if (!found) return;
    const { labels, core, k } = found;
    labelled(labels, recipe.n, k, NOISE);
    must(
      core.every((row, i) => labels[row] !== NOISE && (i === 0 || row > core[i - 1])),
      'a core row is noise, or core rows do not rise',
    );
  },
);

const hdbscanSubject = subject(
  fitOf({
    minClusterSize: whole(8),
    minSamples: whole(8),
    clusterSelectionMethod: fc.constantFrom('eom', 'leaf'),
  }),
  async ({ rows: recipe, options: asked }) => {
    const fitted = without(asked, 'onIteration', 'seed');
    const call = callOf<Parameters<typeof hdbscan>[1]>(recipe, fitted);
    const points = call.points as Parameters<typeof hdbscan>[0];
    const found = await attempt(() => hdbscan(points, call.options), call);
    call.unchanged();
    if (!found) return;
    const { labels, probabilities, k } = found;
    labelled(labels, recipe.n, k, NOISE);
    finite('probabilities', probabilities, recipe.n);
    must(
      probabilities.every((p, i) => p >= 0 && p <= 1 && (labels[i] !== NOISE || p === 0)),
      'a probability is not from 0 to 1, or noise has one',
    );
  },
);

const scatteringSubject = subject(
  fc.record({
    rows: rowsOf(fc.constantFrom(4, 8, 16)),
    options: options(
      {
        width: whole(4),
        height: whole(4),
        scales: whole(2),
        orientations: whole(3),
        maxOrder: whole(2),
        normalize: fc.boolean(),
      },
      'scales',
    ),
  }),
  async ({ rows: recipe, options: asked }) => {
    const fitted = without(asked, 'onIteration', 'seed');
    const call = callOf<Parameters<typeof scatteringTransform>[1]>(recipe, fitted);
    const images = call.points as Parameters<typeof scatteringTransform>[0];
    const found = await attempt(() => scatteringTransform(images, call.options), call);
    call.unchanged();
    if (!found) return;
    const { channels, width, height } = found;
    shaped('features', found, recipe.n, channels * width * height);
    if (!call.options?.normalize) return;
    must(
      found.data.every((value) => Math.abs(value) <= 1),
      'a normalized channel is above 1',
    );
  },
);

export const GRAPHS_AND_MAPS = {
  dbscan: dbscanSubject,
  hdbscan: hdbscanSubject,
  onlineKMeans: onlineSubject,
  selfOrganizingMap: mapSubject,
  gapStatistic: gapSubject,
  nearestNeighbours: neighboursSubject,
  spectralClustering: spectralSubject,
  scatteringTransform: scatteringSubject,
} as const;
