/**
 * Rows of whole numbers, which a device holds in a byte each where no column spans more than 255. A
 * stream's rows are the same numbers less the same shift, but in float32: both must give the same bits.
 */
import type { Case, Suite } from '../case.js';
import { expectEqual, expectSameBits, expectThat, expectThrows } from '../expect.js';
import { onOwnDevice } from './device.js';
import { smallRuntime, streamed } from './stream_support.js';
import { bytesOfRows, clouds, fit, head, outcome, type Rows, SEEDINGS } from './support.js';

/** Clouds' coordinates, from about -5 to 5, in steps of 1 / `scale`, from `offset` on. */
function whole(n: number, d: number, k: number, scale: number, offset = 0): Rows {
  const { data, shape } = clouds(n, d, k, n);
  return { data: data.map((value) => Math.round(scale * value) + offset), shape };
}

/** As wide as a byte allows: the first column has both ends. */
function pixels(n: number, d: number, k: number): Rows {
  const { data, shape } = whole(n, d, k, 25, 128);
  const clamped = data.map((value) => Math.min(255, Math.max(0, value)));
  clamped[0] = 0;
  clamped[d] = 255;
  return { data: clamped, shape };
}

/** What one column of one row is made, and whether bytes hold the rows then. */
const EDGES = [
  { name: 'spanning 255', value: 255, inBytes: true },
  { name: 'spanning 256', value: 256, inBytes: false },
  { name: 'one number not whole', value: 0.5, inBytes: false },
] as const;

const N = 30_000;
const D = 64;

/** N x D from 0 to 200 or so, but for the last number. */
function withLast(value: number): Rows {
  const rows = whole(N, D, 2, 15, 100);
  rows.data[D - 1] = 0;
  rows.data[N * D - 1] = value;
  return rows;
}

const cases: readonly Case[] = [
  ...EDGES.map(({ name, value, inBytes }): Case => ({
    name: `takes ${inBytes ? 'a quarter of the memory' : 'float32'}: ${name}`,
    // The host decides.
    where: 'once',
    needsGpu: true,
    run: async (context) => {
      const rows = withLast(value);
      const bytes = await bytesOfRows(context, rows);
      const full = 4 * N * D;
      // And a block of rows on their way.
      const holds = inBytes ? bytes <= full / 4 + 2 ** 21 + 2 ** 18 : bytes >= full;
      expectThat(holds, `${N} x ${D} rows took ${bytes} bytes.`);
    },
  })),
  {
    name: 'bounds, small chunks and streams change no bit',
    run: async (context) => {
      const runtime = await smallRuntime(context);
      for (const rows of [pixels(2500, 3, 20), pixels(1100, 33, 20)]) {
        for (const init of SEEDINGS) {
          const options = { k: 20, init, nInit: 2, seed: 5, maxIter: 6 } as const;
          const expected = await fit(context, rows, { ...options, algorithm: 'lloyd' });
          const others = {
            bounded: await fit(context, rows, { ...options, algorithm: 'bounded' }),
            chunks: await fit(context, rows, { ...options, runtime }),
            stream: await fit(context, streamed(rows), { ...options, runtime }),
          };
          for (const [name, model] of Object.entries(others)) {
            expectEqual(outcome(model), outcome(expected), `${rows.shape[1]}, ${init}, ${name}`);
          }
        }
      }
    },
  },
  {
    name: 'weights and empty clusters change no bit either',
    run: async (context) => {
      const rows = pixels(3000, 5, 6);
      const sampleWeight = Float32Array.from({ length: 3000 }, (_, i) => (i % 7) / 4);
      // Two far away own no row.
      const init = head(rows, 8);
      init.data.fill(1e4, 6 * 5);
      const options = { k: 8, init, maxIter: 10, sampleWeight } as const;
      const [model, expected] = [
        await fit(context, rows, options),
        await fit(context, streamed(rows), options),
      ];
      expectEqual(outcome(model), outcome(expected), 'model');
    },
  },
  {
    name: 'a large offset costs nothing',
    run: async (context) => {
      const [near, far] = [whole(2000, 7, 5, 20), whole(2000, 7, 5, 20, 15_000)];
      const options = { k: 5, nInit: 1, seed: 2, maxIter: 20 } as const;
      const [model, moved] = [await fit(context, near, options), await fit(context, far, options)];
      const { labels, inertia, history } = outcome(moved);
      expectEqual(
        { labels, inertia, history },
        { labels: model.labels, inertia: model.inertia, history: model.history },
        'moved by 15,000',
      );
    },
  },
  {
    name: 'predict, transform and score: the bits of float32, in any company',
    where: 'everywhere',
    run: async (context) => {
      const { runtime } = context;
      const rows = pixels(3000, 7, 6);
      const model = await fit(context, rows, { k: 6, seed: 2 });
      expectEqual(await model.predict(rows, { runtime }), model.labels, 'labels');
      expectEqual(await model.score(rows, { runtime }), -model.inertia, 'score');
      // Beside a number that is not whole, all are held in full.
      const [, d] = rows.shape;
      const company = head(rows, 51);
      company.data[50 * d] = 0.5;
      const [alone, beside] = [
        await model.transform(head(rows, 50), { runtime }),
        await model.transform(company, { runtime }),
      ];
      expectSameBits(alone.data, beside.data.slice(0, 50 * 6), 'distances');
    },
  },
  onOwnDevice(
    'a matrix on the device gives the bits of one on the host',
    async (context, { runtime, upload }) => {
      const early = pixels(3000, 7, 6);
      // Not whole in the first row, and only in the last.
      const [first, last] = [early, early].map(({ data, shape }) => ({
        data: data.slice(),
        shape,
      }));
      first.data[3] = 0.25;
      last.data[last.data.length - 1] = 0.25;
      for (const [name, rows] of Object.entries({ whole: early, first, last })) {
        const options = { k: 6, seed: 3, nInit: 1, maxIter: 8, runtime } as const;
        const [model, expected] = [
          await fit(context, upload(rows), options),
          await fit(context, rows, options),
        ];
        expectEqual(outcome(model), outcome(expected), name);
        expectEqual(await model.predict(upload(rows), { runtime }), model.labels, 'predict');
      }
    },
  ),
  onOwnDevice('NaN beside whole numbers is found', async (context, { runtime, upload }) => {
    const rows = pixels(3000, 7, 6);
    rows.data[1234 * 7 + 5] = Number.NaN;
    for (const points of [rows, upload(rows)]) {
      await expectThrows(() => context.library.kmeans(points, { k: 3, runtime }), {
        name: 'NonFiniteError',
        message: /row 1234, column 5 is NaN/,
      });
    }
  }),
];

export const kmeansWholeNumbers: Suite = {
  name: 'kmeans whole numbers',
  where: 'each runtime',
  cases,
};
