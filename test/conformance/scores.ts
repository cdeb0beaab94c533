/** Scores of labels, alone and with the rows. */
import type { Labels, Points, PointStream, Runtime } from '../../src/index.js';
import { loadScores, type NdArray } from '../golden/index.js';
import type { Case, ConformanceContext, Suite } from './case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from './expect.js';
import { onOwnDevice } from './kmeans/device.js';
import { smallRuntime, streamed } from './kmeans/stream_support.js';
import { clouds } from './kmeans/support.js';

const readGolden = ({ readFile }: ConformanceContext) =>
  loadScores((file) => readFile(`golden/${file}`));

const ROUNDED = 'rows and their distances are float32';
const EXACT = 'float64 on both sides';

const labelScores: Case = {
  name: "scores of labels are scikit-learn's, by numbers and by names",
  where: 'once',
  async run(context) {
    const { library } = context;
    for (const { name, truth, labels, ...expected } of (await readGolden(context)).labels) {
      const named = Array.from(labels.data, (label) => `cluster ${label}`);
      for (const [how, given] of [
        ['numbers', Int32Array.from(labels.data)],
        ['names', named],
      ] as const) {
        const both = [Array.from(truth.data), given] as const;
        const actual = {
          adjustedRandIndex: library.adjustedRandIndex(...both),
          arithmetic: library.normalizedMutualInformation(...both),
          geometric: library.normalizedMutualInformation(...both, { average: 'geometric' }),
          clusteringAccuracy: library.clusteringAccuracy(...both),
          purity: library.purity(...both),
        };
        for (const [score, value] of Object.entries(actual)) {
          expectClose(value, expected[score as keyof typeof expected], {
            absolute: 1e-12,
            because: EXACT,
            what: `${name}, ${how}: ${score}`,
          });
        }
      }
    }
  },
};

const rowsOf = ({ data, shape }: NdArray<Float64Array | Uint8Array>) => ({
  data: data.slice(),
  shape,
});

const pointScores: Case = {
  name: "scores of rows are scikit-learn's to 1e-6",
  where: 'everywhere',
  async run(context) {
    const { library, runtime } = context;
    for (const { name, points, labels, ...expected } of (await readGolden(context)).points) {
      const given = [rowsOf(points), labels.data] as const;
      const actual = {
        silhouette: await library.silhouette(...given, { runtime }),
        silhouetteCosine: await library.silhouette(...given, { metric: 'cosine', runtime }),
        daviesBouldin: await library.daviesBouldin(...given, { runtime }),
        calinskiHarabasz: await library.calinskiHarabasz(...given, { runtime }),
      };
      for (const [score, value] of Object.entries(actual)) {
        const due = expected[score as keyof typeof expected];
        const what = `${name}: ${score}`;
        expectClose(value, due, {
          ...(score.startsWith('silhouette') ? { absolute: 1e-6 } : { relative: 1e-6 }),
          because: ROUNDED,
          what,
        });
      }
      expectEqual(given[0].data, points.data, `${name}: the rows afterwards`);
    }
  },
};

/** In chunks of 1,024 rows on the small device, with runs of all lengths. */
const points = clouds(1300, 5, 1, 9);
const labels = Int32Array.from({ length: 1300 }, (_, i) => ((i * i) % 11) - 3);

const allScores = async (
  { library }: ConformanceContext,
  given: Points | PointStream,
  runtime: Runtime | 'cpu' | undefined,
  of: Labels = labels,
) => [
  await library.silhouette(given, of, { runtime }),
  await library.silhouette(given, of, { runtime, metric: 'cosine', sampleSize: 300, seed: 4 }),
  await library.daviesBouldin(given, of, { runtime }),
];

const everyForm: Case = {
  name: 'rows in memory, as streams, as arrays of rows and in small chunks have one score',
  where: 'each runtime',
  async run(context) {
    const { runtime } = context;
    const [n, d] = points.shape;
    const expected = await allScores(context, points, 'cpu');
    const arrays = Array.from({ length: n }, (_, i) => points.data.subarray(i * d, (i + 1) * d));
    for (const [what, given, where] of [
      ['in memory', points, runtime],
      ['arrays of rows', arrays, runtime],
      ['in small chunks', points, await smallRuntime(context)],
      ['a stream', streamed(points), await smallRuntime(context)],
    ] as const) {
      const tolerance = { relative: 1e-6, because: ROUNDED, what };
      expectClose(await allScores(context, given, where), expected, tolerance);
    }
    const again = await allScores(context, points, runtime);
    expectEqual(again, await allScores(context, points, runtime), 'the same bits each time');
  },
};

const onDevice = onOwnDevice(
  'rows that lie on the device have the bits of those in memory',
  async (context, { runtime, upload }) => {
    const resident = await allScores(context, upload(points), runtime);
    expectEqual(resident, await allScores(context, points, runtime), 'scores');
  },
);

const sampling: Case = {
  name: 'a sample estimates the silhouette of all rows; one of all rows is that',
  async run({ library, runtime }) {
    const { data, shape } = clouds(1200, 3, 4, 2);
    const of = Array.from({ length: 1200 }, (_, i) => i % 4);
    const score = (options: { sampleSize?: number; seed?: number }) =>
      library.silhouette({ data, shape }, of, { runtime, ...options });
    const whole = await score({});
    expectEqual(await score({ sampleSize: 1200, seed: 3 }), whole, 'all rows');
    expectEqual(await score({ sampleSize: 5000 }), whole, 'more than all rows');
    const seeds = [1, 2, 3];
    const estimates = await Promise.all(seeds.map((seed) => score({ sampleSize: 400, seed })));
    expectThat(new Set(estimates).size === 3, 'seeds give samples of their own');
    for (const estimate of estimates) {
      // A silhouette varies by less than 0.5 over rows: 400 of them, by 0.02 in the mean.
      expectClose(estimate, whole, { absolute: 0.08, because: 'three standard errors' });
    }
    expectEqual(await score({ sampleSize: 400, seed: 2 }), estimates[1], 'the same seed');
  },
};

const scale: Case = {
  name: 'scores are those of any units, also far from 1 and from 0',
  async run(context) {
    const { runtime } = context;
    const expected = await allScores(context, points, runtime);
    for (const factor of [2 ** 60, 2 ** -60]) {
      const data = points.data.map((value) => value * factor);
      const actual = await allScores(context, { data, shape: points.shape }, runtime);
      expectClose(actual, expected, { relative: 1e-6, because: ROUNDED, what: `x ${factor}` });
    }
    const data = Float64Array.from(points.data, (value) => value + 1.7e9);
    const [silhouette, , daviesBouldin] = await allScores(
      context,
      { data, shape: points.shape },
      runtime,
    );
    const [due, , rest] = expected;
    const because = `${ROUNDED}, and 1.7e9 leaves float64 seven digits`;
    expectClose([silhouette, daviesBouldin], [due, rest], { relative: 2e-6, because });
  },
};

const FOUR = [
  [0, 1],
  [0, 2],
  [5, 1],
  [6, 1],
];

/** What is wrong, the call, the name of the error, and what its message must say. */
type Refused = readonly [
  what: string,
  call: (library: ConformanceContext['library']) => unknown,
  name: string,
  ...parts: string[],
];

const REFUSED: readonly Refused[] = [
  [
    'different lengths',
    (library) => library.adjustedRandIndex([0, 1], [0, 1, 1]),
    'InvalidArgumentError',
    'labels has 3 entries',
    'truth has 2',
  ],
  ['no labels', (library) => library.purity([], []), 'InvalidArgumentError', 'truth is empty'],
  [
    'NaN',
    (library) => library.clusteringAccuracy([0, Number.NaN], [0, 1]),
    'InvalidArgumentError',
    'truth[1] is NaN',
    'whole numbers',
  ],
  [
    'fractions',
    (library) => library.purity([0, 1], [0, 0.5]),
    'InvalidArgumentError',
    'labels[1] is 0.5',
  ],
  [
    'numbers among names',
    (library) => library.purity(['a', 1] as unknown as string[], [0, 1]),
    'InvalidArgumentError',
    "truth[1] is 1, but truth[0] is 'a'",
  ],
  [
    'a string for labels',
    (library) => library.purity('ab', [0, 1]),
    'InvalidArgumentError',
    "truth is 'ab'",
  ],
  [
    'another mean',
    (library) =>
      library.normalizedMutualInformation([0, 1], [0, 1], { average: 'max' as 'geometric' }),
    'InvalidArgumentError',
    "average is 'max'",
    'arithmetic',
  ],
  [
    'too many pairs to match',
    (library) => {
      const many = Array.from({ length: 5000 }, (_, i) => i);
      return library.clusteringAccuracy(many, many);
    },
    'InvalidArgumentError',
    '5000 classes',
    '16777216',
  ],
  [
    'one label too few',
    (library) => library.silhouette(FOUR, [0, 0, 1]),
    'InvalidArgumentError',
    'labels has 3 entries for 4 rows',
  ],
  [
    'one cluster',
    (library) => library.silhouette(FOUR, [1, 1, 1, 1]),
    'InvalidArgumentError',
    'labels names 1 cluster of 4 rows',
    'scikit-learn',
  ],
  [
    'as many clusters as rows',
    (library) => library.daviesBouldin(FOUR, ['a', 'b', 'c', 'd']),
    'InvalidArgumentError',
    'labels names 4 clusters of 4 rows',
    'daviesBouldin',
  ],
  [
    'a row of zeros without direction',
    (library) => library.silhouette([[0, 0], ...FOUR], [0, 0, 1, 1, 1], { metric: 'cosine' }),
    'InvalidArgumentError',
    'row 0 is all zeros',
  ],
  [
    'NaN among the rows',
    (library) => library.calinskiHarabasz([...FOUR, [Number.NaN, 1]], [0, 0, 1, 1, 1]),
    'NonFiniteError',
    'row 4, column 0',
  ],
  [
    'an empty sample',
    (library) => library.silhouette(FOUR, [0, 0, 1, 1], { sampleSize: 0 }),
    'InvalidArgumentError',
    'sampleSize is 0',
  ],
  [
    'an unknown option',
    (library) => library.daviesBouldin(FOUR, [0, 0, 1, 1], { metric: 'cosine' } as object),
    'InvalidArgumentError',
    "no option 'metric'",
  ],
];

const refusals: Case = {
  name: 'refused, with the value, the rule and the remedy',
  where: 'each runtime',
  async run({ library }) {
    for (const [what, call, name, ...parts] of REFUSED) {
      const { message } = await expectThrows(() => call(library), { name });
      for (const part of parts) {
        expectThat(message.includes(part), `${what}: no '${part}' in: ${message}`);
      }
    }
  },
};

const aborted: Case = {
  name: 'an aborted score rejects with the reason, before and while it runs',
  where: 'each runtime',
  async run({ library, runtime }) {
    const cancel = new AbortController();
    const running = [
      library.silhouette(points, labels, { runtime, signal: cancel.signal }),
      library.daviesBouldin(points, labels, { runtime, signal: cancel.signal }),
    ];
    cancel.abort(new Error('enough'));
    for (const one of running) await expectThrows(() => one, { message: /^enough$/ });
    await expectThrows(
      () => library.calinskiHarabasz(points, labels, { runtime, signal: cancel.signal }),
      { message: /^enough$/ },
    );
  },
};

export const scores: Suite = {
  name: 'scores',
  cases: [labelScores, pointScores, everyForm, onDevice, sampling, scale, refusals, aborted],
};
