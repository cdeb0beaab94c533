/** What people are told of options is what the library does. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it, test } from 'vitest';
import type { OptionTable } from '../src/fit/option_table.js';
import * as library from '../src/index.js';

type Options = Readonly<Record<string, unknown>>;

const folders = readdirSync('src/methods').filter((name) =>
  existsSync(`src/methods/${name}/option_table.ts`),
);
const modules = await Promise.all(
  folders.map(
    async (name) =>
      (await import(`../src/methods/${name}/option_table.ts`)) as {
        readonly optionTable?: OptionTable<Options>;
        readonly optionTables?: readonly OptionTable<Options>[];
      },
  ),
);
const tables = modules.flatMap(({ optionTable, optionTables }) => optionTables ?? [optionTable!]);

const points = {
  data: Float64Array.from({ length: 90 }, (_, i) => Math.sin(i * i + i)),
  shape: [30, 3],
};
/** One grey picture, and a network that is soon through with it. */
const PICTURE = {
  data: Uint8Array.from({ length: 64 }, (_, i) => 4 * i),
  ...{ width: 8, height: 8, channels: 1 },
};
const SMALL = { network: library.randomFilters({ filters: 1, channels: 1 }) };

/** What has to be given; k where nothing is said. */
const NEEDED: Readonly<Record<string, Options>> = {
  pca: {},
  selfOrganizingMap: { rows: 2, columns: 2 },
  gapStatistic: { kMax: 2 },
  nearestNeighbours: {},
  dbscan: {},
  hdbscan: {},
  transformLearning: {},
  dictionaryLearning: {},
  scatteringTransform: { width: 8, height: 8 },
  autoencoder: { layers: [2] },
  restrictedBoltzmannMachine: {},
  deepClustering: { k: 2, layers: [2] },
  deepSubspaceClustering: { k: 2, layers: [2] },
  convolutionalTransformLearning: {},
  quantizeImage: { colours: 3 },
  synthesizeTexture: { ...SMALL, layers: ['side3'] },
  transferStyle: { ...SMALL, styleLayers: ['side3'], contentLayers: ['side3'] },
  invertFeatures: { ...SMALL, layer: 'side3' },
};

/** What is taken in the place of `points`. */
const FIRST: Readonly<Record<string, unknown>> = {
  // Rows that are images.
  scatteringTransform: { data: new Float64Array(128).map((_, i) => Math.cos(i)), shape: [2, 64] },
  quantizeImage: PICTURE,
  synthesizeTexture: PICTURE,
  transferStyle: PICTURE,
  invertFeatures: PICTURE,
};

/** What is taken between the points and the options. */
const BETWEEN: Readonly<Record<string, readonly unknown[]>> = {
  nearestNeighbours: [2],
  transferStyle: [PICTURE],
};

describe.each(tables)('$method', ({ method, rules, defaults, options }) => {
  const fit = (given: Options) =>
    (library as unknown as Record<string, (...given: readonly unknown[]) => Promise<object>>)[
      method
    ](FIRST[method] ?? points, ...(BETWEEN[method] ?? []), {
      ...(NEEDED[method] ?? { k: 2 }),
      runtime: 'cpu',
      ...given,
    });

  it('tells of every option that is checked, and of no other', async () => {
    const refusal: unknown = await fit({ nothingSuch: 1 }).catch((error: unknown) => error);
    const names = /the options are (.*)\.$/.exec((refusal as Error).message)?.[1].split(', ');
    expect(names?.sort()).toEqual(Object.keys(options).sort());
    expect(Object.keys(options)).toEqual(expect.arrayContaining(Object.keys(rules)));
    for (const [name, { words = [] }] of Object.entries(options)) {
      expect(words.filter((word) => !rules[name].holds(word))).toEqual([]);
    }
  });

  it('does by default what it says', async () => {
    for (const [name, value] of Object.entries(defaults)) {
      expect(rules[name].holds(value), name).toBe(true);
      expect(options[name].otherwise, name).toBeUndefined();
    }
    expect(JSON.stringify(await fit(defaults))).toBe(JSON.stringify(await fit({})));
  });
});

test('README.md and docs/options.md say what the tables say', async () => {
  await promisify(execFile)(process.execPath, ['build/option_tables.mjs', '--check']);
});
