/** What EM is trusted for, whatever the data. */
import type { GaussianMixtureModel, GaussianMixtureOptions } from '../../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat, expectThrows } from '../expect.js';
import { blobs, clouds, type Rows as FloatRows } from '../kmeans/support.js';
import { dataset, deviations, type Rows, TYPES } from './support.js';

function fit(
  { library, runtime }: ConformanceContext,
  points: Rows | FloatRows,
  options: GaussianMixtureOptions,
): Promise<GaussianMixtureModel> {
  return library.gaussianMixture(points, { runtime, ...options });
}

/** For every covariance type. */
const each = (
  name: string,
  run: (context: ConformanceContext, type: (typeof TYPES)[number]) => Promise<void>,
): readonly Case[] =>
  TYPES.map((type) => ({ name: `${name}: ${type}`, run: (context) => run(context, type) }));

/** The mean over the rows of sum q log p(x, s) - sum q log q, q and p from the model itself. */
async function boundOf(
  { runtime }: ConformanceContext,
  model: GaussianMixtureModel,
  { data, shape: [n, d] }: FloatRows,
): Promise<number> {
  const { data: q } = await model.predictProba({ data, shape: [n, d] }, { runtime });
  const { k } = model;
  let bound = 0;
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      const u = model.precisionsCholesky.data.subarray(c * d * d, (c + 1) * d * d);
      let log = Math.log(model.weights.data[c]) - (d / 2) * Math.log(2 * Math.PI);
      for (let a = 0; a < d; a++) {
        let whitened = 0;
        for (let b = 0; b <= a; b++) {
          whitened += u[b * d + a] * (data[i * d + b] - model.means.data[c * d + b]);
        }
        log += Math.log(u[a * d + a]) - whitened ** 2 / 2;
      }
      const mass = q[i * k + c];
      if (mass > 0) bound += mass * (log - Math.log(mass));
    }
  }
  return bound / n;
}

export const mixtureProperties: Suite = {
  name: 'mixture properties',
  where: 'each runtime',
  cases: [
    ...each('the bound never falls at regCovar 0', async (context, covarianceType) => {
      const points = await dataset(context, 'iris');
      const options = { k: 3, covarianceType, regCovar: 0, tol: 0, maxIter: 40, seed: 3 };
      const { history } = await fit(context, points, options);
      for (let i = 1; i < history.length; i++) {
        expectThat(
          history[i] > history[i - 1] - 2e-6,
          `the bound fell from ${history[i - 1]} to ${history[i]} in iteration ${i + 1}, more than float32 rounds.`,
        );
      }
    }),
    {
      name: 'the bound is tight after an E-step: KL = 0',
      where: 'everywhere',
      run: async (context) => {
        const points = clouds(80, 3, 3, 2);
        const model = await fit(context, points, { k: 3, maxIter: 10, tol: 0 });
        const likelihood = await model.score(points, { runtime: context.runtime });
        const because = 'responsibilities are rounded to float32';
        expectClose(await boundOf(context, model, points), likelihood, { absolute: 1e-5, because });
        // With other responsibilities it lies below, by their divergence.
        const other = await fit(context, points, { k: 3, maxIter: 1, tol: 0, init: 'random' });
        const loose = await boundOf(
          context,
          new Proxy(model, {
            get: (target, name) =>
              name === 'predictProba'
                ? other.predictProba.bind(other)
                : (Reflect.get(target, name) as unknown),
          }),
          points,
        );
        expectThat(loose < likelihood - 1e-2, `a bound of other responsibilities is ${loose}.`);
      },
    },
    ...each(
      'responsibilities sum to 1, their argmax is predict',
      async (context, covarianceType) => {
        const points = clouds(150, 5, 4, 7);
        const { runtime } = context;
        const model = await fit(context, points, { k: 4, covarianceType });
        const { data } = await model.predictProba(points, { runtime });
        const labels = await model.predict(points, { runtime });
        expectEqual(labels, model.labels, 'predict and the labels of the fit');
        for (let i = 0; i < 150; i++) {
          const row = data.subarray(4 * i, 4 * i + 4);
          const sum = row.reduce((total, value) => total + value, 0);
          expectClose(sum, 1, { absolute: 1e-5, because: 'four roundings and a division' });
          const most = Math.max(...row);
          expectThat(
            row[labels[i]] >= most - 1e-6,
            `row ${i}: ${[...row].join()} is ${labels[i]}.`,
          );
        }
      },
    ),
    ...each(
      'degenerate data: an error at regCovar 0, a fit at 1e-6',
      async (context, covarianceType) => {
        // Two groups of equal rows: no spread within either.
        const data = Float32Array.from({ length: 80 }, (_, at) => (at < 40 ? 1 : 3) + (at % 2));
        const points = { data, shape: [40, 2] } as const;
        const error = await expectThrows(
          () => fit(context, points, { k: 2, covarianceType, regCovar: 0 }),
          {
            name: 'SingularCovarianceError',
            code: 'singular-covariance',
            message: /component 0.*regCovar 0/,
          },
        );
        expectEqual((error as { component?: number }).component, 0, 'component');
        const model = await fit(context, points, { k: 2, covarianceType, regCovar: 1e-6 });
        expectThat(
          [...model.covariances.data, ...model.means.data].every(Number.isFinite),
          'a covariance or mean is not finite.',
        );
        expectEqual(model.labels[0] === model.labels[39], false, 'one label for both groups');
      },
    ),
    ...each('precisions are the inverses of covariances', async (context, covarianceType) => {
      const points = clouds(120, 3, 2, 3);
      const model = await fit(context, points, { k: 2, covarianceType });
      const { data: p } = model.precisions;
      const { data: c } = model.covariances;
      const because = 'float64 inverses';
      if (covarianceType === 'diag' || covarianceType === 'spherical') {
        expectClose(
          p.map((value, at) => value * c[at]),
          c.map(() => 1),
          { absolute: 1e-9, because },
        );
        return;
      }
      for (let m = 0; m < p.length; m += 9) {
        const product = Array.from({ length: 9 }, (_, at) => {
          const [i, j] = [Math.floor(at / 3), at % 3];
          return [0, 1, 2].reduce((sum, l) => sum + p[m + 3 * i + l] * c[m + 3 * l + j], 0);
        });
        expectClose(product, [1, 0, 0, 0, 1, 0, 0, 0, 1], { absolute: 1e-8, because });
      }
    }),
    ...each('shifted and scaled data give the same mixture', async (context, covarianceType) => {
      const rows = clouds(200, 3, 3, 11);
      // One variance for all columns depends on their scales.
      const scale = covarianceType === 'spherical' ? [8, 8, 8] : [1e-3, 1, 1e3];
      const data = Float64Array.from(rows.data, (v, at) => 1e4 + v * scale[at % 3]);
      const options = { k: 3, covarianceType, regCovar: 0, tol: 0, maxIter: 20, init: 'k-means++' };
      const start = await fit(context, rows, { k: 3, covarianceType, maxIter: 3, tol: 0 });
      const given = (model: GaussianMixtureModel, shift: number, by: readonly number[]) => ({
        weights: model.weights,
        means: {
          data: model.means.data.map((value, at) => shift + value * by[at % 3]),
          shape: [3, 3],
        },
        precisions: {
          data: model.precisions.data.map((value, at) => {
            if (covarianceType === 'spherical') return value / by[0] ** 2;
            if (covarianceType === 'diag') return value / by[at % 3] ** 2;
            return value / (by[at % 3] * by[Math.floor(at / 3) % 3]);
          }),
          shape: model.precisions.shape,
        },
      });
      const plain = await fit(context, rows, {
        ...options,
        covarianceType,
        init: given(start, 0, [1, 1, 1]),
      });
      const moved = await fit(
        context,
        { data, shape: rows.shape },
        { ...options, covarianceType, init: given(start, 1e4, scale) },
      );
      const spread = deviations({ data, shape: rows.shape });
      expectClose(
        moved.means.data.map((value, at) => (value - 1e4) / spread[at % 3]),
        plain.means.data.map((value, at) => (value * scale[at % 3]) / spread[at % 3]),
        {
          relative: 1e-4,
          absolute: 1e-5,
          because: 'columns are centred and scaled',
          what: 'means',
        },
      );
      expectClose(moved.weights.data, plain.weights.data, { relative: 1e-4, because: 'likewise' });
      expectEqual(moved.labels, plain.labels, 'labels');
    }),
    {
      name: 'with covariances fixed at eps I, eps -> 0, means follow K-means step by step',
      run: async (context) => {
        const { library, runtime } = context;
        const points = clouds(120, 4, 3, 9);
        const first = points.data.slice(0, 12);
        const init = {
          weights: [1 / 3, 1 / 3, 1 / 3],
          means: { data: first, shape: [3, 4] },
        };
        for (let maxIter = 1; maxIter <= 5; maxIter++) {
          const soft = await fit(context, points, {
            k: 3,
            covarianceType: 'fixed',
            fixedVariance: 1e-6,
            tol: 0,
            maxIter,
            init,
          });
          const hard = await library.kmeans(points, {
            k: 3,
            init: { data: first, shape: [3, 4] },
            tol: 0,
            maxIter,
            runtime,
          });
          expectClose(soft.means.data, hard.centroids.data, {
            absolute: 1e-4,
            because: 'no row lies within eps of a tie',
            what: `means after ${maxIter} iterations`,
          });
        }
      },
    },
    {
      name: 'rows whose squares leave float32 have the same mixture, scaled',
      run: async (context) => {
        const rows = blobs(120, 3, 2, 5);
        const options = {
          k: 2,
          init: 'random',
          seed: 3,
          regCovar: 0,
          tol: 0,
          maxIter: 12,
        } as const;
        for (const covarianceType of ['full', 'diag'] as const) {
          const plain = await fit(context, rows, { ...options, covarianceType });
          for (const by of [2 ** 100, 2 ** -100]) {
            const points = { ...rows, data: rows.data.map((value) => value * by) };
            const scaled = await fit(context, points, { ...options, covarianceType });
            const because = 'powers of two round nothing, but for the tiniest columns';
            const what = `${covarianceType} x ${by}`;
            expectClose(
              scaled.means.data.map((mean) => mean / by),
              plain.means.data,
              {
                absolute: 1e-5,
                because,
                what,
              },
            );
            expectClose(scaled.lowerBound + 3 * Math.log(by), plain.lowerBound, {
              absolute: 1e-4,
              because,
              what,
            });
          }
        }
      },
    },
    {
      name: 'near-singular: ten thousand duplicates and a constant column fit at regCovar 1e-6',
      run: async (context) => {
        const { data } = clouds(300, 4, 3, 4);
        const n = 10_300;
        const rows = Float32Array.from({ length: n * 4 }, (_, at) => {
          if (at % 4 === 3) return 7;
          return at < 1200 ? data[at] : [0.5, -0.25, 2][at % 4];
        });
        const points = { data: rows, shape: [n, 4] } as const;
        for (const covarianceType of TYPES) {
          const model = await fit(context, points, { k: 3, covarianceType, maxIter: 20 });
          expectThat(
            [...model.covariances.data, ...model.means.data, ...model.history].every(
              Number.isFinite,
            ),
            `${covarianceType}: not finite.`,
          );
          const sum = model.weights.data.reduce((total, value) => total + value, 0);
          expectClose(sum, 1, { absolute: 1e-9, because: 'weights are divided by their sum' });
        }
      },
    },
    {
      name: 'every start finds well-separated groups',
      run: async (context) => {
        const points = blobs(90, 2, 3, 8);
        for (const init of ['kmeans', 'k-means++', 'random_from_data', 'random'] as const) {
          const nInit = init === 'kmeans' ? 1 : 10;
          const model = await fit(context, points, { k: 3, init, nInit, seed: 1, maxIter: 200 });
          const groups = new Set(model.labels.map((label, i) => 3 * label + (i % 3)));
          if (init === 'kmeans') expectEqual(groups.size, 3, 'pairs of label and group');
          expectThat(Number.isFinite(model.lowerBound), `${init}: bound ${model.lowerBound}`);
        }
      },
    },
    {
      name: 'same seed, same bits; more runs are never worse; a warm start goes on',
      run: async (context) => {
        const points = clouds(200, 3, 4, 6);
        const options = { k: 4, init: 'random', seed: 5, maxIter: 10, tol: 0 } as const;
        const [a, b] = [await fit(context, points, options), await fit(context, points, options)];
        expectSameBits(a.means.data, b.means.data);
        expectSameBits(a.history, b.history);
        const best = await fit(context, points, { ...options, nInit: 4 });
        expectThat(best.lowerBound >= a.lowerBound, `${best.lowerBound} < ${a.lowerBound}`);
        const more = await fit(context, points, { ...options, maxIter: 20 });
        const on = await fit(context, points, { ...options, warmStart: a });
        expectClose(on.means.data, more.means.data, {
          relative: 1e-4,
          absolute: 1e-4,
          because: 'ten iterations and ten more are twenty',
        });
      },
    },
    {
      name: 'one component: of three rows, and of one column, where all types are one',
      run: async (context) => {
        const few = clouds(3, 2, 1, 1);
        const one = await fit(context, few, { k: 1 });
        const mean = [0, 1].map((j) => (few.data[j] + few.data[2 + j] + few.data[4 + j]) / 3);
        const because = 'three float32 numbers about their mean';
        expectClose(one.means.data, mean, { absolute: 1e-6, because });
        expectEqual(one.sample(5, 1).labels, new Uint32Array(5), 'labels drawn');
        const line = clouds(100, 1, 1, 2);
        const criteria: number[] = [];
        for (const covarianceType of TYPES) {
          const model = await fit(context, line, { k: 1, covarianceType });
          criteria.push(await model.bic(line, { runtime: context.runtime }));
        }
        expectClose(criteria, new Array<number>(4).fill(criteria[0]), {
          ...{ relative: 1e-6, because: 'one variance, summed in four ways', what: 'bic' },
        });
      },
    },
    {
      name: 'sample follows the mixture; JSON gives the same model',
      run: async (context) => {
        const points = blobs(300, 2, 2, 4);
        const { library, runtime } = context;
        const model = await fit(context, points, { k: 2 });
        const drawn = model.sample(20_000, 3);
        expectEqual(await model.predict(drawn.points, { runtime }), drawn.labels, 'labels drawn');
        const again = await fit(context, drawn.points, {
          k: 2,
          init: {
            weights: model.weights,
            means: model.means,
            precisions: model.precisions,
          },
        });
        expectClose(again.covariances.data, model.covariances.data, {
          absolute: 0.05,
          because: '10,000 rows give a variance of about 1 within 1.4 % (one deviation)',
        });
        const json = JSON.parse(JSON.stringify(model)) as unknown;
        const loaded = library.GaussianMixtureModel.fromJSON(json);
        expectEqual(loaded.toJSON(), model.toJSON(), 'JSON');
        expectEqual(await loaded.predict(points, { runtime }), model.labels);
        await expectThrows(
          () => library.GaussianMixtureModel.fromJSON({ ...(json as object), weights: [1] }),
          { name: 'InvalidArgumentError', message: /'weights' must be 2 finite numbers/ },
        );
      },
    },
    {
      name: 'progress is told in order, with the bounds of the history',
      run: async (context) => {
        const points = clouds(100, 2, 2, 1);
        const told: number[] = [];
        const model = await fit(context, points, {
          k: 2,
          tol: 0,
          maxIter: 5,
          onIteration: ({ iteration, lowerBound }) => {
            told.push(iteration, lowerBound);
          },
        });
        expectEqual(
          told,
          [...model.history].flatMap((bound, i) => [i + 1, bound]),
        );
      },
    },
  ],
};
