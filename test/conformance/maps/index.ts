/** Self-organizing maps. */
import type {
  Centroids,
  SelfOrganizingMapModel,
  SelfOrganizingMapOptions,
  SelfOrganizingMapProgress,
} from '../../../src/index.js';
import { loadDataset, loadMaps, type MapCase, type MapGolden } from '../../golden/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat, expectThrows } from '../expect.js';
import { clouds, head, spread } from '../kmeans/support.js';
import { streamed } from '../kmeans/stream_support.js';

/** The cases of som.json: a suite must name its cases before any file is read. */
const KOHONEN = [
  'iris hexagonal',
  'faithful torus',
  'wine hexagonal bubble',
  'wine rectangular',
  'digits rectangular',
];
const FORMULAS = [
  'batch gaussian torus',
  'batch bubble',
  'batch hat',
  'batch weighted',
  'online gaussian',
  'online bubble',
  'online hat',
];

async function goldenCase<Group extends keyof MapGolden>(
  { readFile }: ConformanceContext,
  group: Group,
  names: readonly string[],
  name: string,
) {
  const read = (file: string) => readFile(`golden/${file}`);
  const cases: readonly MapGolden[Group][number][] = (await loadMaps(read))[group];
  expectEqual(
    cases.map((one) => one.name),
    [...names],
    'cases',
  );
  const expected = cases.find((one) => one.name === name)!;
  const points = await loadDataset(read, expected.dataset, expected.rows);
  const { shape, neighbourhood, radius, epochs } = expected;
  const init = { data: expected.start.data, shape: [expected.start.shape[0], points.shape[1]] };
  return { expected, points, options: { ...shape, neighbourhood, radius, epochs, init } };
}

/** Beside what float64 says of the same map: `share` of the largest number. */
async function expectMap(
  { runtime }: ConformanceContext,
  model: SelfOrganizingMapModel,
  { data, shape }: { readonly data: ArrayLike<number>; readonly shape: readonly [number, number] },
  expected: MapCase,
  share: number,
): Promise<void> {
  const points = { data: Float64Array.from(data), shape };
  const largest = points.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const because = 'units are rounded to float32 in every epoch, and rows as they are held';
  const absolute = share * largest;
  expectClose(model.weights.data, expected.weights.data, { absolute, because, what: 'weights' });
  expectEqual(model.hits, expected.hits.data, 'hits');
  expectClose(await model.quantizationError(points, { runtime }), expected.quantizationError, {
    ...{ absolute, because, what: 'quantization error' },
  });
  expectClose(await model.topographicError(points, { runtime }), expected.topographicError, {
    absolute: 1e-9,
    because: 'it is a count of rows, divided',
    what: 'topographic error',
  });
  const roots = Math.sqrt(shape[1]) * absolute;
  expectClose(model.uMatrix.data, expected.uMatrix.data, {
    ...{ absolute: 2 * roots, because, what: 'U-matrix' },
  });
}

const byKohonen = (name: string): Case => ({
  name: `as R's kohonen: ${name}`,
  run: async (context) => {
    const { library, runtime } = context;
    const golden = await goldenCase(context, 'kohonen', KOHONEN, name);
    const { expected, points, options } = golden;
    const distance = options.grid === 'rectangular' ? 'maximum' : 'euclidean';
    const model = await library.selfOrganizingMap(points, { ...options, distance, runtime });
    const error = await model.quantizationError(points, { runtime });
    expectClose(error, expected.quantizationError, {
      relative: 0.02,
      because: 'two implementations of one algorithm',
      what: 'quantization error',
    });
    await expectMap(context, model, points, expected, 5e-5);
  },
});

const byFormulas = (name: string): Case => ({
  name: `as the formulas: ${name}`,
  run: async (context) => {
    const { library, runtime } = context;
    const golden = await goldenCase(context, 'formulas', FORMULAS, name);
    const { expected, points, options } = golden;
    const { mode, rate, sampleWeight } = expected;
    // A stream's rows come in their order.
    const given = mode === 'online' ? { ...streamed(points, [97]) } : points;
    const model = await library.selfOrganizingMap(given, {
      ...{ ...options, mode, rate, runtime },
      ...(sampleWeight ? { sampleWeight: sampleWeight.data } : {}),
    });
    await expectMap(context, model, points, expected, 5e-5);
  },
});

const points = clouds(400, 5, 6, 4);
const fit = (
  { library, runtime }: ConformanceContext,
  options: Partial<SelfOrganizingMapOptions> = {},
) => library.selfOrganizingMap(points, { rows: 5, columns: 4, epochs: 6, runtime, ...options });

const outcome = ({ weights, hits, history }: SelfOrganizingMapModel) => ({
  weights: weights.data,
  hits,
  history,
});

export const maps: Suite = {
  name: 'self-organizing map',
  where: 'each runtime',
  cases: [
    ...firstEverywhere(KOHONEN.map(byKohonen)),
    ...firstEverywhere(FORMULAS.map(byFormulas)),
    {
      name: 'with radius 0 every epoch is a step of kmeans',
      where: 'everywhere',
      run: async (context) => {
        const { library, runtime } = context;
        const init = head(points, 6);
        for (let epochs = 1; epochs <= 4; epochs++) {
          for (const radius of [0, 1e-6]) {
            const map = await fit(context, { rows: 2, columns: 3, init, radius, epochs });
            const options = { k: 6, init, maxIter: epochs, tol: 0, runtime };
            const kmeans = await library.kmeans(points, options);
            expectClose(map.weights.data, kmeans.centroids.data, {
              absolute: 1e-6,
              because: 'the same sums, divided in float64 here and in float32 there',
              what: `after ${epochs} steps`,
            });
            expectEqual(map.hits, kmeans.counts, `hits after ${epochs} steps`);
          }
        }
      },
    },
    {
      name: 'neighbours keep together, and the map lies among the rows; the same seed the same',
      run: async (context) => {
        const { runtime } = context;
        for (const mode of ['batch', 'online'] as const) {
          // A row at a time is slow on software drivers.
          const epochs = mode === 'batch' ? 6 : 3;
          for (const init of mode === 'batch' ? (['pca', 'random'] as const) : ['pca' as const]) {
            const model = await fit(context, { mode, init, epochs, seed: 3 });
            const again = await fit(context, { mode, init, epochs, seed: 3 });
            expectEqual(outcome(again), outcome(model), `${mode} ${init}`);
            const error = await model.quantizationError(points, { runtime });
            const alone = Math.sqrt(spread(points) / 400);
            expectThat(error < 0.6 * alone, `${mode} ${init}: ${error} beside ${alone}.`);
            const apart = await model.topographicError(points, { runtime });
            expectThat(apart < 0.4, `${mode} ${init}: topographic error ${apart}.`);
            expectEqual(
              model.hits.reduce((sum, hits) => sum + hits, 0),
              400,
              'hits',
            );
          }
        }
        const other = await fit(context, { init: 'random', seed: 4 });
        const first = await fit(context, { init: 'random', seed: 3 });
        expectThat(
          other.weights.data.some((value, at) => value !== first.weights.data[at]),
          'another seed gave the same map.',
        );
      },
    },
    {
      name: 'predict, transform, hits, component planes and JSON agree',
      run: async (context) => {
        const { library, runtime } = context;
        const model = await fit(context, { grid: 'hexagonal', torus: true, rows: 4, columns: 3 });
        const units = await model.predict(points, { runtime });
        const { data, shape } = await model.transform(points, { runtime });
        expectEqual(shape, [400, 2], 'shape of transform');
        const hits = new Uint32Array(12);
        units.forEach((unit, i) => {
          hits[unit]++;
          expectEqual(3 * data[2 * i] + data[2 * i + 1], unit, `place of row ${i}`);
        });
        expectEqual(model.hits, hits, 'hits');
        const plane = model.componentPlane(2);
        expectEqual(plane.shape, [4, 3], 'shape of a plane');
        expectSameBits(
          plane.data,
          model.weights.data.filter((_, at) => at % 5 === 2),
          'plane',
        );
        const text = JSON.stringify(model);
        const back = library.SelfOrganizingMapModel.fromJSON(JSON.parse(text));
        expectEqual(JSON.stringify(back), text, 'JSON');
        expectEqual(outcome(back), outcome(model), 'model from JSON');
        expectEqual(await back.predict(points, { runtime }), units, 'its labels');
        const json = JSON.parse(text) as Record<string, unknown>;
        for (const part of ['format', 'grid', 'torus', 'centred', 'hits', 'columns']) {
          await expectThrows(
            () => library.SelfOrganizingMapModel.fromJSON({ ...json, [part]: null }),
            { name: 'InvalidArgumentError', message: new RegExp(`'${part}'`) },
          );
        }
      },
    },
    {
      name: 'streams, weights that double rows, large offsets and tiny numbers change nothing',
      run: async (context) => {
        const model = await fit(context);
        const stream = streamed(points, [90]);
        const { library, runtime } = context;
        const options = { rows: 5, columns: 4, epochs: 6, runtime };
        expectEqual(
          outcome(await library.selfOrganizingMap(stream, options)),
          outcome(model),
          'of a stream',
        );
        const start = { init: head(points, 20), epochs: 3 };
        const sampleWeight = Float64Array.from({ length: 400 }, (_, i) => (i < 100 ? 2 : 1));
        const weighted = await fit(context, { ...start, sampleWeight });
        const doubled = {
          data: [...points.data, ...head(points, 100).data],
          shape: [500, 5],
        };
        const twice = await library.selfOrganizingMap(doubled, { ...options, ...start });
        const because = 'sums of float32 in another order';
        expectClose(weighted.weights.data, twice.weights.data, { absolute: 1e-4, because });
        for (const mode of ['batch', 'online'] as const) {
          const near = await fit(context, { ...start, mode });
          const error = await near.quantizationError(points, { runtime });
          for (const [scale, offset] of [
            [1e-25, 0],
            [1, 1e6],
          ]) {
            const moved = (values: ArrayLike<number>) =>
              Array.from(values, (value) => value * scale + offset);
            const far = await library.selfOrganizingMap(
              { data: moved(points.data), shape: points.shape },
              {
                ...{ ...options, ...start, mode },
                init: { data: moved(start.init.data), shape: [20, 5] },
              },
            );
            expectClose(
              Array.from(far.weights.data, (value) => (value - offset) / scale),
              near.weights.data,
              { absolute: 1e-3, because: 'rows are centred and scaled, and then rounded' },
            );
            const there = { data: moved(points.data), shape: points.shape };
            expectClose((await far.quantizationError(there, { runtime })) / scale, error, {
              ...{ absolute: 1e-3, because: 'as above', what: `error at ${scale}` },
            });
          }
        }
      },
    },
    {
      name: 'onIteration is told each epoch; rate and radius may be functions; cancelled in the midst',
      run: async (context) => {
        for (const mode of ['batch', 'online'] as const) {
          const told: SelfOrganizingMapProgress[] = [];
          const model = await fit(context, {
            mode,
            radius: (progress) => 3 - 2 * progress,
            rate: (progress) => 0.4 - 0.3 * progress,
            onIteration: (progress) => told.push(progress),
          });
          const line = await fit(context, { mode, radius: [3, 1], rate: [0.4, 0.1] });
          expectClose(model.weights.data, line.weights.data, {
            absolute: 1e-4,
            because: 'the two lines differ by rounding',
          });
          expectEqual(
            told.map(({ epoch, epochs }) => [epoch, epochs]),
            [1, 2, 3, 4, 5, 6].map((epoch) => [epoch, 6]),
          );
          expectEqual(
            Float64Array.from(told, ({ meanSquare }) => meanSquare),
            model.history,
          );
          expectClose(told[5].radius, 1, { absolute: 1e-12, because: 'the end of the line' });
          const same = { mode, radius: 2, rate: 0.3 };
          const reads: Promise<Centroids>[] = [];
          let late: SelfOrganizingMapProgress['weights'] | undefined;
          const long = await fit(context, {
            ...{ ...same, epochs: 3 },
            onIteration: ({ weights }) => {
              late = weights;
              reads.push(weights());
            },
          });
          const short = await fit(context, { ...same, epochs: 2 });
          const [, second, third] = await Promise.all(reads);
          expectEqual(second, short.weights, `${mode}: weights after two of three epochs`);
          expectEqual(third, long.weights, `${mode}: weights after the last`);
          await expectThrows(() => late!(), {
            ...{ name: 'InvalidArgumentError', message: /after onIteration returned/ },
          });
          const reason = new RangeError('enough');
          const controller = new AbortController();
          let rejected: unknown;
          await fit(context, {
            mode,
            signal: controller.signal,
            onIteration: () => {
              controller.abort(reason);
            },
          }).catch((error: unknown) => {
            rejected = error;
          });
          expectThat(rejected === reason, `${mode}: rejected with ${String(rejected)}.`);
        }
      },
    },
    {
      name: 'bad input',
      run: async (context) => {
        const { library, runtime } = context;
        const invalid = (message: RegExp) => ({ name: 'InvalidArgumentError', message });
        const cases = [
          [{ rows: 0 }, invalid(/rows is 0/)],
          [{ columns: 2.5 }, invalid(/columns is 2.5/)],
          [{ rows: undefined }, invalid(/rows is missing/)],
          [{ rows: 21, columns: 20 }, invalid(/420 units, but points has only 400 rows/)],
          [{ grid: 'triangular' }, invalid(/'rectangular' or 'hexagonal'/)],
          [{ grid: 'hexagonal', torus: true }, invalid(/rows is 5.*even number/)],
          [{ torus: 'yes' }, invalid(/torus/)],
          [{ grid: 'hexagonal', distance: 'maximum' }, invalid(/distance is 'maximum'/)],
          [{ radius: [1, 2] }, invalid(/radius grows, from 1 at progress 0/)],
          [{ radius: (t: number) => t }, invalid(/radius grows/)],
          [{ rate: [0.1, 0.5] }, invalid(/rate grows/)],
          [{ rate: 1.5 }, invalid(/rate is 1.5.*from 0 to 1/)],
          [{ radius: -1 }, invalid(/radius is -1/)],
          [{ radius: [1] }, invalid(/radius/)],
          [{ radius: () => Number.NaN }, invalid(/radius is NaN/)],
          [{ epochs: 0 }, invalid(/epochs is 0/)],
          [{ init: 'kmeans' }, invalid(/init/)],
          [{ init: head(points, 3) }, { name: 'ShapeError', message: /3 rows.*20 units/ }],
          [{ init: clouds(20, 4, 1, 1) }, { name: 'ShapeError', message: /init/ }],
          [{ sampleWeight: [1] }, invalid(/400 rows/)],
          [{ neighborhood: 'gaussian' }, invalid(/there is no option 'neighborhood'/)],
        ] as const;
        for (const [options, pattern] of cases) {
          await expectThrows(() => fit(context, options as never), pattern);
        }
        const nan = head(points, 50);
        nan.data[7] = Number.NaN;
        await expectThrows(() => library.selfOrganizingMap(nan, { rows: 2, columns: 2, runtime }), {
          name: 'NonFiniteError',
        });
        const onDevice = { buffer: { size: 1e6, usage: 4 }, shape: [400, 5] };
        await expectThrows(
          () =>
            library.selfOrganizingMap(onDevice as never, { rows: 2, columns: 2, mode: 'online' }),
          invalid(/on the device/),
        );
        const model = await fit(context, { rows: 1, columns: 1, epochs: 1 });
        expectEqual(await model.topographicError(points, { runtime }), 0, 'of one unit');
        expectEqual([...model.uMatrix.data], [0], 'U-matrix of one unit');
        await expectThrows(() => model.componentPlane(5), invalid(/column is 5/));
      },
    },
  ],
};
