/** What --model writes, read back and given the file's own rows. */
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/cli/read/read_table.js';
import {
  BayesianGaussianMixtureModel,
  GaussianMixtureModel,
  type HostMatrix,
  InvalidArgumentError,
  KMeansModel,
  PcaModel,
} from '../../src/index.js';
import { shell } from './shell.js';

interface Saved {
  readonly columns: readonly string[];
  readonly standardize: { readonly mean: number[]; readonly deviation: number[] };
  readonly model: unknown;
}

const here = shell();
const cpu = { runtime: 'cpu' } as const;

/** Two groups that a narrow column tells apart and a wide one hides; a constant column. */
const COLUMNS = ['narrow', 'wide', 'constant'];
const ROWS = Array.from({ length: 60 }, (_, i) => [
  (i % 2) + 0.1 * Math.sin(i),
  5000 + 1000 * Math.cos(7 * i),
  3,
]);
const d = COLUMNS.length;
const rows: HostMatrix = { data: Float64Array.from(ROWS.flat()), shape: [ROWS.length, d] };

/** As the README has it. */
const standardized = ({ mean, deviation }: Saved['standardize']): HostMatrix => ({
  data: Float64Array.from(rows.data, (x, at) => (x - mean[at % d]) / (deviation[at % d] || 1)),
  shape: rows.shape,
});

interface Reader {
  readonly command: readonly string[];
  readonly fromJSON: (json: unknown) => {
    readonly apply: (points: HostMatrix) => Promise<ArrayLike<number>>;
  };
}

const predicting = (model: KMeansModel | GaussianMixtureModel | BayesianGaussianMixtureModel) => ({
  apply: (points: HostMatrix) => model.predict(points, cpu),
});

const READERS: Readonly<Record<string, Reader>> = {
  kmeans: {
    command: ['kmeans', '--k', '2', '--n-init', '5'],
    fromJSON: (json) => predicting(KMeansModel.fromJSON(json)),
  },
  gmm: {
    command: ['gmm', '--k', '2'],
    fromJSON: (json) => predicting(GaussianMixtureModel.fromJSON(json)),
  },
  'gmm --bayesian': {
    command: ['gmm', '--k', '2', '--bayesian'],
    fromJSON: (json) => predicting(BayesianGaussianMixtureModel.fromJSON(json)),
  },
  pca: {
    command: ['pca', '--components', '2'],
    fromJSON: (json) => {
      const model = PcaModel.fromJSON(json);
      return { apply: async (points) => (await model.transform(points, cpu)).data };
    },
  },
};

describe.each(Object.entries(READERS))('%s --model', (_, { command, fromJSON }) => {
  const written = async (...more: string[]) => {
    const file = await here.write('rows.csv', [COLUMNS, ...ROWS].join('\n'));
    const [method, ...options] = command;
    await here.json(
      method,
      file,
      ...options,
      '--model',
      'm.json',
      '--out',
      'out.csv',
      '--labels-only',
      ...more,
    );
    const { data, columns } = await readTable(here.path('out.csv'));
    // All but the row numbers.
    const values = data.filter((__, at) => at % columns.length > 0);
    return { json: JSON.parse(await here.text('m.json')) as unknown, values };
  };

  const expectSame = (actual: ArrayLike<number>, expected: ArrayLike<number>) => {
    expect(actual.length).toBe(expected.length);
    for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i], 5);
  };

  test('is a model of the rows as they are', async () => {
    const { json, values } = await written();
    // Scores of the wide column reach 1000, and float32 has seven digits.
    const applied = await fromJSON(json).apply(rows);
    expectSame(
      Array.from(applied, (value) => value / 1000),
      Array.from(values, (value) => value / 1000),
    );
  });

  test('holds with --standardize what to do to the rows, and is then no model itself', async () => {
    const { json, values } = await written('--standardize');
    const { columns, standardize, model } = json as Saved;
    expect(columns).toEqual(COLUMNS);
    expectSame(await fromJSON(model).apply(standardized(standardize)), values);
    expect(() => fromJSON(json)).toThrow(InvalidArgumentError);
  });
});

describe('a model of chosen columns', () => {
  const textOf = (names: readonly string[]) =>
    [...(names.length ? [names] : []), ...ROWS].join('\n');
  test.each([
    ['by name', COLUMNS, 'narrow'],
    ['in an order of their own', COLUMNS, 'constant,narrow'],
    ['of a file without names', [], 'column0,column2'],
  ])('%s is what predict takes from the same file', async (_, names, columns) => {
    const file = await here.write('rows.csv', textOf(names));
    await here.json('kmeans', file, '--k', '2', '--columns', columns, '--model', 'm.json');
    const model = KMeansModel.fromJSON(JSON.parse(await here.text('m.json')));
    const again = (await here.json('predict', here.path('m.json'), file)) as { labels: number[] };
    expect(again.labels).toEqual([...model.labels]);
    expect(again.labels[0]).not.toBe(again.labels[1]);
  });
});
