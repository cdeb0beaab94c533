import { decode } from 'fast-png';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { IRIS, IRIS_FEATURES as FEATURES, noise, shell, writeImages } from './shell.js';

/** The two best optima of iris with three clusters, both of which scikit-learn ends in. */
const IRIS_INERTIAS = [78.85144, 78.85567];

const here = shell();
const { run } = here;

describe('webgpu-clustering kmeans', () => {
  test('clusters a CSV on WebGPU and writes labels, model and report', async () => {
    const args = [
      '--columns',
      FEATURES,
      '--out',
      'labels.csv',
      '--labels-only',
      '--model',
      'model.json',
    ];
    const { code, stdout, stderr } = await run(
      ...['kmeans', IRIS, '--k', '3', '--n-init', '5', '--device', 'webgpu', ...args],
      ...['--report', 'report.html'],
    );
    expect({ code, stderr: stderr.replace(/^Warning:.*\n/gm, '') }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(stdout).toMatch(/adapter: (?!cpu)\S/);
    expect(stdout).toMatch(/objective \(inertia\): 78\.85/);
    const labels = (await here.text('labels.csv')).trim().split('\n');
    expect(labels).toHaveLength(151);
    expect(labels[0]).toBe('row,label');
    const model = JSON.parse(await here.text('model.json')) as {
      inertia: number;
      labels: number[];
    };
    expect(Math.min(...IRIS_INERTIAS.map((best) => Math.abs(model.inertia - best)))).toBeLessThan(
      1e-4,
    );
    expect(labels.slice(1).map((line) => Number(line.split(',')[1]))).toEqual(model.labels);
    const report = await here.text('report.html');
    expect(report).toMatch(/PC 1 \(92\.5\s%/);
    expect(report).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  test('prints nothing but JSON with --json, on the processor with --device cpu', async () => {
    const args = ['kmeans', IRIS, '--k', '3', '--columns', FEATURES];
    const result = (await here.json(...args)) as {
      adapter: string;
      counts: number[];
      centroids: number[][];
    };
    expect(result.adapter).toBe('cpu');
    expect(result.counts.reduce((sum, count) => sum + count, 0)).toBe(150);
    expect(result.centroids.map((row) => row.length)).toEqual([4, 4, 4]);
  });

  test('centroids are printed in full in the units of the file, far from 0 too', async () => {
    const times = [1700003601, 1700003630, 1700003655, 1700090001, 1700090022, 1700090044];
    const file = await here.write('times.csv', `time,x\n${times.map((t) => `${t},0\n`).join('')}`);
    const result = (await here.json('kmeans', file, '--k', '2', '--standardize')) as {
      centroids: number[][];
    };
    const [first, second] = result.centroids.map(([time]) => time).sort();
    expect(first).toBeCloseTo((1700003601 + 1700003630 + 1700003655) / 3, 1);
    expect(second).toBeCloseTo((1700090001 + 1700090022 + 1700090044) / 3, 1);
  });

  test('--storage float16 rounds the rows, and the model says so', async () => {
    const args = ['kmeans', IRIS, '--k', '1', '--columns', FEATURES];
    const rounded = [...args, '--storage', 'float16', '--model', 'rounded.json'];
    const { inertia } = (await here.json(...args)) as { inertia: number };
    const half = (await here.json(...rounded)) as { inertia: number };
    expect(half.inertia).not.toBe(inertia);
    expect(half.inertia / inertia).toBeCloseTo(1, 3);
    expect(JSON.parse(await here.text('rounded.json'))).toMatchObject({ storage: 'float16' });
    const { code, stderr } = await run(...args, '--storage', 'float64');
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/float64.*float32, float16/s);
  });

  test('--standardize reports centroids in the units of the file', async () => {
    const { centroids, inertia } = (await here.json(
      ...['kmeans', IRIS, '--k', '1', '--columns', FEATURES, '--standardize'],
    )) as { centroids: number[][]; inertia: number };
    // The means of iris; n d is the inertia of standardized data around their mean.
    [5.8433333, 3.0573333, 3.758, 1.1993333].forEach((mean, j) => {
      expect(centroids[0][j]).toBeCloseTo(mean, 5);
    });
    expect(inertia).toBeCloseTo(600, 2);
  });

  test('clusters images per class and draws the centroids', async () => {
    const { images, labels } = await writeImages(here, 40);
    const { code, stdout } = await run(
      ...['kmeans', images, '--labels', labels, '--k', '2', '--per-class', '--sheet', 'sheet.png'],
      ...['--trace', '--device', 'cpu'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('iteration 1: objective');
    expect(stdout).toContain('purity against the true classes: 1.0000');
    expect(stdout).toMatch(/class 0: 20 rows[^]*class 1: 20 rows/);
    const sheet = decode(await readFile(here.path('sheet.png')));
    // Two columns and three rows of tiles, of 4 x 4 pixels three times enlarged, 4 pixels apart.
    expect([sheet.width, sheet.height]).toEqual([4 + 2 * 16, 4 + 3 * 16]);
  });

  test('Ctrl-C cancels, says so and leaves no file', async () => {
    await here.write('noise.csv', noise(60_000, 3));
    const stop = ['--tol', '0', '--max-iter', '100000'];
    await here.cancels(['kmeans', 'noise.csv', '--k', '200', ...stop], 'cancelled.csv');
  });

  test.each([
    [
      'a missing file',
      ['kmeans', 'nowhere.csv', '--k', '2'],
      1,
      /nowhere\.csv: there is no such file/,
    ],
    [
      'a missing column',
      ['kmeans', IRIS, '--k', '2', '--columns', 'nope'],
      1,
      /no column "nope".*columns are/,
    ],
    ['k above n', ['kmeans', IRIS, '--k', '151'], 2, /k is 151.*only 150 rows/],
    ['a k that is no number', ['kmeans', IRIS, '--k', 'many'], 2, /whole number >= 1/],
    ['no k', ['kmeans', IRIS], 2, /--k/],
    ['an unknown option', ['kmeans', IRIS, '--k', '2', '--frob'], 2, /unknown option '--frob'/],
    ['an unknown command', ['cluster', IRIS], 2, /unknown command 'cluster'/],
    ...['--out', '--model', '--report', '--sheet'].map(
      (option) =>
        [
          `a folder that is not there, before it reads: ${option}`,
          ['kmeans', 'nowhere.csv', '--k', '2', option, 'nowhere/a.csv'],
          1,
          /nowhere\/a\.csv: its folder does not exist\. Create the folder first/,
        ] as const,
    ),
    [
      'labels of an unknown format',
      ['kmeans', IRIS, '--k', '2', '--out', 'a.xlsx'],
      1,
      /\.csv, \.parquet or \.json/,
    ],
    [
      'a sheet of rows that are no images',
      ['kmeans', IRIS, '--k', '2', '--sheet', 'a.png'],
      2,
      /none/,
    ],
    [
      'classes in words',
      ['kmeans', IRIS, '--k', '2', '--labels', 'words.csv'],
      1,
      /words\.csv: .*Classes in words need numbers/,
    ],
    ['classes that are not known', ['kmeans', IRIS, '--k', '2', '--per-class'], 2, /--labels/],
  ] as const)('refuses %s', async (_, args, expected, message) => {
    await here.write('words.csv', 'class\nsetosa\nvirginica\n');
    await here.refuses(args, expected, message);
  });
});
