/** Sample weights. */
import fc from 'fast-check';
import type { Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat } from '../expect.js';
import {
  type Clouds,
  clouds,
  fit,
  forAll,
  head,
  INERTIA,
  outcome,
  pick,
  SEEDINGS,
  someClouds,
} from './support.js';

/** Weights from a short cycle, as long as the points need. */
const cycled = (points: Clouds, cycle: readonly number[]) =>
  Float64Array.from({ length: points.shape[0] }, (_, i) => cycle[i % cycle.length]);

const CENTROIDS = {
  relative: 1e-5,
  absolute: 1e-6,
  because: 'sums of float32 differences below 8, taken in another order',
  what: 'centroids',
} as const;

export const kmeansWeights: Suite = {
  name: 'kmeans weights',
  where: 'each runtime',
  cases: [
    {
      name: 'a whole-number weight equals repeating the row; 0 equals leaving it out',
      run: (context) => {
        const cycles = fc
          .array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 7 })
          .filter((cycle) => cycle.some((weight) => weight > 0));
        return forAll(fc.tuple(someClouds, cycles), async ([points, cycle]) => {
          const weights = cycled(points, cycle);
          const repeats = Uint32Array.from(
            [...weights].flatMap((weight, i) => new Array<number>(weight).fill(i)),
          );
          // Starts at rows of positive weight, so that no cluster is empty: an empty one takes a row
          // with its whole weight, of repeated rows a single one.
          const distinct = [...new Set(repeats)];
          const k = Math.min(points.k, distinct.length);
          const options = { k, init: pick(points, distinct.slice(0, k)), tol: 0 };
          const weighted = await fit(context, points, { ...options, sampleWeight: weights });
          const repeated = await fit(context, pick(points, repeats), options);
          expectEqual(
            repeats.map((i) => weighted.labels[i]),
            repeated.labels,
            'labels',
          );
          expectClose(weighted.centroids.data, repeated.centroids.data, CENTROIDS);
          expectClose(weighted.inertia, repeated.inertia, { ...INERTIA, absolute: 1e-10 });
        });
      },
    },
    {
      name: 'weights of 1 equal none, bit by bit',
      run: async (context) => {
        const points = clouds(1100, 5, 6, 1);
        for (const init of SEEDINGS) {
          const options = { k: 6, init, nInit: 1, seed: 5 };
          const none = await fit(context, points, options);
          const ones = await fit(context, points, {
            ...options,
            sampleWeight: cycled(points, [1]),
          });
          expectEqual(outcome(ones), outcome(none), init);
          expectSameBits(ones.centroids.data, none.centroids.data, 'centroids');
        }
      },
    },
    {
      name: 'scaling all weights scales the inertia and changes nothing else',
      run: async (context) => {
        const points = clouds(500, 4, 5, 2);
        for (const init of SEEDINGS) {
          const cycle = [0.25, 1, 0, 3];
          const options = { k: 5, init, nInit: 1, seed: 6 };
          const sampleWeight = cycled(points, cycle);
          const plain = await fit(context, points, { ...options, sampleWeight });
          // Down to weights whose float32 squares would vanish, up to those whose squares overflow.
          for (const factor of [2 ** 70, 3, 0.37, 2 ** -100]) {
            const scaled = sampleWeight.map((weight) => factor * weight);
            const model = await fit(context, points, { ...options, sampleWeight: scaled });
            expectEqual(model.labels, plain.labels, `labels, weights times ${factor}`);
            expectClose(model.centroids.data, plain.centroids.data, CENTROIDS);
            expectClose(model.inertia / factor, plain.inertia, INERTIA);
            expectClose(
              model.history.map((value) => value / factor),
              plain.history,
              INERTIA,
            );
          }
        }
      },
    },
    {
      name: 'a row of weight 0 never becomes a centroid, from any start',
      where: 'everywhere',
      run: async (context) => {
        // Every third row is an outlier that would be the first choice of every seeding.
        const { data, shape, k } = clouds(300, 2, 6, 3);
        const points = {
          data: data.map((value, at) => (Math.floor(at / 2) % 3 === 0 ? 1000 + at : value)),
          shape,
          k,
        };
        const sampleWeight = cycled(points, [0, 1, 2]);
        // No row is nearest to the last three of these: their clusters take far rows.
        const init = head({ data: points.data.slice(2), shape: [299, 2] }, 6);
        init.data.fill(-5000, 6);
        for (const start of [...SEEDINGS, init]) {
          const model = await fit(context, points, { k, init: start, nInit: 1, sampleWeight });
          expectThat(
            model.centroids.data.every((value) => Math.abs(value) < 10),
            `a centroid lies at an outlier of weight 0: ${model.centroids.data.join(', ')}`,
          );
        }
      },
    },
    {
      name: 'a row of weight 0 is no centroid where other distinct rows are fewer than k',
      run: async (context) => {
        const points = { data: Float32Array.of(500, 1, 2, 1, 2, 600), shape: [6, 1] as const };
        const sampleWeight = [0, 1, 1, 1, 1, 0];
        for (const init of SEEDINGS) {
          const model = await fit(context, points, { k: 4, init, nInit: 1, sampleWeight });
          const centroids = [...new Set(model.centroids.data)].sort();
          expectEqual(centroids, [1, 2], `distinct centroids from ${init}`);
          expectEqual(model.inertia, 0, 'inertia');
        }
      },
    },
    {
      name: 'score counts each row by its weight',
      run: async (context) => {
        const points = clouds(90, 3, 4, 4);
        const model = await fit(context, points, { k: 4 });
        const { runtime } = context;
        const sampleWeight = cycled(points, [0, 2, 0.5]);
        const kept = (remainder: number) =>
          pick(
            points,
            Uint32Array.from({ length: 30 }, (_, i) => 3 * i + remainder),
          );
        const [ones, twos] = [
          await model.score(kept(1), { runtime }),
          await model.score(kept(2), { runtime }),
        ];
        const score = await model.score(points, { runtime, sampleWeight });
        expectClose(score, 2 * ones + 0.5 * twos, INERTIA);
      },
    },
  ],
};
