/** Rows held as float16. */
import type { Case, Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat, expectThrows } from '../expect.js';
import { smallRuntime, streamed } from './stream_support.js';
import {
  bytesOfRows,
  clouds,
  fit,
  head,
  INERTIA,
  nearest,
  outcome,
  pick,
  type Rows,
} from './support.js';

const storage = 'float16';

/** Shapes one below, at and one above what kernels split their work by. */
const SHAPES = [
  [63, 1, 2],
  [65, 3, 8],
  [255, 4, 9],
  [256, 5, 15],
  [257, 7, 16],
  [1024, 9, 17],
  [1025, 15, 64],
  [2049, 33, 65],
] as const;

/** What a value may be off by once it is rounded to 11 bits, relative to it. */
const HALF_ROUNDING = 2 ** -11;

/**
 * How far the device may lie from the twin. Both round the very same centred rows. The division by a
 * row's length is not the same to the last bit, and a value beside a tie then rounds to the other
 * neighbour: 2^-11 away, in one row of a cluster.
 */
const TIED = {
  euclidean: { history: INERTIA.relative, centroid: () => 1e-6, distance: 1e-6 },
  cosine: {
    history: 1e-5,
    centroid: (counts: Uint32Array) => HALF_ROUNDING / Math.min(...counts),
    distance: HALF_ROUNDING,
  },
} as const;

const compared = (metric: 'euclidean' | 'cosine'): Case => ({
  name: `agrees with the twin over the same rounded rows: ${metric}`,
  needsGpu: true,
  run: async (context) => {
    const tied = TIED[metric];
    const because = 'sums of float32 differences below 8; the twin rounds but once';
    for (const [n, d, k] of SHAPES) {
      if (metric === 'cosine' && d === 1) continue;
      const points = clouds(n, d, k, n);
      const options = { k, init: head(points, k), metric, maxIter: 8, storage } as const;
      const device = await fit(context, points, options);
      const twin = await fit(context, points, { ...options, runtime: 'cpu' });
      const what = `${n} x ${d}, k = ${k}`;
      expectEqual(device.labels, twin.labels, `${what}: labels`);
      expectEqual(device.iterations, twin.iterations, `${what}: iterations`);
      expectClose(device.centroids.data, twin.centroids.data, {
        relative: 1e-5,
        absolute: tied.centroid(twin.counts),
        because,
        what: `${what}: centroids`,
      });
      expectClose(device.history, twin.history, {
        relative: tied.history,
        because: INERTIA.because,
        what: `${what}: history`,
      });
      const few = head(points, 50);
      const distances = await device.transform(few);
      expectClose(distances.data, (await device.transform(few, { runtime: 'cpu' })).data, {
        relative: 1e-6,
        absolute: tied.distance,
        because,
        what: `${what}: distances`,
      });
    }
  },
});

const points = clouds(3000, 7, 1, 1);
const cases: readonly Case[] = [
  compared('euclidean'),
  compared('cosine'),
  {
    name: 'rows are rounded, and no more than to 11 bits',
    where: 'everywhere',
    run: async (context) => {
      const options = { k: 6, init: head(points, 6), maxIter: 1 };
      const full = await fit(context, points, options);
      const half = await fit(context, points, { ...options, storage });
      expectEqual([full.storage, half.storage], ['float32', storage], 'storage');
      expectThat(
        half.inertia !== full.inertia,
        'float16 rows have the very inertia of float32 ones.',
      );
      expectClose(half.centroids.data, full.centroids.data, {
        absolute: 8 * HALF_ROUNDING,
        because: 'a mean of values below 8 that are rounded to 11 bits',
        what: 'centroids',
      });
    },
  },
  {
    name: 'takes half the memory',
    needsGpu: true,
    run: async (context) => {
      const wide = clouds(30_000, 64, 2, 1);
      const full = await bytesOfRows(context, wide, 'float32');
      const half = await bytesOfRows(context, wide, storage);
      // And a block of rows on their way.
      expectThat(full >= 4 * 30_000 * 64, `float32 rows took ${full} bytes.`);
      expectThat(
        half <= full / 2 + 2 ** 21,
        `float16 rows took ${half} bytes, float32 ones ${full}.`,
      );
    },
  },
  {
    name: 'holds whole numbers below 1,024 exactly',
    run: async (context) => {
      const data = points.data.map((value) => Math.round(200 * value) + 100);
      const whole: Rows = { data, shape: points.shape };
      const options = { k: 6, init: head(whole, 6), maxIter: 10 };
      const half = await fit(context, whole, { ...options, storage });
      // Centroids that are rows: what of a number was rounded off, they lack.
      const few = head(whole, 50);
      const own = await fit(context, few, { k: 50, init: few, maxIter: 2, storage });
      expectEqual(own.centroids.data, few.data, 'centroids');
      const full = await fit(context, whole, options);
      expectEqual(half.labels, full.labels, 'labels');
      expectClose(half.inertia, full.inertia, INERTIA);
    },
  },
  {
    name: 'a scale of the data by a power of two scales the result, bit by bit',
    run: async (context) => {
      const options = { k: 6, nInit: 1, maxIter: 8, seed: 3, storage } as const;
      const expected = await fit(context, points, options);
      for (const factor of [2 ** 45, 2 ** -45]) {
        const data = points.data.map((value) => value * factor);
        const model = await fit(context, { data, shape: points.shape }, options);
        const [actual, wanted] = [outcome(model), outcome(expected)];
        expectEqual(
          actual,
          {
            ...wanted,
            centroids: wanted.centroids.map((value) => value * factor),
            inertia: wanted.inertia * factor ** 2,
            history: wanted.history.map((value) => value * factor ** 2),
          },
          `times ${factor}`,
        );
      }
    },
  },
  {
    name: 'predict, transform and score round rows as the fit did, in any company',
    run: async (context) => {
      const { runtime } = context;
      const model = await fit(context, points, { k: 6, seed: 2, storage });
      const restored = context.library.KMeansModel.fromJSON(JSON.parse(JSON.stringify(model)));
      expectEqual(restored.storage, storage, 'storage after JSON');
      expectEqual(await restored.predict(points, { runtime }), model.labels, 'labels');
      expectEqual(await model.score(points, { runtime }), -model.inertia, 'score');
      const whole = await model.transform(points, { runtime });
      const few = [5, 2999, 17];
      const part = await model.transform(pick(points, few), { runtime });
      few.forEach((row, i) => {
        const of = ({ data }: typeof whole, at: number) => data.slice(6 * at, 6 * at + 6);
        expectSameBits(of(part, i), of(whole, row), `distances of row ${row}`);
      });
    },
  },
  {
    name: 'rows far beyond those of the fit are taken',
    run: async (context) => {
      const { runtime } = context;
      const model = await fit(context, points, { k: 6, seed: 2, storage });
      const far: Rows = { data: head(points, 9).data.map((value) => 4096 * value), shape: [9, 7] };
      expectEqual(await model.predict(far, { runtime }), nearest(far, model.centroids), 'labels');
    },
  },
  {
    name: 'bounds, small chunks and streams change no bit',
    run: async (context) => {
      const many = clouds(2500, 20, 4, 2);
      const runtime = await smallRuntime(context);
      for (const init of ['k-means++', 'k-means||', 'random'] as const) {
        const options = { k: 20, init, nInit: 1, maxIter: 6, storage } as const;
        const expected = await fit(context, many, { ...options, algorithm: 'lloyd' });
        const others = {
          bounded: await fit(context, many, { ...options, algorithm: 'bounded' }),
          chunks: await fit(context, many, { ...options, runtime }),
          stream: await fit(context, streamed(many), { ...options, runtime }),
        };
        for (const [name, model] of Object.entries(others)) {
          expectEqual(outcome(model), outcome(expected), `${init}, ${name}`);
        }
        const labels = await expected.predict(streamed(many), { runtime });
        expectEqual(labels, expected.labels, `${init}, predict over a stream`);
      }
    },
  },
  {
    name: 'numbers in float64 and lists of rows are taken, too',
    run: async (context) => {
      const offset = 1e6;
      const rows = Array.from({ length: 200 }, (_, i) =>
        Array.from(points.data.subarray(7 * i, 7 * i + 7), (value) => value + offset),
      );
      const options = { k: 4, init: rows.slice(0, 4), maxIter: 5 };
      const model = await fit(context, rows, { ...options, storage });
      const full = await fit(context, rows, options);
      expectEqual(model.labels, full.labels, 'labels');
      expectEqual(await model.predict(rows, { runtime: context.runtime }), model.labels, 'predict');
      expectClose(model.inertia, full.inertia, {
        relative: 4 * HALF_ROUNDING,
        because: 'squares of values that are rounded to 11 bits',
        what: 'inertia',
      });
    },
  },
  {
    name: 'a model whose scale is no power of two is refused',
    run: async (context) => {
      const model = await fit(context, points, { k: 2, maxIter: 2, storage });
      const json = { ...model.toJSON(), scale: 3 };
      await expectThrows(() => context.library.KMeansModel.fromJSON(json), {
        name: 'InvalidArgumentError',
        message: /'scale' must be a power of two/,
      });
    },
  },
];

export const kmeansStorage: Suite = { name: 'kmeans storage', where: 'each runtime', cases };
