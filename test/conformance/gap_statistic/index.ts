/** The gap statistic beside R's clusGap and maxSE. */
import type { GapProgress, GapRule, GpuMatrix } from '../../../src/index.js';
import { type DatasetName, loadDataset } from '../../golden/index.js';
import type { ConformanceContext, Suite } from '../case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from '../expect.js';
import { onOwnDevice } from '../kmeans/device.js';
import { blobs, clouds } from '../kmeans/support.js';

/** A curve, and the k that R's maxSE gives for it: by rule, then by factor. */
interface Curve {
  readonly gaps: readonly number[];
  readonly standardErrors: readonly number[];
  readonly choices: readonly number[];
}

interface GapCase extends Curve {
  readonly dataset: 'iris' | 'faithful' | 'noise';
  readonly reference: 'uniform' | 'pca';
  readonly power: number;
  readonly references: number;
  readonly logW: readonly number[];
  readonly expectedLogW: readonly number[];
}

interface GapGolden {
  readonly rules: readonly GapRule[];
  readonly factors: readonly number[];
  /** Uniform rows in two columns. */
  readonly noise: readonly number[];
  readonly cases: readonly GapCase[];
  readonly curves: readonly Curve[];
}

async function golden({ readFile }: ConformanceContext): Promise<GapGolden> {
  return JSON.parse(new TextDecoder().decode(await readFile('golden/gap.json'))) as GapGolden;
}

async function rowsOf({ readFile }: ConformanceContext, { noise }: GapGolden, name: string) {
  if (name === 'noise') return { data: Float64Array.from(noise), shape: [noise.length / 2, 2] };
  return loadDataset((file) => readFile(`golden/${file}`), name as DatasetName);
}

/** What Lloyd's runs may leave above the least log W, which R finds by Hartigan and Wong's: 20 of them. */
const LOCAL = 0.01;

/** One of R's tables. */
async function asR(
  context: ConformanceContext,
  values: GapGolden,
  { dataset, reference, ...expected }: GapCase,
): Promise<void> {
  const { library, runtime } = context;
  const [kMax, references, nInit] = [4, 12, 10];
  const rows = await rowsOf(context, values, dataset);
  const options = { kMax, references, reference, nInit, runtime };
  const result = await library.gapStatistic(rows, options);
  const of = `of ${dataset}, ${reference}`;
  expectClose(result.logW, expected.logW.slice(0, kMax), {
    absolute: LOCAL,
    because: 'both find the optimum, or nearly',
    what: `logW ${of}`,
  });
  for (let at = 0; at < kMax; at++) {
    const error = expected.standardErrors[at];
    const because = 'both are means over sets drawn at random';
    const what = `${of}, k ${at + 1}`;
    expectClose(result.gaps[at], expected.gaps[at], {
      absolute: error,
      because,
      what: `gap ${what}`,
    });
    // The error of a standard deviation is about 1 / sqrt(2 B) of it.
    expectClose(result.standardErrors[at], error, {
      relative: 3 / Math.sqrt(2 * references),
      because,
      what: `standard error ${what}`,
    });
  }
  expectEqual(
    result.k,
    library.maxSE(result.gaps, result.standardErrors, 'firstSEmax', 1),
    'k by the default rule',
  );
}

/** Rows cut at the quartiles of the first column: k groups of whole quarters. */
const cut = (
  { data, shape: [n, d] }: { data: ArrayLike<number>; shape: readonly number[] },
  k: number,
) => {
  const first = Array.from({ length: n }, (_, i) => data[i * d]);
  const sorted = [...first].sort((a, b) => a - b);
  return first.map((value) => Math.min(k - 1, Math.floor((k * sorted.indexOf(value)) / n)));
};

/** log W by the definition: half the sum over clusters of the pairs' distances, by the cluster's size. */
function logWithin(
  data: ArrayLike<number>,
  [n, d]: readonly number[],
  labels: number[],
  power: number,
) {
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      if (labels[i] !== labels[j]) continue;
      let squared = 0;
      for (let c = 0; c < d; c++) squared += (data[i * d + c] - data[j * d + c]) ** 2;
      total += squared ** (power / 2) / labels.filter((label) => label === labels[i]).length;
    }
  }
  return Math.log(total / 2);
}

const points = blobs(90, 3, 3, 4);

export const gapStatisticSuite: Suite = {
  name: 'gap statistic',
  cases: [
    {
      name: "gaps as R's clusGap, within their standard error",
      // Sets so small are clustered on the host.
      where: 'once',
      run: async (context) => {
        const values = await golden(context);
        const tables = values.cases.filter(({ power }) => power === 2);
        expectEqual(tables.length, 6, 'tables of iris, faithful and noise');
        for (const table of tables) await asR(context, values, table);
      },
    },
    {
      name: "maxSE is R's, on its own gaps and on other curves",
      where: 'once',
      run: async (context) => {
        const { rules, factors, cases, curves } = await golden(context);
        for (const { gaps, standardErrors, choices } of [...cases, ...curves]) {
          const chosen = rules.flatMap((rule) =>
            factors.map((factor) => context.library.maxSE(gaps, standardErrors, rule, factor)),
          );
          expectEqual(chosen, [...choices], JSON.stringify({ gaps, standardErrors }));
        }
      },
    },
    {
      name: "d.power 1 as R's",
      where: 'everywhere',
      run: async (context) => {
        const { library, runtime } = context;
        const values = await golden(context);
        const expected = values.cases.find(({ power }) => power === 1)!;
        const iris = await rowsOf(context, values, 'iris');
        const kMax = 2;
        const options = { kMax, references: 1, power: 1, nInit: 1, runtime } as const;
        const { logW, expectedLogW } = await library.gapStatistic(iris, {
          ...options,
          reference: 'pca',
        });
        expectClose(logW, expected.logW.slice(0, kMax), {
          absolute: 1e-9,
          because: 'the same clusters, distances in float64',
        });
        expectClose(expectedLogW, expected.expectedLogW.slice(0, kMax), {
          absolute: 0.1,
          because: 'one reference set; their standard deviation is below 0.03',
        });
      },
    },
    {
      name: 'a function that calls K-means finds what K-means finds',
      where: 'each runtime',
      run: async ({ library, runtime, gpu }) => {
        const common = { kMax: 3, references: 2, nInit: 2, seed: 5, runtime } as const;
        for (const reference of gpu ? (['pca'] as const) : (['uniform', 'pca'] as const)) {
          const own = await library.gapStatistic(points, { ...common, reference });
          const given = await library.gapStatistic(points, {
            ...common,
            reference,
            cluster: (rows, k) => library.kmeans(rows, { k, nInit: 2, seed: 5, runtime }),
          });
          const rounding = {
            absolute: 2e-6,
            because: 'the same rows and starts, turned and moved: distances differ by roundings',
          };
          expectClose(given.logW, own.logW, { ...rounding, what: `${reference}: logW` });
          expectClose(given.expectedLogW, own.expectedLogW, { ...rounding, what: reference });
          expectEqual(given.k, own.k, 'k');
          const model = await library.kmeans(points, { k: 2, nInit: 2, seed: 5, runtime });
          expectClose(own.logW[1], Math.log(model.inertia / 2), {
            absolute: 1e-6,
            because: 'the same fit',
          });
        }
      },
    },
    {
      name: 'a function gives labels, and W is that of the definition',
      where: 'once',
      run: async ({ library }) => {
        const few = clouds(40, 2, 1, 8);
        for (const power of [1, 2, 3]) {
          const seen: number[][] = [];
          const { logW, expectedLogW, engine } = await library.gapStatistic(few, {
            kMax: 4,
            references: 1,
            power,
            cluster: (rows, k) => {
              seen.push([k, ...rows.shape]);
              return cut(rows, k);
            },
          });
          const expected = [1, 2, 3, 4].map((k) =>
            logWithin(few.data, few.shape, k === 1 ? cut(few, 1) : cut(few, k), power),
          );
          expectClose(logW, expected, {
            absolute: 1e-9,
            because: 'float64',
            what: `power ${power}`,
          });
          expectThat(expectedLogW[0] > expectedLogW[3], 'more clusters lie less apart');
          expectEqual(engine, 'a function');
          expectEqual(seen.length, 6, 'calls, none for k = 1');
          expectThat(
            seen.every(([k, n, d]) => k > 1 && n === 40 && d === 2),
            'calls',
          );
        }
      },
    },
    {
      name: 'is reproducible, tells its progress, leaves its input, and goes through JSON',
      where: 'each runtime',
      run: async ({ library, runtime }) => {
        const before = points.data.slice();
        const told: GapProgress[] = [];
        const options = { kMax: 2, references: 3, nInit: 1, seed: 9, runtime } as const;
        const result = await library.gapStatistic(points, {
          ...options,
          onIteration: (progress) => told.push(progress),
        });
        expectEqual(points.data, before, 'points');
        expectEqual(
          told.map(({ done, total }) => [done, total]),
          [1, 2, 3, 4, 5, 6, 7, 8].map((done) => [done, 8]),
        );
        for (const set of [0, 1, 2, 3]) {
          expectEqual(
            told.filter((one) => one.set === set).map(({ k }) => k),
            [1, 2],
            `set ${set}`,
          );
        }
        const again = await library.gapStatistic(points, options);
        expectEqual(again.toJSON(), result.toJSON(), 'again');
        const other = await library.gapStatistic(points, { ...options, seed: 10 });
        expectThat(other.expectedLogW[0] !== result.expectedLogW[0], 'another seed');
        expectThat(Object.isFrozen(result), 'frozen');
        const json: unknown = JSON.parse(JSON.stringify(result));
        expectEqual(library.GapStatistic.fromJSON(json).toJSON(), result.toJSON(), 'JSON');
        expectThat(result.gaps instanceof Float64Array, 'typed');
        // One reference set says nothing of their spread.
        const single = await library.gapStatistic(points, { ...options, references: 1 });
        expectEqual([...single.standardErrors], [0, 0]);
      },
    },
    {
      name: 'bad input is refused with the value, the rule and the remedy',
      where: 'each runtime',
      run: async ({ library, runtime }) => {
        const refused = (given: object, message: RegExp, rows: object = points) =>
          expectThrows(() => library.gapStatistic(rows as typeof points, { runtime, ...given }), {
            name: 'InvalidArgumentError',
            code: 'invalid-argument',
            message,
          });
        await refused({ kMax: 90 }, /kMax is 90, but points has only 90 rows; .* from 1 to 89/);
        await refused({ kMax: 0 }, /kMax is 0; it must be a whole number >= 1/);
        await refused({ references: 0 }, /references is 0; it must be a whole number >= 1/);
        await refused({ rule: 'best' }, /rule is 'best'; it must be 'firstSEmax' or/);
        await refused(
          { reference: 'normal' },
          /reference is 'normal'; it must be 'uniform' or 'pca'/,
        );
        await refused({ seFactor: -1 }, /seFactor is -1; it must be a finite number >= 0/);
        await refused({ power: 0 }, /power is 0; it must be a finite number above 0/);
        await refused({ kmax: 3 }, /there is no option 'kmax'/);
        const twice = { data: [1, 2, 1, 2, 1, 2, 3], shape: [7, 1] };
        await refused(
          { kMax: 3 },
          /kMax is 3, but points has only 3 distinct rows; .* from 1 to 2/,
          twice,
        );
        await refused({}, /only 1 distinct row, which .* at least 2/, {
          data: [4, 4, 4],
          shape: [3, 1],
        });
        await refused({}, /only 1 row, which .* at least 2/, { data: [4], shape: [1, 1] });
        for (const [labels, shown] of [
          [[0, 1], /cluster gave an array of 2; it must give 90 whole numbers/],
          [undefined, /cluster gave undefined/],
          [new Array(90).fill('a'), /cluster gave an array of 90/],
          [points.data.map((_, i) => i).slice(0, 90), /only equal rows together/],
        ] as const) {
          await refused({ kMax: 2, cluster: () => labels }, shown);
        }
        const curves = { name: 'InvalidArgumentError' };
        await expectThrows(() => library.maxSE([1, 2], [0]), curves);
        await expectThrows(() => library.maxSE([], []), curves);
        await expectThrows(() => library.maxSE([1, NaN], [0, 0]), curves);
        await expectThrows(() => library.maxSE([1, 2], [0, -1]), curves);
        await expectThrows(() => library.maxSE([1], [0], 'best' as GapRule), curves);
        const stop = new AbortController();
        const reason = new Error('enough');
        await expectThrows(
          () =>
            library.gapStatistic(points, {
              kMax: 3,
              references: 2,
              nInit: 1,
              runtime,
              signal: stop.signal,
              onIteration: () => {
                stop.abort(reason);
              },
            }),
          { message: /enough/ },
        );
      },
    },
    {
      name: 'sets of some size are clustered on the device, as on the host; so are rows beside one of 1e30',
      needsGpu: true,
      run: async ({ library, runtime }) => {
        const { data, shape } = blobs(2100, 32, 2, 3);
        const far = data.slice();
        far[7] = 1e30;
        for (const rows of [data, far]) {
          const options = { kMax: 2, references: 1, nInit: 1, seed: 4 } as const;
          const found = await library.gapStatistic({ data: rows, shape }, { ...options, runtime });
          const twin = await library.gapStatistic(
            { data: rows, shape },
            { ...options, runtime: 'cpu' },
          );
          expectThat(found.engine !== 'cpu', found.engine);
          // Beside the far row the others' costs are rounded alike.
          const float32 = {
            absolute: 256 * 2 ** -24,
            because: 'runs of 256 are summed in float32',
          };
          expectClose(found.logW, twin.logW, { ...float32, what: 'logW' });
          expectClose(found.expectedLogW, twin.expectedLogW, float32);
        }
      },
    },
    {
      name: 'is cancelled while a function given hangs',
      where: 'once',
      run: async ({ library }) => {
        const stop = new AbortController();
        const cluster = () => {
          stop.abort(new Error('enough'));
          return new Promise<never>(() => undefined);
        };
        const run = () =>
          library.gapStatistic(points, { kMax: 2, references: 1, cluster, signal: stop.signal });
        await expectThrows(run, { message: /enough/ });
      },
    },
    onOwnDevice('rows on the device give what rows on the host give', async ({ library }, own) => {
      const { runtime, upload } = own;
      const options = { kMax: 2, references: 1, nInit: 1, runtime, reference: 'pca' } as const;
      const matrix: GpuMatrix = upload(points);
      const held = await library.gapStatistic(matrix, options);
      expectEqual(held.toJSON(), (await library.gapStatistic(points, options)).toJSON());
    }),
  ],
};
