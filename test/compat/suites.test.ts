/**
 * The suites that come with the peers' packages, on the drop-ins: their files as they are, with our module where they
 * require theirs. ml-kmeans' and ml-pca's are not in their packages: their cases as data.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { clusterize } from '../../src/compat/node_kmeans.js';
import type * as densityEntry from '../../src/compat/sync/density_clustering.js';
import type * as mlKmeansEntry from '../../src/compat/sync/ml_kmeans.js';
import type * as mlPcaEntry from '../../src/compat/sync/ml_pca.js';
import type * as skmeansEntry from '../../src/compat/sync/skmeans.js';
import { checkLibrary, root } from '../engines/bundle.js';
import { should } from './should.js';

await checkLibrary();
const load = (name: string): Promise<unknown> =>
  import(pathToFileURL(join(root, `dist/compat/${name}/sync.js`)).href);
const mlKmeans = (await load('ml-kmeans')) as typeof mlKmeansEntry;
const { PCA } = (await load('ml-pca')) as typeof mlPcaEntry;
const { default: skmeans } = (await load('skmeans')) as typeof skmeansEntry;
const density = (await load('density-clustering')) as typeof densityEntry;

type Body = (done?: (error?: Error) => void) => unknown;

/** Of functions that only the peer's own file calls. */
const INNER = [
  'should return nearest neighborhood of a point',
  'should merge two arrays',
  'should return distance between two points',
];

/** Mocha's: a test with a parameter is over when that is called. */
const it = (name: string, body: Body): void => {
  if (INNER.includes(name)) {
    test.skip(name);
    return;
  }
  test(name, () =>
    body.length === 0
      ? void body()
      : new Promise<void>((resolve, reject) => {
          body((error) => {
            if (error) reject(error);
            else resolve();
          });
        }),
  );
};

/** Runs a file of a package; what it requires of `theirs` is `ours`. */
function run(file: string, theirs: string, ours: unknown, change = (code: string) => code): void {
  const path = join(root, 'node_modules', file);
  const own = createRequire(path);
  const require = (name: string): unknown =>
    name === theirs ? ours : name === 'should' ? should : own(name);
  const process = {
    argv: [],
    exit: (code: number) => {
      expect(code, 'exit code').toBe(0);
    },
  };
  const silent = { log: () => undefined, error: () => undefined };
  const code = change(readFileSync(path, 'utf8'));
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a file of a peer's package
  const script = new Function('require', 'describe', 'it', 'process', 'console', code) as (
    ...given: unknown[]
  ) => void;
  script(require, describe, it, process, silent);
}

describe('density-clustering', () => {
  run('density-clustering/test/DBSCAN.test.js', '../lib/index.js', density);
  run('density-clustering/test/KMEANS.test.js', '../lib/index.js', density);
});

describe('node-kmeans', () => {
  // Its groups are well defined from a point of each, not from whatever is drawn.
  beforeEach(() => {
    let drawn = 0;
    vi.spyOn(Math, 'random').mockImplementation(() => (++drawn * 0.618) % 1);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  run('node-kmeans/test/index.js', '../', { clusterize });
});

describe('skmeans', () => {
  const fewer = (code: string) => code.replace('MAX = 1000', 'MAX = 20').replace('i<2000', 'i<100');
  for (const file of ['uni', 'multi', 'test_custom', 'test_rand', 'stats']) {
    test(file, () => {
      run(`skmeans/test/${file}.js`, '../main.js', skmeans, fewer);
    });
  }
});

describe('ml-kmeans', () => {
  const { kmeans, kmeansGenerator } = mlKmeans;
  const data = [
    [1, 1, 1],
    [1, 2, 1],
    [-1, -1, -1],
    [-1, -1, -1.5],
  ];
  const initialization = [
    [1, 2, 1],
    [-1, -1, -1],
  ];
  const expected = {
    clusters: [0, 0, 1, 1],
    centroids: [
      [1, 1.5, 1],
      [-1, -1, -1.25],
    ],
    converged: true,
    iterations: 2,
  };

  test('simple data, and each of its steps', () => {
    const result = kmeans(data, 2, { initialization });
    expect(result).toMatchObject(expected);
    const steps = [...kmeansGenerator(data, 2, { initialization })];
    expect(steps.map(({ converged }) => converged)).toEqual([false, true]);
    expect(steps[1]).toMatchObject(expected);
    expect(
      result.nearest([
        [10, 10, 1],
        [-2, -2, -2],
      ]),
    ).toEqual([0, 1]);
    expect(result.computeInformation(data).map(({ error, size }) => [error, size])).toEqual([
      [0.25, 2],
      [0.0625, 2],
    ]);
    expect(kmeans(data, 2, { initialization, maxIterations: 1 })).toMatchObject({
      ...expected,
      converged: false,
      iterations: 1,
    });
  });

  test('no bound on the iterations, and a cluster without points', () => {
    const more = [...data.slice(0, 2), [10, 11, 1], [-1, 20, 1], [1, 1, 1], ...data.slice(2)];
    expect(kmeans(more, 2, { initialization, maxIterations: 0, seed: 0 })).toMatchObject({
      clusters: [1, 1, 0, 0, 1, 1, 1],
      centroids: [
        [4.5, 15.5, 1],
        [0.2, 0.4, 0.1],
      ],
      converged: true,
      iterations: 3,
    });
    const points = [
      [1, 1],
      [1.1, 0.95],
      [0, 0],
      [-0.04, 0.02],
    ];
    const starts = [
      [0, 0],
      [1, 1],
      [0.5, 0.5],
    ];
    const result = kmeans(points, 3, { initialization: starts });
    expect(result.computeInformation(points)[2]).toEqual({
      centroid: [0.5, 0.5],
      error: -1,
      size: 0,
    });
  });

  test('starts, and its errors', () => {
    const one = kmeans(data, 1, { initialization: 'mostDistant', seed: 3 });
    expect(one.centroids).toHaveLength(1);
    const line = [
      [0, 0],
      [100, 0],
      [50, 0],
      [50, 1],
      [50, -1],
    ];
    for (let seed = 0; seed < 20; seed++) {
      const { clusters } = kmeans(line, 3, { initialization: 'mostDistant', seed });
      expect(clusters[0]).not.toBe(clusters[1]);
    }
    const K = 'K should be a positive integer smaller than the number of points';
    for (const [rows, k] of [
      [[], 2],
      [data, 5],
      [data, -1],
      [data, 1.5],
    ] as const) {
      expect(() => kmeans(rows as number[][], k, {})).toThrow(K);
    }
    expect(() => kmeans(data, 1, { initialization })).toThrow('should have the same length as K');
    const unknown = { initialization: 'lol' as never };
    expect(() => kmeans(data, 2, unknown)).toThrow('Unknown initialization method: "lol"');
  });
});

describe('ml-pca', () => {
  test('its errors, and a model that is saved and loaded', () => {
    const constant = [
      [1, 2],
      [1, 3],
      [1, 5],
    ];
    expect(() => new PCA(constant, { scale: true })).toThrow(
      'Cannot scale the dataset (standard deviation is zero at index 0',
    );
    const kept = new PCA(constant, { scale: true, ignoreZeroVariance: true });
    expect(kept.getEigenvalues()).toEqual([expect.closeTo(1, 12)]);
    expect(() => new PCA(constant, { method: 'lol' as never })).toThrow('unknown method: lol');
    expect(() => PCA.load({} as never)).toThrow('model must have a name property');
    expect(() => PCA.load({ name: 'CPA' } as never)).toThrow('invalid model: CPA');
    const model = new PCA([
      [1, 2],
      [3, 4.5],
      [6, 5],
    ]);
    const loaded = PCA.load(JSON.parse(JSON.stringify(model)) as never);
    expect(loaded.predict(constant).to2DArray()).toEqual(model.predict(constant).to2DArray());
    expect(model.predict(constant, { nComponents: 1 }).columns).toBe(1);
  });
});
