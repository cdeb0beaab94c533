/** Clusters by density. */
import type { HdbscanOptions } from '../../../src/index.js';
import { loadDensity } from '../../golden/index.js';
import { type Case, type ConformanceContext, everywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectThrows } from '../expect.js';
import { onOwnDevice } from '../kmeans/device.js';
import { smallRuntime } from '../kmeans/stream_support.js';
import { clouds } from '../kmeans/support.js';

const golden = async ({ readFile }: ConformanceContext) =>
  loadDensity((file) => readFile(`golden/${file}`));

const dbscanGolden: Case = {
  name: "dbscan: scikit-learn's labels and core rows, also where distances are eps exactly",
  run: async (context) => {
    const { library, runtime } = context;
    for (const { name, points, eps, minSamples, labels, core } of (await golden(context)).dbscan) {
      const { data, shape } = points;
      const found = await library.dbscan({ data, shape }, { eps, minSamples, runtime });
      expectEqual(found.labels, Int32Array.from(labels.data), `${name}: labels`);
      expectEqual(found.core, core.data, `${name}: core rows`);
      expectEqual(found.k, Math.max(...labels.data) + 1, `${name}: clusters`);
    }
  },
};

const hdbscanGolden: Case = {
  name: "hdbscan: labels and probabilities by scikit-learn's rules in float64",
  run: async (context) => {
    const { library, runtime } = context;
    for (const { name, points, options, labels, probabilities } of (await golden(context))
      .hdbscan) {
      const { data, shape } = points;
      const found = await library.hdbscan({ data, shape }, { ...options, runtime });
      expectEqual(found.labels, Int32Array.from(labels.data), `${name}: labels`);
      expectClose(found.probabilities, probabilities.data, {
        absolute: 1e-9,
        because: 'the tree is chosen in float32, its distances are float64',
        what: `${name}: probabilities`,
      });
    }
  },
};

const hdbscanExtremes: Case = {
  where: 'each runtime',
  name: 'hdbscan: one row, equal rows, fewer rows than a cluster needs, groups far apart',
  run: async ({ library, runtime }) => {
    const labelled = async (rows: number[][], options: HdbscanOptions) => [
      ...(await library.hdbscan(rows, { ...options, runtime })).labels,
    ];
    const small = { minClusterSize: 3, minSamples: 1 };
    expectEqual(await labelled([[1, 2]], small), [-1], 'a row alone');
    expectEqual(await labelled([[1], [2]], small), [-1, -1], 'too few');
    expectEqual(
      await labelled([[7], [7], [7], [9], [9], [9]], small),
      [0, 0, 0, 1, 1, 1],
      'equal rows',
    );
    // Lists of neighbours stay within their group: what joins the groups takes passes over all rows.
    const groups = Array.from({ length: 120 }, (_, i) => [
      100 * (i % 4) + Math.sin(i * i),
      Math.cos(7 * i),
    ]);
    const found = await labelled(groups, { minClusterSize: 20, minSamples: 3 });
    const truth = groups.map((_, i) => i % 4);
    expectEqual(library.adjustedRandIndex(truth, found), 1, 'groups: adjusted Rand index');
  },
};

/** Several chunks on the small device, and more pairs on the edge of eps than the list holds. */
const manyEdges: Case = {
  where: 'once',
  name: 'dbscan: rows in chunks, with more pairs on the edge than are listed at once, as on the CPU',
  needsGpu: true,
  run: async (context) => {
    const { library, runtime } = context;
    const rows = clouds(2600, 2, 1, 9);
    const tenths = Float64Array.from(rows.data, (value) => Math.round(2 * value) / 10);
    const points = { data: tenths, shape: rows.shape };
    const options = { eps: 0.1, minSamples: 40 };
    const expected = await library.dbscan(points, { ...options, runtime: 'cpu' });
    expectEqual(await library.dbscan(points, { ...options, runtime }), expected, 'resident');
    const small = await smallRuntime(context);
    expectEqual(await library.dbscan(points, { ...options, runtime: small }), expected, 'chunks');
  },
};

const onDevice = onOwnDevice(
  'dbscan: rows that lie on the device are clustered as those in memory',
  async ({ library }, { runtime, upload }) => {
    const points = clouds(300, 3, 2, 4);
    const options = { eps: 0.6, minSamples: 4, runtime };
    expectEqual(
      await library.dbscan(upload(points), options),
      await library.dbscan(points, options),
      'clusters',
    );
  },
);

const extremes: Case = {
  where: 'each runtime',
  name: 'dbscan: one row, equal rows, all noise, one cluster, rows of any unit',
  run: async ({ library, runtime }) => {
    const labelled = async (rows: number[][], eps: number, minSamples: number) => [
      ...(await library.dbscan(rows, { eps, minSamples, runtime })).labels,
    ];
    expectEqual(await labelled([[1, 2]], 1, 1), [0], 'a row alone');
    expectEqual(await labelled([[1, 2]], 1, 2), [-1], 'too few');
    expectEqual(await labelled([[7], [7], [7], [9]], 1e-300, 3), [0, 0, 0, -1], 'equal rows');
    expectEqual(await labelled([[1], [2], [4]], 1e30, 3), [0, 0, 0], 'eps beyond all');
    const line = [0, 1, 2, 5, 6, 7, 20];
    for (const unit of [1, 1e-25, 1e25]) {
      const rows = line.map((value) => [value * unit]);
      expectEqual(await labelled(rows, 1.5 * unit, 2), [0, 0, 0, 1, 1, 1, -1], `unit ${unit}`);
    }
  },
};

const refused: Case = {
  name: 'dbscan: eps, minSamples and streams that make no sense are refused',
  where: 'once',
  run: async ({ library }) => {
    for (const [options, message] of [
      [{ eps: 0 }, /eps is 0; it must be a finite number above 0/],
      [{ minSamples: 1.5 }, /minSamples is 1.5/],
    ] as const) {
      await expectThrows(() => library.dbscan([[1], [2]], { ...options, runtime: 'cpu' }), {
        name: 'InvalidArgumentError',
        message,
      });
    }
  },
};

export const density: Suite = {
  name: 'clusters by density',
  cases: [
    everywhere(dbscanGolden),
    hdbscanGolden,
    hdbscanExtremes,
    manyEdges,
    onDevice,
    extremes,
    refused,
  ],
};
