/** The same call, the same bits: run after run, alone or beside another, on any runtime. */
import type { Case, Suite } from '../case.js';
import { expectEqual, expectSameBits, expectThat } from '../expect.js';
import { clouds, fit, outcome, SEEDINGS } from './support.js';

const again = (init: (typeof SEEDINGS)[number]): Case => ({
  name: `the same seed gives the same bits, run after run: ${init}`,
  run: async (context) => {
    const points = clouds(1200, 6, 1, 1);
    for (const metric of ['euclidean', 'cosine'] as const) {
      const options = { k: 9, init, nInit: 2, seed: 4_000_000_000, metric, maxIter: 10 };
      const first = await fit(context, points, options);
      const second = await fit(context, points, options);
      expectEqual(outcome(second), outcome(first), 'model');
      expectSameBits(second.centroids.data, first.centroids.data, 'centroids');
      const other = await fit(context, points, { ...options, seed: 4_000_000_001 });
      expectThat(other.history[0] !== first.history[0], 'another seed starts at the same rows.');
    }
  },
});

export const kmeansDeterminism: Suite = {
  name: 'kmeans determinism',
  cases: [
    ...SEEDINGS.map(again),
    {
      name: 'the seed is 0 unless given',
      run: async (context) => {
        const points = clouds(100, 2, 1, 2);
        const [untold, zero] = [
          await fit(context, points, { k: 5 }),
          await fit(context, points, { k: 5, seed: 0 }),
        ];
        expectEqual(outcome(untold), outcome(zero), 'model');
      },
    },
    {
      name: 'neighbouring seeds start at different rows',
      run: async (context) => {
        const points = clouds(64, 2, 1, 3);
        const starts = new Set<number>();
        for (let seed = 0; seed < 16; seed++) {
          const model = await fit(context, points, { k: 1, init: 'k-means++', seed, maxIter: 1 });
          starts.add(model.history[0]);
        }
        // 16 draws of 64 rows leave fewer than 9 distinct ones once in 20,000 times.
        expectThat(starts.size >= 9, `16 seeds start at ${starts.size} rows.`);
      },
    },
    {
      name: 'fits at the same time, of different shapes, on one runtime',
      where: 'everywhere',
      run: async (context) => {
        const [small, large] = [clouds(200, 3, 4, 4), clouds(3000, 9, 5, 5)];
        const options = { k: 5, init: 'random', nInit: 2 } as const;
        const alone = [await fit(context, small, options), await fit(context, large, options)];
        const { kmeans } = context.library;
        const { runtime } = context;
        const together = await Promise.all([
          kmeans(small, { ...options, runtime }),
          kmeans(large, { ...options, runtime }),
          alone[0].predict(small, { runtime }),
        ]);
        expectEqual(outcome(together[0]), outcome(alone[0]), 'small');
        expectEqual(outcome(together[1]), outcome(alone[1]), 'large');
        expectEqual(together[2], alone[0].labels, 'labels');
      },
    },
  ],
};
