/** Bad input: each a typed error that names the value, the rule and the remedy. */
import type { KMeansOptions, Points } from '../../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectEqual, expectThat, expectThrows } from '../expect.js';
import { NO_OPTIONS, OPTIONS, POINTS, QUERIES, type Refused, ROWS } from './refused.js';
import { clouds, fit, head, outcome } from './support.js';

const CODES = {
  InvalidArgumentError: 'invalid-argument',
  NonFiniteError: 'non-finite',
  ShapeError: 'shape',
} as const;

async function expectRefused(
  { library }: ConformanceContext,
  action: () => unknown,
  [what, , name, ...parts]: Refused,
): Promise<void> {
  const error = await expectThrows(action, { name, code: CODES[name] });
  expectThat(error instanceof library[name], `${what}: not an instance of ${name}.`);
  expectThat(error instanceof library.ClusteringError, `${what}: not a ClusteringError.`);
  let at = 0;
  for (const part of parts) {
    at = error.message.indexOf(part, at);
    expectThat(at >= 0, `${what}: '${part}' is not (or not in this place) in: ${error.message}`);
  }
}

const refuses = (
  name: string,
  table: readonly Refused[],
  action: (context: ConformanceContext, given: unknown) => unknown,
): Case => ({
  name,
  run: async (context) => {
    for (const refused of table)
      await expectRefused(context, () => action(context, refused[1]), refused);
  },
});

const fitted = (context: ConformanceContext) =>
  fit(context, ROWS, {
    k: 2,
    init: [
      [1, 2],
      [5, 7],
    ],
  });

export const kmeansInput: Suite = {
  name: 'kmeans input',
  // The host refuses, before a device has anything to do.
  where: 'each runtime',
  cases: [
    refuses('points', POINTS, ({ library, runtime }, given) =>
      library.kmeans(given as Points, { k: 1, runtime }),
    ),
    refuses('options', OPTIONS, ({ library, runtime }, given) =>
      library.kmeans(ROWS, { k: 2, runtime, ...(given as Partial<KMeansOptions>) }),
    ),
    refuses('options that are none', NO_OPTIONS, ({ library }, given) =>
      library.kmeans(ROWS, given as KMeansOptions),
    ),
    ...(['predict', 'transform', 'score'] as const).flatMap((method): Case[] => [
      refuses(`points of ${method}`, QUERIES, async (context, given) =>
        (await fitted(context))[method](given as Points, { runtime: context.runtime }),
      ),
      {
        name: `options of ${method}`,
        run: async (context) => {
          const model = await fitted(context);
          const name = 'InvalidArgumentError';
          const unknown = { k: 3 } as object;
          await expectThrows(() => model[method](ROWS, unknown), {
            name,
            message: /no option 'k'.*runtime, signal/,
          });
          const none = null as unknown as object;
          await expectThrows(() => model[method](ROWS, none), { name, message: /options is null/ });
        },
      },
    ]),
    {
      name: 'weights of score',
      run: async (context) => {
        const model = await fitted(context);
        for (const [sampleWeight, message] of [
          [[1, 2], /2 entries for 3 rows/],
          [[1, -2, 1], /sampleWeight\[1\] is -2/],
          [[0, 0, 0], /zero for every row/],
        ] as const) {
          const score = () => model.score(ROWS, { runtime: context.runtime, sampleWeight });
          await expectThrows(score, { name: 'InvalidArgumentError', message });
        }
      },
    },
    {
      name: 'a row of zeros, which has no direction',
      run: async (context) => {
        const { library, runtime } = context;
        const rows = head(clouds(1500, 3, 1, 1), 1500);
        rows.data.fill(0, 3 * 1234, 3 * 1235);
        const model = await fit(context, head(rows, 100), { k: 2, metric: 'cosine' });
        const pattern = {
          name: 'InvalidArgumentError',
          message: /row 1234 is all zeros.*cosine.*'euclidean'/s,
        };
        await expectThrows(
          () => library.kmeans(rows, { k: 2, metric: 'cosine', runtime }),
          pattern,
        );
        await expectThrows(() => model.predict(rows, { runtime }), pattern);
      },
    },
    {
      name: 'memory that is shared, or that can be resized',
      where: 'everywhere',
      run: async (context) => {
        const { data, shape } = clouds(100, 3, 2, 1);
        const options = { k: 2, init: head(clouds(100, 3, 2, 1), 2) };
        const expected = outcome(await fit(context, { data, shape }, options));
        const most = { maxByteLength: 2 * data.byteLength } as object;
        const kinds: readonly (new (size: number, options: object) => ArrayBufferLike)[] = [
          ArrayBuffer,
          ...('SharedArrayBuffer' in globalThis ? [SharedArrayBuffer] : []),
        ];
        for (const Kind of kinds) {
          for (const resizable of [{}, most]) {
            const numbers = new Float32Array(new Kind(data.byteLength, resizable), 0, data.length);
            numbers.set(data);
            const model = await fit(context, { data: numbers, shape }, options);
            expectEqual(outcome(model), expected, Kind.name);
          }
        }
      },
    },
    {
      name: 'the largest and the smallest numbers that options can be',
      run: async (context) => {
        const points = clouds(60, 2, 2, 3);
        const init = head(points, 2);
        const usual = outcome(await fit(context, points, { k: 2, init, tol: 0 }));
        const maxIter = Number.MAX_SAFE_INTEGER;
        const most = await fit(context, points, { k: 2, init, tol: 0, maxIter });
        expectEqual(outcome(most), usual, 'maxIter');
        const { iterations, converged } = await fit(context, points, { k: 2, init, tol: 1e300 });
        expectEqual({ iterations, converged }, { iterations: 1, converged: true }, 'tol');
        const least = new Float64Array(60).fill(5e-324);
        const light = await fit(context, points, { k: 2, init, tol: 0, sampleWeight: least });
        expectEqual(light.labels, usual.labels, 'labels of the lightest rows');
        const one = new Float64Array(60);
        one[7] = 5e-324;
        const alone = await fit(context, points, {
          k: 1,
          init: head(points, 1),
          sampleWeight: one,
        });
        expectEqual([...alone.centroids.data], [...points.data.subarray(14, 16)], 'the only row');
        for (const nInit of [1e8, 2 ** 32]) {
          const signal = AbortSignal.timeout(200);
          const { library, runtime } = context;
          await expectThrows(
            () => library.kmeans(points, { k: 2, init: 'random', nInit, runtime, signal }),
            { name: 'TimeoutError' },
          );
        }
      },
    },
    {
      name: 'a stream whose iterator breaks the rules',
      run: async ({ library, runtime }) => {
        const { data, shape } = clouds(50, 3, 1, 1);
        const stream = (iterator: object) => ({
          shape,
          blocks: () => ({ [Symbol.asyncIterator]: () => iterator }) as AsyncIterable<Float32Array>,
        });
        const once = () => {
          let given = false;
          const next = () => {
            const done = given;
            given = true;
            return { done, value: data };
          };
          // Neither gives a promise.
          return { next, return: () => 7 };
        };
        const blocks = () =>
          ({ [Symbol.asyncIterator]: once }) as unknown as AsyncIterable<Float32Array>;
        await library.kmeans({ shape, blocks }, { k: 2, runtime });
        const pattern = { name: 'InvalidArgumentError', message: /can not be iterated/ };
        const gone = data.slice();
        structuredClone(gone, { transfer: [gone.buffer] });
        for (const flat of [data, gone]) {
          const flatStream = { shape, blocks: () => flat } as never;
          await expectThrows(() => library.kmeans(flatStream, { k: 2, runtime }), pattern);
        }
        for (const iterator of [{}, { next: 5 }, { next: () => 5 }]) {
          await expectThrows(() => library.kmeans(stream(iterator), { k: 2, runtime }), pattern);
        }
      },
    },
    {
      name: 'what is transferred or resized before the promise settles is missed in words',
      where: 'everywhere',
      run: async ({ library, runtime }) => {
        const { bayesianGaussianMixture, gaussianMixture, kmeans, miniBatchKMeans, pca } = library;
        const methods: readonly ((given: Points) => Promise<unknown>)[] = [
          (given) => kmeans(given, { k: 2, runtime }),
          (given) => kmeans(given, { k: 2, metric: 'cosine', runtime }),
          (given) => miniBatchKMeans(given, { k: 2, runtime }),
          (given) => gaussianMixture(given, { k: 2, maxIter: 3, tol: 1, runtime }),
          (given) => bayesianGaussianMixture(given, { k: 2, maxIter: 3, tol: 1e3, runtime }),
          (given) => pca(given, { runtime }),
          (given) => pca(given, { solver: 'incremental', batchSize: 20, runtime }),
        ];
        const changed = {
          name: 'InvalidArgumentError',
          message: /points held \d+ numbers, and holds 0 now.*give a copy/,
        };
        for (const method of methods) {
          const { data, shape } = clouds(100, 3, 2, 1);
          const work = method({ data, shape });
          structuredClone(data.buffer, { transfer: [data.buffer] });
          await expectThrows(() => work, changed);
        }
      },
    },
    {
      name: 'JSON that is no model',
      run: async (context) => {
        const { KMeansModel } = context.library;
        const json = (await fitted(context)).toJSON();
        const withHole = [...json.centred];
        // eslint-disable-next-line @typescript-eslint/no-array-delete
        delete withHole[1];
        const wrong: readonly (readonly [unknown, RegExp])[] = [
          [null, /got null.*KMeansModel/],
          ['{}', /JSON\.parse/],
          [{}, /'format'/],
          [{ ...json, format: 'other' }, /'format'.*webgpu-clustering\/kmeans/],
          [{ ...json, version: 2 }, /'version' must be 1/],
          [{ ...json, metric: 'manhattan' }, /'metric'/],
          [{ ...json, shape: [2] }, /'shape'/],
          [{ ...json, shape: [3, 2] }, /'counts' must be 3 finite/],
          [{ ...json, centred: withHole }, /'centred' must be \d+ finite float32/],
          [{ ...json, shape: [2 ** 40, 2] }, /'counts' must be 1099511627776 finite/],
          [{ ...json, shape: [2, 2 ** 40] }, /'shift' must be 1099511627776 finite/],
          [{ ...json, shift: [0] }, /'shift' must be 2 finite/],
          [{ ...json, centred: [1, 2, 3, null] }, /'centred'/],
          [{ ...json, labels: undefined }, /'labels'/],
          [{ ...json, labels: [0, 2, 1] }, /'labels'/],
          [{ ...json, labels: [0, -1, 1] }, /'labels'/],
          [{ ...json, labels: [0, 0.5, 1] }, /'labels'/],
          [{ ...json, counts: [1, 1] }, /'counts' must be the rows of each label/],
          [{ ...json, counts: [3] }, /'counts'/],
          [{ ...json, inertia: '1' }, /'inertia'/],
          [{ ...json, iterations: 0 }, /'iterations'/],
          [{ ...json, converged: 1 }, /'converged'/],
          [{ ...json, history: [Number.NaN] }, /'history'/],
          [{ ...json, engine: 3 }, /'engine'/],
          [JSON.parse('{ "__proto__": { "format": "webgpu-clustering/kmeans" } }'), /'format'/],
        ];
        for (const [given, message] of wrong) {
          await expectThrows(() => KMeansModel.fromJSON(given), {
            name: 'InvalidArgumentError',
            message,
          });
        }
        expectEqual(KMeansModel.fromJSON(json).toJSON(), json, 'JSON');
      },
    },
  ],
};
