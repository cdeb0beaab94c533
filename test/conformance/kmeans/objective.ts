/** The objective and the iterations that lower it. */
import fc from 'fast-check';
import type { KMeansModel } from '../../../src/index.js';
import { grids } from '../../reference/support.js';
import type { Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat } from '../expect.js';
import {
  clouds,
  fit,
  forAll,
  head,
  INERTIA,
  nearest,
  objective,
  ROUNDING,
  SEEDINGS,
  someClouds,
  spread,
} from './support.js';

/** A grid as a K-means problem with given starting centroids and weights. */
const problems = grids.map(({ n, d, k, x, c, weights }) => ({
  points: { data: x, shape: [n, d] as const },
  options: { k, init: { data: c, shape: [k, d] as const }, sampleWeight: weights },
}));

/**
 * Each value of the objective is a sum of float32 squares, some roundings of itself in error; and a
 * row goes to the centroid of least |c|^2 / 2 - x.c, which is some roundings of the squared distance
 * from the mean in error. By so much the objective may seem to rise, and by no more.
 */
function expectNeverRises({ history, inertia }: KMeansModel, spreadOfPoints: number): void {
  [...history, inertia].reduce((before, now, i) => {
    const most = before + 32 * ROUNDING * before + 8 * ROUNDING * spreadOfPoints;
    expectThat(now <= most, `iteration ${i + 1}: the objective rose from ${before} to ${now}.`);
    return now;
  });
}

export const kmeansObjective: Suite = {
  name: 'kmeans objective',
  where: 'each runtime',
  cases: [
    {
      name: 'a case computed by hand comes out exactly',
      where: 'everywhere',
      run: async (context) => {
        const model = await fit(
          context,
          [
            [0, 0],
            [0.5, 0],
            [0.5, 1],
            [1, 1],
          ],
          {
            k: 2,
            init: [
              [0, 0],
              [1, 1],
            ],
            sampleWeight: [3, 1, 1, 3],
          },
        );
        expectEqual(model.labels, Uint32Array.of(0, 0, 1, 1), 'labels');
        expectEqual(model.centroids.data, Float32Array.of(0.125, 0, 0.875, 1), 'centroids');
        expectEqual(model.history, Float64Array.of(0.5, 0.375), 'history');
        expectEqual(model.inertia, 0.375, 'inertia');
        expectEqual(model.iterations, 2, 'iterations');
        expectEqual(model.converged, true, 'converged');
        expectEqual(model.counts, Uint32Array.of(2, 2), 'counts');
      },
    },
    {
      name: 'never rises, with ties, weights and empty clusters',
      where: 'everywhere',
      run: (context) =>
        forAll(problems, async ({ points, options }) => {
          const most = Math.max(...options.sampleWeight);
          expectNeverRises(await fit(context, points, options), most * spread(points));
        }),
    },
    {
      name: 'never rises from any seeding',
      run: (context) =>
        forAll(fc.tuple(someClouds, fc.constantFrom(...SEEDINGS)), async ([points, init]) => {
          const model = await fit(context, points, { k: points.k, init, nInit: 1 });
          expectNeverRises(model, spread(points));
        }),
    },
    {
      name: 'begins at the objective of the starting centroids',
      run: async (context) => {
        const points = clouds(300, 5, 4, 1);
        const start = head(points, 4);
        const { history } = await fit(context, points, { k: 4, init: start, maxIter: 1 });
        const labels = nearest(points, start);
        expectClose(history[0], objective(points, { centroids: start, labels }), INERTIA);
      },
    },
    {
      name: 'maxIter cuts the same run short',
      run: async (context) => {
        const points = clouds(700, 3, 1, 2);
        const options = { k: 9, init: head(points, 9), tol: 0 };
        const whole = await fit(context, points, options);
        expectThat(
          whole.converged && whole.iterations > 8,
          `${whole.iterations} iterations are too few to cut.`,
        );
        // 1 and 2: nothing else was submitted; 7: in the midst of several iterations in flight.
        for (const maxIter of [1, 2, 7]) {
          const cut = await fit(context, points, { ...options, maxIter });
          expectEqual(cut.iterations, maxIter, 'iterations');
          expectEqual(cut.converged, false, 'converged');
          expectSameBits(cut.history, whole.history.slice(0, maxIter), 'history');
        }
        const { iterations: maxIter } = whole;
        const last = await fit(context, points, { ...options, maxIter });
        expectSameBits(last.centroids.data, whole.centroids.data, 'centroids');
        expectEqual(last.converged, true, 'converged in the last iteration allowed');
      },
    },
    {
      name: 'tol = 0 ends',
      run: async (context) => {
        await forAll(problems, async ({ points, options }) => {
          const { converged, iterations } = await fit(context, points, { ...options, tol: 0 });
          expectThat(converged, `did not converge in ${iterations} iterations.`);
        });
        const { converged, iterations } = await fit(context, clouds(900, 2, 1, 4), {
          k: 12,
          tol: 0,
        });
        expectThat(converged, `did not converge in ${iterations} iterations.`);
      },
    },
    {
      name: 'tol is a share of the mean variance of the columns',
      run: async (context) => {
        const points = clouds(600, 4, 1, 5);
        const options = { k: 7, init: head(points, 7) };
        const tol = 0.01;
        const { iterations } = await fit(context, points, { ...options, tol });
        expectThat(iterations > 2, `${iterations} iterations are too few to compare.`);
        const centroids: Float64Array[] = [];
        for (const maxIter of [iterations - 2, iterations - 1, iterations]) {
          const cut = await fit(context, points, { ...options, tol: 0, maxIter });
          centroids.push(Float64Array.from(cut.centroids.data));
        }
        const [before, last] = [1, 2].map((i) =>
          centroids[i].reduce((sum, value, at) => sum + (value - centroids[i - 1][at]) ** 2, 0),
        );
        const most = (tol * spread(points)) / points.data.length;
        expectThat(
          last <= most && before > most,
          `the last shifts are ${before} and ${last}; ${most} is the first to stop at.`,
        );
      },
    },
    {
      name: 'more clusters, lower inertia',
      run: async (context) => {
        const points = clouds(400, 3, 1, 6);
        let before = Number.POSITIVE_INFINITY;
        for (const k of [1, 2, 4, 8, 16, 32, 64]) {
          const { inertia } = await fit(context, points, { k });
          expectThat(inertia < before, `k = ${k}: inertia ${inertia} is not below ${before}.`);
          before = inertia;
        }
      },
    },
    {
      name: 'more restarts are never worse',
      run: async (context) => {
        const points = clouds(200, 2, 6, 7);
        for (const init of ['random', 'k-means++'] as const) {
          const inertias: number[] = [];
          for (const nInit of [1, 2, 6]) {
            const model = await fit(context, points, { k: 6, init, nInit, seed: 2 });
            inertias.push(model.inertia);
          }
          expectThat(
            inertias[0] >= inertias[1] && inertias[1] >= inertias[2],
            `${init}: inertia of 1, 2 and 6 restarts: ${inertias.join(', ')}`,
          );
        }
      },
    },
    {
      name: "'random' takes the best of 10 restarts unless told otherwise",
      run: async (context) => {
        const points = clouds(200, 2, 6, 8);
        const options = { k: 6, init: 'random', seed: 3 } as const;
        const untold = await fit(context, points, options);
        const ten = await fit(context, points, { ...options, nInit: 10 });
        const one = await fit(context, points, { ...options, nInit: 1 });
        expectSameBits(untold.centroids.data, ten.centroids.data, 'centroids');
        expectThat(one.inertia > ten.inertia, 'one restart is as good: this case tells nothing.');
      },
    },
  ],
};
