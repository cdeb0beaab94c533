import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { GapStatistic } from '../../src/methods/gap_statistic/gap_statistic_result.js';
import { FAITHFUL, IRIS, IRIS_FEATURES, shell } from './shell.js';

interface Printed {
  readonly adapter: string;
  readonly k: number;
  readonly gaps: number[];
  readonly standardErrors: number[];
  readonly logW: number[];
  readonly expectedLogW: number[];
}

interface Suggested {
  readonly counts: number[];
  readonly suggested: { readonly k: number; readonly by: string; readonly values: { k: number }[] };
}

const here = shell();
const FEW = ['--references', '10', '--n-init', '3'];

describe('webgpu-clustering gap', () => {
  test("prints R's table of Old Faithful, nearly", async () => {
    const printed = (await here.json(
      'gap',
      FAITHFUL,
      '--k-max',
      '4',
      '--references=10',
    )) as Printed;
    expect(printed.adapter).toBe('cpu');
    expect(printed.k).toBe(2);
    const golden = JSON.parse(await readFile('test/golden/gap.json', 'utf8')) as {
      readonly cases: {
        dataset: string;
        logW: number[];
        gaps: number[];
        standardErrors: number[];
      }[];
    };
    const faithful = golden.cases.find(({ dataset }) => dataset === 'faithful')!;
    printed.gaps.forEach((gap, at) => {
      expect(Math.abs(gap - faithful.gaps[at])).toBeLessThan(faithful.standardErrors[at]);
      expect(gap).toBeCloseTo(printed.expectedLogW[at] - printed.logW[at], 12);
      expect(printed.logW[at]).toBeCloseTo(faithful.logW[at], 1);
    });
  });

  test('writes the table, the result and a report', async () => {
    const rest = ['--reference', 'pca', '--rule', 'globalmax', '--device', 'cpu', '--seed', '3'];
    const files = ['--out', 'gap.csv', '--model', 'gap.json', '--report', 'gap.html'];
    const { code, stdout } = await here.run(
      'gap',
      FAITHFUL,
      '--k-max=3',
      ...FEW,
      ...rest,
      ...files,
    );
    expect(code).toBe(0);
    expect(stdout).toContain('k    log W  expected log W');
    expect(stdout).toContain('suggested by globalmax: k = 2');
    const csv = await readFile(here.path('gap.csv'), 'utf8');
    expect(csv.split('\n')[0]).toBe('row,k,logW,expectedLogW,gaps,standardErrors');
    expect(csv.trim().split('\n')).toHaveLength(4);
    const saved = GapStatistic.fromJSON(JSON.parse(await readFile(here.path('gap.json'), 'utf8')));
    expect([saved.k, saved.rule, saved.reference]).toEqual([2, 'globalmax', 'pca']);
    const page = await readFile(here.path('gap.html'), 'utf8');
    expect(page).toContain('Gap statistic of faithful.csv');
    expect(page.match(/<svg class="chart"/g)).toHaveLength(2);
  });

  test('refuses what cannot be', async () => {
    const { code, stderr } = await here.run('gap', FAITHFUL, '--k-max', '272', '--device', 'cpu');
    expect(code).toBe(2);
    expect(stderr).toMatch(/kMax is 272, but points has only .* rows; kMax must be from 1 to/);
    const { stderr: unknown } = await here.run('gap', FAITHFUL, '--rule', 'best');
    expect(unknown).toContain("'best' is invalid");
  });
});

describe('--k suggest', () => {
  test.each([
    ['gap', 1],
    ['elbow', 1],
    ['silhouette', 2],
  ])('takes the number of clusters that the %s suggests', async (by, least) => {
    const args = [FAITHFUL, '--k', 'suggest', '--suggest-by', by, '--k-max', '5', '--n-init', '2'];
    const { counts, suggested } = (await here.json('kmeans', ...args)) as Suggested;
    expect([suggested.k, suggested.by]).toEqual([2, by]);
    expect(suggested.values.map(({ k }) => k)).toEqual([1, 2, 3, 4, 5].slice(least - 1));
    expect(counts).toHaveLength(2);
  });

  test('is told, with its curve in the report', async () => {
    const args = ['--k=suggest', '--suggest-by=elbow', '--report', 'kmeans.html', '--device=cpu'];
    const { stdout } = await here.run('kmeans', FAITHFUL, ...args);
    expect(stdout).toContain('k = 2 by elbow: more clusters than 2 lower the objective less');
    const page = await readFile(here.path('kmeans.html'), 'utf8');
    expect(page).toContain('<h2>Number of clusters</h2>');
  });

  test('of a mixture is the lowest BIC', async () => {
    const args = [IRIS, '--columns', IRIS_FEATURES, '--k', 'suggest', '--covariance', 'diag'];
    const { k, range } = (await here.json('gmm', ...args)) as {
      readonly k: number;
      readonly range: { readonly k: number; readonly bic: number }[];
    };
    expect(range.map((one) => one.k)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(k).toBe(range.reduce((best, one) => (one.bic < best.bic ? one : best)).k);
  });

  test('refuses the silhouette of one cluster, and of equal rows', async () => {
    const args = ['--k=suggest', '--suggest-by=silhouette', '--device=cpu'];
    const one = await here.run('kmeans', FAITHFUL, ...args, '--k-max=1');
    expect([one.code, one.stderr]).toEqual([2, expect.stringMatching(/--k-max is 1; raise it/)]);
    await writeFile(here.path('equal.csv'), 'a,b\n1,2\n1,2\n1,2\n1,2\n');
    const equal = await here.run('kmeans', here.path('equal.csv'), ...args);
    expect([equal.code, equal.stderr]).toEqual([2, expect.stringMatching(/equal; give --k 1/)]);
  });

  test('refuses the gap of cosines, and other words', async () => {
    const args = ['kmeans', FAITHFUL, '--device', 'cpu', '--k'];
    const cosine = await here.run(...args, 'suggest', '--metric', 'cosine');
    expect(cosine.stderr).toMatch(/gap compares Euclidean distances, but --metric is cosine/);
    expect(cosine.code).toBe(2);
    expect((await here.run(...args, 'few')).stderr).toMatch(
      /whole number >= 1, or a range .*, or suggest/,
    );
  });
});
