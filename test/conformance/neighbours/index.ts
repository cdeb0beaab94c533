/** Nearest neighbours. */
import type { NearestNeighboursOptions, Points } from '../../../src/index.js';
import { loadDataset } from '../../golden/index.js';
import { type Case, type ConformanceContext, everywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectThrows } from '../expect.js';
import { onOwnDevice } from '../kmeans/device.js';
import { smallRuntime, streamed } from '../kmeans/stream_support.js';
import { clouds } from '../kmeans/support.js';

/** By all distances in float64, ties to the lowest index. */
function sorted(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  d: number,
  k: number,
  skips: boolean,
): { readonly indices: Uint32Array; readonly distances: Float64Array } {
  const [m, n] = [x.length / d, y.length / d];
  const found = Array.from({ length: m }, (_, i) => {
    const all = Array.from({ length: n }, (_, j) => {
      let squared = 0;
      for (let c = 0; c < d; c++) squared += (x[i * d + c] - y[j * d + c]) ** 2;
      return { j, squared };
    });
    all.sort((a, b) => a.squared - b.squared || a.j - b.j);
    return all.filter(({ j }) => !skips || j !== i).slice(0, k);
  }).flat();
  return {
    indices: Uint32Array.from(found, ({ j }) => j),
    distances: Float64Array.from(found, ({ squared }) => Math.sqrt(squared)),
  };
}

const ROUNDED = { relative: 1e-6, because: 'rows and their distances are float32' };

const readDigits = async ({ readFile }: ConformanceContext, rows: number) => {
  const { data } = await loadDataset((file) => readFile(`golden/${file}`), 'digits', rows);
  return { data: Float32Array.from(data), shape: [rows, 64] };
};

/** Whole numbers, whose distances tie by the hundred. */
const digits: Case = {
  name: "the digits' neighbours are those of all distances, ties to the lowest index",
  run: async (context) => {
    const { library, runtime } = context;
    const points = await readDigits(context, 330);
    for (const [k, includeSelf] of [
      [1, false],
      [8, true],
      [10, false],
      [60, true],
    ] as const) {
      const found = await library.nearestNeighbours(points, k, { includeSelf, runtime });
      const expected = sorted(points.data, points.data, 64, k, !includeSelf);
      expectEqual(found.shape, [330, k], 'shape');
      expectEqual(found.indices, expected.indices, `${k} neighbours`);
      expectClose(found.distances, expected.distances, { ...ROUNDED, absolute: 0 });
    }
    const queries = { data: points.data.subarray(0, 40 * 64), shape: [40, 64] };
    const rest = { data: points.data.subarray(40 * 64), shape: [290, 64] };
    const found = await library.nearestNeighbours(rest, 5, { queries, runtime });
    expectEqual(found.indices, sorted(queries.data, rest.data, 64, 5, false).indices, 'other rows');
  },
};

/** In chunks of 1,024 rows on the small device. */
const points = clouds(1300, 5, 1, 9);

const everyForm: Case = {
  where: 'once',
  name: 'rows in memory, in small chunks and as streams have the same neighbours, bit for bit',
  needsGpu: true,
  run: async (context) => {
    const { library, runtime } = context;
    const find = (
      given: Parameters<typeof library.nearestNeighbours>[0],
      where: NearestNeighboursOptions,
    ) => library.nearestNeighbours(given, 9, where);
    const expected = await find(points, { runtime });
    const small = await smallRuntime(context);
    expectEqual(await find(points, { runtime: small }), expected, 'in small chunks');
    expectEqual(await find(streamed(points), { runtime: small }), expected, 'a stream');
  },
};

const far: Case = {
  where: 'each runtime',
  name: 'rows far from 0, and of any unit, have the neighbours of those near it',
  run: async ({ library, runtime }) => {
    const near = Float64Array.from({ length: 600 }, (_, i) => Math.sin(i * i + i));
    const expected = sorted(near, near, 3, 4, true).indices;
    for (const [offset, unit] of [
      [1e6, 1],
      [0, 1e25],
      [0, 1e-25],
    ]) {
      const data = near.map((value) => (value + offset) * unit);
      const { indices } = await library.nearestNeighbours({ data, shape: [200, 3] }, 4, {
        runtime,
      });
      expectEqual(indices, expected, `${offset}, ${unit}`);
    }
  },
};

const onDevice = onOwnDevice(
  'rows that lie on the device have the neighbours of those in memory',
  async ({ library }, { runtime, upload }) => {
    const resident = await library.nearestNeighbours(upload(points), 3, { runtime });
    expectEqual(resident, await library.nearestNeighbours(points, 3, { runtime }), 'neighbours');
  },
);

const refused: Case = {
  name: 'k and queries that fit no points are refused',
  where: 'once',
  run: async ({ library }) => {
    const rows = [[1], [2], [4]];
    for (const [k, options, message] of [
      [0, {}, /k is 0; it must be a whole number >= 1/],
      [1.5, {}, /k is 1.5/],
      [3, {}, /k is 3, but points has 3 rows.*use k <= 2/],
      [4, { includeSelf: true }, /use k <= 3/],
      [4, { queries: [[1]] }, /use k <= 3/],
      [1, { queries: { buffer: {}, shape: [1, 1] } as unknown as Points }, /queries lie on a GPU/],
    ] as const) {
      await expectThrows(() => library.nearestNeighbours(rows, k, { ...options, runtime: 'cpu' }), {
        name: 'InvalidArgumentError',
        message,
      });
    }
    await expectThrows(
      () => library.nearestNeighbours(rows, 1, { queries: [[1, 2]], runtime: 'cpu' }),
      { name: 'ShapeError' },
    );
  },
};

export const neighbours: Suite = {
  name: 'nearest neighbours',
  cases: [everywhere(digits), everyForm, far, onDevice, refused],
};
