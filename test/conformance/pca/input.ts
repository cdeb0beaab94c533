/** What PCA refuses, and what it says. */
import type { PcaModel, PcaOptions, Points } from '../../../src/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectThat, expectThrows } from '../expect.js';
import { on, stretched } from './support.js';

const points = stretched(20, 4, 1);

/** What is given, in words; a call that must be refused; the error's name; what its message holds. */
type Refused = readonly [
  what: string,
  call: (context: ConformanceContext, model: PcaModel) => Promise<unknown>,
  name: string,
  ...parts: string[],
];

const fit =
  (options: unknown, rows: unknown = points) =>
  (context: ConformanceContext) =>
    context.library.pca(rows as Points, { ...(options as PcaOptions), ...on(context) });

async function* none(): AsyncGenerator<Points> {
  await Promise.resolve();
  yield* [];
}

async function* batches(...parts: Points[]): AsyncGenerator<Points> {
  await Promise.resolve();
  yield* parts;
}

const INVALID = 'InvalidArgumentError';

const REFUSED: readonly Refused[] = [
  [
    'no components',
    fit({ nComponents: 0 }),
    INVALID,
    'nComponents is 0',
    '>= 1',
    'fraction',
    'all',
  ],
  ['one and a half components', fit({ nComponents: 1.5 }), INVALID, 'nComponents is 1.5'],
  ['a negative fraction', fit({ nComponents: -0.5 }), INVALID, 'nComponents is -0.5'],
  ['components by a wrong name', fit({ nComponents: 'most' }), INVALID, "'most'", "'all'"],
  [
    'more components than columns',
    fit({ nComponents: 5 }),
    INVALID,
    '5',
    '20 x 4',
    'min(n, d) = 4',
  ],
  [
    'more components than rows',
    fit({ nComponents: 4 }, stretched(3, 6, 1)),
    INVALID,
    'nComponents is 4',
    '3 x 6',
    'min(n, d) = 3',
  ],
  [
    'more components than the batches had rows',
    fit({ nComponents: 4 }, batches(stretched(2, 6, 1), stretched(1, 6, 2))),
    INVALID,
    'nComponents is 4',
    '3 x 6',
  ],
  ['an unknown solver', fit({ solver: 'svd' }), INVALID, "'svd'", "'covariance'", "'deflation'"],
  ['an unknown option', fit({ components: 2 }), INVALID, "no option 'components'", 'nComponents'],
  ['a seed of 0.5', fit({ seed: 0.5 }), INVALID, 'seed is 0.5'],
  ['whiten as a number', fit({ whiten: 1 }), INVALID, 'whiten is 1', 'true or false'],
  ['batches of no rows', fit({ solver: 'incremental', batchSize: 0 }), INVALID, 'batchSize is 0'],
  ['a negative tolerance', fit({ solver: 'deflation', tol: -1 }), INVALID, 'tol is -1'],
  [
    'a fraction of the randomized solver',
    fit({ solver: 'randomized', nComponents: 0.9 }),
    INVALID,
    'nComponents is 0.9',
    'covariance',
  ],
  [
    'a fraction of batches',
    fit({ nComponents: 0.9 }, batches(points)),
    INVALID,
    'nComponents is 0.9',
    'covariance',
  ],
  [
    'batches of another solver',
    fit({ solver: 'deflation' }, batches(points)),
    INVALID,
    'batches',
    "'incremental'",
  ],
  ['no batches', fit({}, none()), 'ShapeError', 'no batches'],
  [
    'batches of different widths',
    fit({}, batches(points, stretched(5, 3, 1))),
    'ShapeError',
    'batch 1',
    '3 columns',
    '4 are needed',
  ],
  ['one row', fit({}, [[1, 2, 3]]), 'ShapeError', '1 row', '2 rows'],
  ['no rows', fit({}, []), 'ShapeError', 'empty'],
  ['no points', fit({}, null), INVALID, 'points is null', 'shape: [rows, columns]'],
  [
    'a NaN',
    fit({}, [
      [1, 2],
      [3, Number.NaN],
    ]),
    'NonFiniteError',
    'row 1, column 1',
  ],
  [
    'points of another width',
    (context, model) => model.transform(stretched(5, 3, 1), on(context)),
    'ShapeError',
    'points has 3 columns',
    '4 are needed',
  ],
  [
    'scores of another width',
    (context, model) => model.inverseTransform(points, on(context)),
    'ShapeError',
    'scores has 4 columns',
    '2 are needed',
  ],
  [
    'an infinity to transform',
    (context, model) => model.transform([[1, 2, Number.POSITIVE_INFINITY, 4]], on(context)),
    'NonFiniteError',
    'row 0, column 2',
  ],
  [
    'reconstruction from more components than there are',
    (context, model) => model.reconstruct(points, 3, on(context)),
    INVALID,
    'count is 3',
    'from 1 to 2',
  ],
  [
    'rows whose scores leave float32',
    (context, model) =>
      model.transform(
        [
          [3e38, -3e38, 3e38, -3e38].map(
            (v, j) => (model.components.data[j] < 0 ? -1 : 1) * Math.abs(v),
          ),
        ],
        on(context),
      ),
    INVALID,
    'transform: row 0',
    '3.4e38',
    'scale',
  ],
  [
    'another width to fit on',
    (context, model) => model.partialFit(stretched(5, 3, 1), on(context)),
    'ShapeError',
    '3 columns',
  ],
  [
    'a result on no device',
    (_, model) => model.transform(points, { output: 'gpu' } as never),
    INVALID,
    'runtime is undefined',
    'createRuntime',
  ],
  [
    'a result on the device of the CPU',
    (_, model) => model.transform(points, { output: 'gpu', runtime: 'cpu' } as never),
    INVALID,
    'runtime is cpu',
  ],
  [
    'the density of points that fill no volume',
    async (context) => {
      const flat = {
        data: points.data.map((v, at) => (at % 4 === 3 ? 0 : v)),
        shape: [20, 4] as const,
      };
      return (await fit({}, flat)(context)).score(flat, on(context));
    },
    INVALID,
    'no variance',
    'fewer components',
  ],
];

const refusedCase = ([what, call, name, ...parts]: Refused): Case => ({
  name: `refused: ${what}`,
  run: async (context) => {
    const model = await fit({ nComponents: 2 })(context);
    const { message } = await expectThrows(() => call(context, model), { name });
    for (const part of parts) {
      expectThat(message.includes(part), `'${message}' does not say '${part}'.`);
    }
  },
});

export const pcaInput: Suite = {
  name: 'pca input',
  // The host refuses, before a device has anything to do.
  where: 'each runtime',
  cases: [
    ...firstEverywhere(REFUSED.map(refusedCase)),
    {
      name: 'refused: JSON of anything else, or with a part missing or wrong',
      run: async (context) => {
        const { PcaModel } = context.library;
        const json = (await fit({ nComponents: 2 })(context)).toJSON();
        const wrong: readonly (readonly [unknown, RegExp])[] = [
          [null, /null.*PcaModel\.toJSON/],
          ['{}', /JSON\.parse.*PcaModel\.toJSON/],
          [{ ...json, format: 'webgpu-clustering/kmeans' }, /'format'.*pca/],
          [{ ...json, version: 2 }, /'version' must be 1/],
          [{ ...json, shape: [2] }, /'shape'/],
          [{ ...json, mean: [1, 2, 3] }, /'mean' must be 4 finite numbers/],
          [{ ...json, components: json.components.slice(1) }, /'components' must be 8/],
          [{ ...json, explainedVariance: [1, Number.NaN] }, /'explainedVariance'/],
          [{ ...json, variances: undefined }, /'variances'/],
          [{ ...json, rows: 0 }, /'rows'/],
          [{ ...json, whiten: 'no' }, /'whiten' must be true or false/],
          [{ ...json, solver: 'svd' }, /'solver' must be "covariance"/],
          [{ ...json, engine: 1 }, /'engine'/],
        ];
        for (const [value, message] of wrong) {
          await expectThrows(() => PcaModel.fromJSON(value), { name: INVALID, message });
        }
      },
    },
  ],
};
