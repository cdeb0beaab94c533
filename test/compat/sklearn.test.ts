/** Classes with scikit-learn's names, and the principal components of ml-pca. */
import { readFile } from 'node:fs/promises';
import { Matrix } from 'ml-matrix';
import { PCA as TheirPca } from 'ml-pca';
import { describe, expect, it } from 'vitest';
import { PCA as MlPca } from '../../src/compat/ml_pca.js';
import * as sklearn from '../../src/compat/sklearn.js';
import { dbscan, gaussianMixture, pca } from '../../src/index.js';
import { loadDataset, loadKMeans } from '../golden/index.js';

const read = (name: string) => readFile(`test/golden/${name}`);
const iris = await loadDataset(read, 'iris', 150);
const rowsOf = (data: ArrayLike<number>, d: number) =>
  Array.from({ length: data.length / d }, (_, i) =>
    Array.from({ length: d }, (__, j) => data[i * d + j]),
  );
const X = rowsOf(iris.data, 4);
const runtime = 'cpu';
const close = (actual: readonly number[], expected: ArrayLike<number>, digits = 6) => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i], digits);
  });
};

describe('sklearn', () => {
  it("KMeans: scikit-learn's centres, labels and inertia from its start", async () => {
    const { cases } = await loadKMeans(read);
    const golden = cases.find(
      ({ dataset, rows, sampleWeight }) => dataset === 'iris' && rows === 150 && !sampleWeight,
    )!;
    const { start } = golden;
    const init =
      'rows' in start
        ? Array.from(start.rows.data, (row) => X[row])
        : rowsOf(start.centroids.data, 4);
    const model = new sklearn.KMeans({ n_clusters: golden.k, init, runtime });
    expect(await model.fit(X)).toBe(model);
    expect([...model.labels_]).toEqual([...golden.labels.data]);
    close(model.cluster_centers_.flat(), golden.centroids.data, 5);
    expect(model.inertia_ / golden.inertia).toBeCloseTo(1, 6);
    expect([...model.predict(X)]).toEqual([...model.labels_]);
    expect(model.score(X)).toBeCloseTo(-golden.inertia, 3);
    expect(model.transform(X.slice(0, 1))[0]).toHaveLength(golden.k);
    expect(
      await new sklearn.KMeans({ n_clusters: 3, random_state: 0, runtime }).fit_predict(X),
    ).toHaveLength(150);
  });

  it('MiniBatchKMeans, DBSCAN and HDBSCAN have their attributes', async () => {
    const small = await new sklearn.MiniBatchKMeans({
      n_clusters: 3,
      random_state: 1,
      runtime,
    }).fit(X);
    expect(small.predict(X)).toEqual(small.labels_);
    const dense = await new sklearn.DBSCAN({ runtime }).fit(X);
    const { labels, core } = await dbscan(iris, { runtime });
    expect([dense.labels_, dense.core_sample_indices_]).toEqual([labels, core]);
    expect(dense.components_[0]).toEqual(X[core[0]]);
    const levels = await new sklearn.HDBSCAN({ min_cluster_size: 5, runtime }).fit(X);
    expect(new Set(levels.labels_)).toEqual(new Set([0, 1]));
    expect(levels.probabilities_).toHaveLength(150);
  });

  it.each(['full', 'tied', 'diag', 'spherical'] as const)(
    'GaussianMixture, %s: what is asked of it in float64 is what the model says',
    async (covariance_type) => {
      const params = { n_components: 3, covariance_type, random_state: 0, runtime } as const;
      const mixture = await new sklearn.GaussianMixture(params).fit(X);
      const model = await gaussianMixture(iris, {
        k: 3,
        covarianceType: covariance_type,
        seed: 0,
        runtime,
      });
      const where = { runtime } as const;
      close(mixture.score_samples(X), await model.scoreSamples(iris, where), 4);
      close(mixture.predict_proba(X).flat(), (await model.predictProba(iris, where)).data, 4);
      expect([...mixture.predict(X)]).toEqual([...(await model.predict(iris, where))]);
      expect(mixture.bic(X)).toBeCloseTo(await model.bic(iris, where), 2);
      expect(mixture.aic(X)).toBeCloseTo(await model.aic(iris, where), 2);
    },
  );

  it('PCA: scores and back; and wrong calls, in words', async () => {
    const parts = await new sklearn.PCA({ n_components: 2, whiten: true, runtime }).fit(X);
    const model = await pca(iris, { nComponents: 2, whiten: true, runtime });
    close(parts.transform(X).flat(), (await model.transform(iris, { runtime })).data, 4);
    const all = await new sklearn.PCA({ runtime }).fit(X);
    close(all.inverse_transform(all.transform(X)).flat(), iris.data, 8);
    expect(all.get_params()).toMatchObject({ n_components: null, whiten: false });
    expect(() => all.transform([[1]])).toThrow(/X has 1 columns, but PCA was fitted to 4/);
    expect(() => new sklearn.PCA().transform(X)).toThrow(/not fitted yet/);
    expect(() => new sklearn.DBSCAN({ epsilon: 1 } as object)).toThrow(
      /there is no parameter 'epsilon'; there are eps, min_samples/,
    );
  });
});

describe('ml-pca', () => {
  it.each([
    {},
    { scale: true },
    { center: false },
    { method: 'covarianceMatrix' as const },
    { method: 'NIPALS' as const, nCompNIPALS: 3 },
  ])('what it answers with %j is what the peer answers', async (options) => {
    const theirs = new TheirPca(X, options);
    const ours = await MlPca.fit(X, options);
    for (const name of [
      'getEigenvalues',
      'getExplainedVariance',
      'getStandardDeviations',
      'getCumulativeVariance',
    ] as const) {
      expect(ours[name]()).toEqual(theirs[name]());
    }
    expect(ours.getEigenvectors()).toEqual(theirs.getEigenvectors());
    expect(ours.getLoadings()).toEqual(theirs.getLoadings());
    const scores = ours.predict(X);
    expect(scores).toEqual(theirs.predict(X));
    expect(ours.predict(X, { nComponents: 1 })).toEqual(theirs.predict(X, { nComponents: 1 }));
    expect(ours.invert(scores)).toEqual(theirs.invert(scores));
    expect(ours.toJSON()).toEqual(theirs.toJSON());
    expect(MlPca.load(ours.toJSON()).predict(X)).toEqual(scores);
  });

  it('columns that do not vary, covariance matrices, and its errors', async () => {
    const flat = X.map((row) => [...row, 7]);
    const wrong = (options: object) => MlPca.fit(flat, options).catch((error: unknown) => error);
    expect(await wrong({ scale: true })).toEqual(
      new RangeError('Cannot scale the dataset (standard deviation is zero at index 4'),
    );
    expect(await wrong({ method: 'none' })).toEqual(new Error('unknown method: none'));
    expect(() => MlPca.load({} as never)).toThrow('model must have a name property');
    expect(() => MlPca.load({ name: 'CPA' } as never)).toThrow('invalid model: CPA');
    const options = { scale: true, ignoreZeroVariance: true };
    const ours = await MlPca.fit(flat, options);
    expect(ours.toJSON()).toEqual(new TheirPca(flat, options).toJSON());
    const covariance = new Matrix([
      [2, 1],
      [1, 3],
    ]);
    const found = await MlPca.fit(covariance, { isCovarianceMatrix: true });
    expect(found.getEigenvalues()).toEqual(
      new TheirPca(covariance, { isCovarianceMatrix: true }).getEigenvalues(),
    );
  });
});
