/** Watching and cancelling a fit. */
import type { KMeansOptions, KMeansProgress } from '../../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectEqual, expectSameBits, expectThat } from '../expect.js';
import { clouds, fit, head, SEEDINGS } from './support.js';

/** What `action` rejects with. */
async function rejection(action: Promise<unknown>): Promise<unknown> {
  let reason: unknown;
  const outcome = await action.then(
    () => 'resolved',
    (error: unknown) => {
      reason = error;
      return 'rejected';
    },
  );
  expectEqual(outcome, 'rejected', 'a cancelled fit');
  return reason;
}

const points = clouds(3000, 8, 1, 1);

/** A fit cancelled by `cancel`, then one that must not notice. */
async function cancelled(
  context: ConformanceContext,
  options: KMeansOptions,
  cancel: (abort: () => void) => Partial<KMeansOptions>,
): Promise<void> {
  const controller = new AbortController();
  const reason = new RangeError('enough');
  const watch = cancel(() => {
    controller.abort(reason);
  });
  const { library, runtime } = context;
  const { signal } = controller;
  const work = library.kmeans(points, { runtime, ...options, ...watch, signal });
  expectThat(
    (await rejection(work)) === reason,
    "rejected with something else than the signal's reason.",
  );
  const small = head(points, 100);
  const next = await fit(context, small, { k: 3 });
  expectEqual(await next.predict(small, { runtime }), next.labels, 'labels of the next fit');
}

const whileSeeding = (init: (typeof SEEDINGS)[number]): Case => ({
  name: `cancelled soon after its start: ${init}`,
  run: (context) =>
    cancelled(context, { k: 200, init, tol: 0 }, (abort) => {
      setTimeout(abort, 5);
      return {};
    }),
});

export const kmeansControl: Suite = {
  name: 'kmeans control',
  // The host tells of iterations, and ends them.
  where: 'each runtime',
  cases: [
    {
      name: 'onIteration is told every iteration of every restart, those of each in order',
      where: 'everywhere',
      run: async (context) => {
        const told: KMeansProgress[] = [];
        const some = head(points, 800);
        const options = { k: 7, init: 'random', nInit: 3, maxIter: 40 } as const;
        const weights = new Float32Array(800).fill(3);
        const model = await fit(context, some, {
          ...options,
          sampleWeight: weights,
          onIteration: (progress) => told.push(progress),
        });
        expectEqual(new Set(told.map(({ restart }) => restart)), new Set([0, 1, 2]), 'restarts');
        for (const restart of [0, 1, 2]) {
          const run = told.filter((progress) => progress.restart === restart);
          run.forEach((progress, i) => {
            const { inertia } = progress;
            expectEqual(progress, { restart, restarts: 3, iteration: i + 1, maxIter: 40, inertia });
          });
        }
        const inertias = (restart: number) =>
          Float64Array.from(
            told.filter((one) => one.restart === restart),
            ({ inertia }) => inertia,
          );
        const best = [0, 1, 2].find((restart) => inertias(restart).at(-1) === model.history.at(-1));
        expectThat(best !== undefined, 'no restart ends as the history of the model.');
        expectSameBits(inertias(best), model.history, 'history');
        const silent = await fit(context, some, { ...options, sampleWeight: weights });
        expectSameBits(silent.centroids.data, model.centroids.data, 'centroids unwatched');
      },
    },
    {
      name: 'cancelled by onIteration',
      run: async (context) => {
        for (const at of [1, 3]) {
          await cancelled(context, { k: 12, init: head(points, 12), tol: 0 }, (abort) => ({
            onIteration: ({ iteration }) => {
              if (iteration === at) abort();
            },
          }));
        }
      },
    },
    {
      name: 'cancelled in the last iteration',
      run: (context) =>
        cancelled(context, { k: 5, maxIter: 1 }, (abort) => ({ onIteration: abort })),
    },
    ...SEEDINGS.map(whileSeeding),
  ],
};
