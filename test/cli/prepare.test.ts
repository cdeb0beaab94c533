/** From files as people have them to rows of numbers, and other files' rows in the same way. */
import { spawnSync } from 'node:child_process';
import { lstat, symlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Missing, prepare, prepareAs } from '../../src/cli/prepare.js';
import { readTable } from '../../src/cli/read/read_table.js';
import type { Table } from '../../src/cli/read/table.js';
import { columnScale, standardize } from '../../src/cli/table_math.js';
import { shell } from './shell.js';

const here = shell();

interface Ways {
  readonly columns?: string[];
  readonly missing?: Missing;
  readonly encode?: boolean;
  readonly keepIds?: boolean;
}

async function prepared(text: string, ways: Ways = {}, name = 'table.csv') {
  const { columns, missing = 'drop', encode = false, keepIds = false } = ways;
  const path = await here.write(name, text);
  const table = await readTable(path, { columns, encode, missing: missing !== 'refuse' });
  const options = { columns, missing, encode, keepIds, standardize: false };
  return prepare(path, table, options);
}

const rowsOf = ({ data, shape: [n, d] }: Table) =>
  Array.from({ length: n }, (_, i) => [...data.subarray(i * d, (i + 1) * d)]);

describe('columns that number the rows', () => {
  const counted = (name: string, first: number) =>
    [
      `${name},x`,
      ...Array.from({ length: 12 }, (_, i) => `${first + ((5 * i) % 12)},${i ** 2}`),
    ].join('\n');

  test.each([
    ['consecutive numbers, in any order', counted('number', 100)],
    ['row', 'row,x\n0,5\n1,7\n2,1\n'],
    ['pandas’ index', ',x\n0,5\n1,7\n2,1\n'],
    ['pandas’ index in Parquet', '__index_level_0__,x\n3,5\n4,7\n5,1\n'],
    ['id', 'id,x\n17,5\n3,7\n90,1\n'],
  ])('are left out: %s', async (_, text) => {
    const { table } = await prepared(text);
    expect(table.columns).toEqual(['x']);
    expect(table.notes.join()).toMatch(/numbers the rows or names them: ".*--keep-ids/);
    expect((await prepared(text, { keepIds: true })).table.columns).toHaveLength(2);
  });

  test.each([
    ['few consecutive numbers', 'x,y\n1,5\n2,7\n3,1\n'],
    ['numbers with a gap', counted('number', 100).replace('\n100,', '\n99,')],
    ['a row that repeats', 'row,x\n0,5\n0,7\n1,1\n'],
  ])('are used: %s', async (_, text) => {
    expect((await prepared(text)).table.columns).toHaveLength(2);
  });

  test('are used where nothing else is there, and where they are named', async () => {
    expect((await prepared('row\n0\n1\n2\n')).table.columns).toEqual(['row']);
    expect((await prepared('row,x\n0,5\n1,7\n', { columns: ['row'] })).table.columns).toEqual([
      'row',
    ]);
  });
});

describe('missing cells', () => {
  const TEXT = 'x,y\n1,10\n,20\n3,NA\n8,60\n';

  test('their rows are left out, and counted', async () => {
    const { table, rows } = await prepared(TEXT);
    expect(rowsOf(table)).toEqual([
      [1, 10],
      [8, 60],
    ]);
    expect([...rows!]).toEqual([0, 3]);
    expect(table.notes).toEqual([
      '2 of 4 rows left out, since a cell is missing; --missing mean or median fills it.',
    ]);
  });

  test.each([
    [
      'mean',
      [
        [1, 10],
        [4, 20],
        [3, 30],
        [8, 60],
      ],
    ],
    [
      'median',
      [
        [1, 10],
        [3, 20],
        [3, 20],
        [8, 60],
      ],
    ],
  ] as const)('hold the %s of their column', async (missing, expected) => {
    const { table, preparation } = await prepared(TEXT, { missing });
    expect(rowsOf(table)).toEqual(expected);
    // Another file's rows hold the same.
    const other = await readTable(await here.write('other.csv', 'y,x\n7,\n'), {
      ...{ columns: ['x', 'y'], encode: true, missing: true },
    });
    const again = prepareAs('other.csv', other, preparation);
    expect(rowsOf(again.table)).toEqual([[expected[1][0], 7]]);
  });

  test('are refused where that is asked for', async () => {
    await expect(prepared(TEXT, { missing: 'refuse' })).rejects.toThrow(
      /line 3, column "x": the cell is empty/,
    );
    await expect(prepared('x\nNA\nNA\n', { columns: ['x'] })).rejects.toThrow(
      /every row lacks a cell/,
    );
  });
});

test('text becomes categories, dates days, and words of truth 1 and 0; another file follows', async () => {
  const text =
    'colour,on,when,x\nred,true,1970-01-02,5\nblue,false,1970-01-03,6\n,yes,1970-01-04,7\nred,no,1970-01-05,8\n';
  const { table, preparation } = await prepared(text, { encode: true });
  expect(table.columns).toEqual(['colour=blue', 'colour=red', 'on', 'when', 'x']);
  expect(rowsOf(table)).toEqual([
    [0, 1, 1, 1, 5],
    [1, 0, 0, 2, 6],
    [0, 1, 0, 4, 8],
  ]);
  const other = 'x,when,on,colour\n1,1970-01-01,true,green\n2,1970-01-11,false,blue\n';
  const columns = ['colour', 'on', 'when', 'x'];
  const read = await readTable(await here.write('other.csv', other), {
    columns,
    encode: true,
    missing: true,
  });
  expect(rowsOf(prepareAs('other.csv', read, preparation).table)).toEqual([
    [0, 0, 1, 0, 1],
    [1, 0, 0, 10, 2],
  ]);
});

test('embeddings are the columns, and what stands beside them is told', async () => {
  const lines = '{"id":7,"text":"a","embedding":[0.5,1]}\n{"id":8,"text":"b","embedding":[2,3]}\n';
  const { table } = await prepared(lines, {}, 'rows.jsonl');
  expect(table.columns).toEqual(['embedding[0]', 'embedding[1]']);
  expect(rowsOf(table)).toEqual([
    [0.5, 1],
    [2, 3],
  ]);
  expect(table.notes).toEqual(['Left out, since arrays of numbers are there: "id", "text".']);
  await expect(prepared('{"e":[1,2]}\n{"e":[1]}\n', {}, 'rows.jsonl')).rejects.toThrow(
    /line 2 has 1 number in "e", but the first row has 2/,
  );
});

test('a column is named though its name holds a comma', async () => {
  const { table } = await prepared('"x, in m",y\n1,2\n3,4\n', { columns: ['x', 'in m'] });
  expect(table.columns).toEqual(['x, in m']);
});

test('scales are those of the numbers, however large, small or equal these are', () => {
  const table = (data: number[], d: number): Table => ({
    ...{ data: Float64Array.from(data), shape: [data.length / d, d], notes: [] },
    columns: Array.from({ length: d }, (_, j) => String(j)),
  });
  const rows = table([0.1, 1e160, 1e-200, 0.1, -1e160, 3e-200, 0.1, 1e160, 1e-200], 3);
  const { mean, deviation } = columnScale(rows);
  expect([mean[0], deviation[0]]).toEqual([0.1, 0]);
  expect(deviation[1] / 1e160).toBeCloseTo(Math.sqrt(8) / 3, 12);
  expect(deviation[2] * 1e200).toBeCloseTo(Math.sqrt(8) / 3, 12);
  const near = standardize(table([0.1000001, 0, 0], 3), { mean, deviation });
  expect(near.data[0]).toBe(0);
});

describe('in a shell', () => {
  const handed = (input: string | Uint8Array, ...args: string[]) => {
    const cli = resolve('dist/cli.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--device=cpu'], {
      input,
    });
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  };

  test('standard input is read, packed or not, and standard output written', () => {
    const rows = 'x;y\n1,5;1\n1,25;2\n9;30\n8,5;31\n';
    for (const input of [rows, gzipSync(rows)]) {
      const { status, stdout } = handed(input, 'kmeans', '-', '--k=2', '--out=-');
      expect(status).toBe(0);
      const lines = stdout.trim().split('\n');
      expect(lines[0]).toBe('x,y,cluster');
      expect(lines[1].slice(0, -1)).toBe('1.5,1,');
      expect(lines[1].at(-1)).toBe(lines[2].at(-1));
      expect(lines[1].at(-1)).not.toBe(lines[3].at(-1));
    }
    expect(handed('', 'kmeans', '-', '--k=2').stderr).toMatch(/standard input: it holds nothing/);
  });

  test('what small files claim to unpack to is not believed', () => {
    const line = `${'x'.repeat(1 << 20)}\n`;
    const { status, stderr } = handed(gzipSync(line.repeat(99)), 'kmeans', '-', '--k=2');
    expect(status).toBe(1);
    expect(stderr).toMatch(/unpacks to more than 256 times its size/);
  });

  test('links and devices are not replaced', async () => {
    await here.write('few.csv', 'x,y\n1,2\n3,5\n7,1\n');
    await symlink('nowhere.json', here.path('link.json'));
    const fit = ['kmeans', 'few.csv', '--k', '2'];
    await here.refuses([...fit, '--model', 'link.json'], 1, /link to a file that is not there/);
    await here.refuses([...fit, '--model', '/dev/stdout'], 1, /a device, not a file.*--out -/);
    expect((await lstat(here.path('link.json'))).isSymbolicLink()).toBe(true);
  });

  const FRUIT = [
    'name,weight,sugar',
    ...Array.from({ length: 20 }, (_, i) => {
      const big = i % 2;
      return `n${i},${i === 7 ? '' : 100 + 900 * big + i},${i === 3 ? 'NA' : 5 + 3 * big}`;
    }),
  ].join('\n');

  test('k of a range, all columns beside the clusters, a profile, and predict as the fit', async () => {
    await here.write('fruit.csv', FRUIT);
    const fit = await here.run(
      ...[
        'kmeans',
        'fruit.csv',
        '--k',
        '2..4',
        '--missing',
        'mean',
        '--standardize',
        '--device',
        'cpu',
      ],
      ...['--out', 'out.csv', '--model', 'model.json', '--report', 'report.html'],
    );
    expect(fit.code).toBe(0);
    expect(fit.stdout).toContain('k = 2 by silhouette');
    expect(fit.stdout).toMatch(
      /cluster \d: \d+ rows; \w+ [\d.,]+ \(\d\.\d sd (above|below)\).*typical rows/,
    );
    const out = (await here.text('out.csv')).trim().split('\n');
    expect(out[0]).toBe('name,weight,sugar,cluster');
    expect(out[8]).toMatch(/^n7,,8,\d$/);
    expect(await here.text('report.html')).toContain('What sets the clusters apart');
    const { code, stdout } = await here.run(
      'predict',
      'model.json',
      'fruit.csv',
      '--out',
      '-',
      '--device',
      'cpu',
    );
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toEqual(out);
    await here.refuses(['predict', 'fruit.csv', 'fruit.csv'], 1, /fruit\.csv: it is not JSON/);
  });

  test('principal components are clustered in one go; rows left out have no cluster', async () => {
    await here.write('fruit.csv', FRUIT);
    const fit = await here.run(
      ...[
        'kmeans',
        'fruit.csv',
        '--k=2',
        '--pca=1',
        '--device=cpu',
        '--model=m.json',
        '--out=out.json',
      ],
    );
    expect(fit.stderr).toMatch(/2 of 20 rows left out/);
    expect(fit.stdout).toContain('1 principal components hold');
    const rows = JSON.parse(await here.text('out.json')) as {
      name: string;
      cluster: number | null;
    }[];
    expect(rows.filter(({ cluster }) => cluster === null).map(({ name }) => name)).toEqual([
      'n3',
      'n7',
    ]);
    const predict = await here.run('predict', 'm.json', 'fruit.csv', '--json', '--device', 'cpu');
    const again = JSON.parse(predict.stdout) as { labels: number[] };
    expect(again.labels).toEqual(
      rows.flatMap(({ cluster }) => (cluster === null ? [] : [cluster])),
    );
  });
});
