import { decode } from 'fast-png';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/cli/read/read_table.js';
import { loadPca } from '../golden/index.js';
import { IRIS, IRIS_FEATURES, noise, shell, writeImages } from './shell.js';

interface Printed {
  readonly adapter: string;
  readonly solver: string;
  readonly nComponents: number;
  readonly explainedVariance: number[];
  readonly explainedVarianceRatio: number[];
  readonly singularValues: number[];
  readonly noiseVariance: number;
  readonly mean: number[];
  readonly components: number[][];
}

const here = shell();
const FEATURES = [IRIS, '--columns', IRIS_FEATURES];
const fit = async (...args: string[]) => (await here.json('pca', ...args)) as Printed;
const golden = await loadPca((name) => readFile(`test/golden/${name}`));
/** scikit-learn's two components of iris. */
const iris = golden.cases.find(
  ({ dataset, nComponents }) => dataset === 'iris' && nComponents === 0.95,
)!;

const expectAll = (actual: ArrayLike<number>, expected: ArrayLike<number>, digits: number) => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i], digits);
};

/** 1 or -1: how a component and the golden one stand to each other. */
const signOf = (component: readonly number[], t: number) => {
  const theirs = iris.components.data.subarray(4 * t, 4 * t + 4);
  return Math.sign(component.reduce((sum, value, j) => sum + value * theirs[j], 0));
};

describe('webgpu-clustering pca', () => {
  test("prints scikit-learn's components and variances of iris", async () => {
    const printed = await fit(...FEATURES, '--components', '2');
    expect(printed.adapter).toBe('cpu');
    expect(printed.nComponents).toBe(2);
    expectAll(printed.explainedVariance, iris.explainedVariance.data, 5);
    expectAll(printed.explainedVarianceRatio, iris.explainedVarianceRatio.data, 6);
    expectAll(printed.singularValues, iris.singularValues.data, 4);
    expectAll(printed.mean, iris.mean.data, 5);
    expect(printed.noiseVariance).toBeCloseTo(iris.noiseVariance, 6);
    printed.components.forEach((component, t) => {
      const sign = signOf(component, t);
      const theirs = iris.components.data.subarray(4 * t, 4 * t + 4);
      expectAll(
        component,
        theirs.map((value) => sign * value),
        5,
      );
    });
  });

  test.each([
    ['0.95', 2],
    ['90%', 1],
    ['99%', 3],
    ['all', 4],
    ['3', 3],
  ])('--components %s keeps %d', async (text, count) => {
    const printed = await fit(...FEATURES, '--components', text);
    expect(printed.nComponents).toBe(count);
    expect(printed.components).toHaveLength(count);
  });

  // Batches are exact where all components are kept.
  test.each([
    ['randomized', '2'],
    ['deflation', '2'],
    ['incremental', 'all'],
  ])('--solver %s agrees', async (solver, components) => {
    const printed = await fit(...FEATURES, '--components', components, '--solver', solver);
    expect(printed.solver).toBe(solver);
    expectAll(printed.explainedVarianceRatio.slice(0, 2), iris.explainedVarianceRatio.data, 5);
  });

  test('says on WebGPU how it went, and writes scores, model and report', async () => {
    const { code, stdout, stderr } = await here.run(
      ...['pca', ...FEATURES, '--components', '2', '--device', 'webgpu', '--trace'],
      ...[
        '--out',
        'scores.parquet',
        '--labels-only',
        '--model',
        'model.json',
        '--report',
        'report.html',
      ],
    );
    expect({ code, stderr: stderr.replace(/^Warning:.*\n/gm, '') }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(stdout).toMatch(/adapter: (?!cpu)\S/);
    expect(stdout).toMatch(/component 2: 5\.3\s% of the variance, 97\.8\s% so far/);
    expect(stdout).toMatch(/components: 2 of 4, solver covariance/);
    const { components } = JSON.parse(await here.text('model.json')) as { components: number[] };
    const { columns, shape, data } = await readTable(here.path('scores.parquet'));
    expect([columns, shape]).toEqual([
      ['row', 'pc1', 'pc2'],
      [150, 3],
    ]);
    for (let t = 0; t < 2; t++) {
      const sign = signOf(components.slice(4 * t, 4 * t + 4), t);
      iris.probeRows.data.forEach((row, i) => {
        const theirs = iris.transform.data[2 * i + t];
        expect(data[3 * row + 1 + t]).toBeCloseTo(sign * theirs, 4);
      });
    }
    const report = await here.text('report.html');
    expect(report).toMatch(/PC 1 \(92\.5\s% of the variance\)/);
    expect(report).toContain('<title>1: 92.5\u00a0%</title>');
    expect(report).toContain('<td>petal_length</td>');
    expect(report).not.toMatch(/<script|style="|NaN|undefined|https?:/);
  });

  test('--whiten gives scores of variance 1, --standardize columns of the same', async () => {
    await fit(...FEATURES, '--components', '3', '--whiten', '--labels-only', '--out', 'white.csv');
    const { data } = await readTable(here.path('white.csv'));
    for (let t = 1; t <= 3; t++) {
      const scores = Array.from({ length: 150 }, (_, i) => data[4 * i + t]);
      expect(scores.reduce((sum, score) => sum + score ** 2, 0) / 149).toBeCloseTo(1, 4);
    }
    const printed = await fit(...FEATURES, '--standardize');
    // Four columns of population variance 1, by n - 1.
    expect(printed.explainedVariance.reduce((sum, value) => sum + value, 0)).toBeCloseTo(
      (4 * 150) / 149,
      4,
    );
  });

  test('draws components of images, and images rebuilt from them', async () => {
    const { images, labels } = await writeImages(here, 40);
    const printed = await fit(
      ...[images, '--labels', labels, '--components', '7'],
      ...['--sheet', 'sheet.png', '--report', 'images.html'],
    );
    // The two classes differ in bright and dark: one direction.
    expect(printed.explainedVarianceRatio[0]).toBeGreaterThan(0.95);
    const sheet = decode(await readFile(here.path('sheet.png')));
    // One image a class; mean and component, 1, 5 and 7 components, originals; 3 x 4 pixels, gap 4.
    expect([sheet.width, sheet.height]).toEqual([4 + 2 * 16, 4 + 5 * 16]);
    const pixel = (x: number, y: number) => sheet.data[4 * ((4 + y) * sheet.width + 4 + x)];
    // The first image of class 0 is bright on the left, as one component shows already.
    expect(pixel(1, 16)).toBeGreaterThan(190);
    expect(pixel(10, 16)).toBeLessThan(50);
    expect(Math.abs(pixel(1, 16 * 3) - pixel(1, 16 * 4))).toBeLessThan(12);
    const report = await here.text('images.html');
    expect(report.match(/alt="component \d"/g)).toHaveLength(7);
    for (const name of ['1 component', '5 components', '7 components', 'original']) {
      expect(report).toContain(`alt="image 1, ${name}"`);
    }
    expect(report).toContain('<title>class 1</title>');
  });

  test('Ctrl-C cancels, says so and leaves no file', async () => {
    await here.write('noise.csv', noise(20_000, 60));
    const solver = ['--solver', 'deflation'];
    await here.cancels(['pca', 'noise.csv', '--components', '60', ...solver], 'cancelled.csv');
  });

  test.each([
    ['no component', ['--components', '0'], 2, /share of the variance such as/],
    ['one component and a half', ['--components', '1.5'], 2, /share of the variance such as/],
    ['more than all variance', ['--components', '101%'], 2, /share of the variance such as/],
    ['a word', ['--components', 'many'], 2, /share of the variance such as/],
    ['more components than columns', ['--components', '5'], 2, /nComponents is 5.*min\(n, d\) = 4/],
    [
      'a share of the variance beforehand',
      ['--components', '0.9', '--solver', 'randomized'],
      2,
      /must know the number/,
    ],
    ['an unknown solver', ['--solver', 'magic'], 2, /covariance, randomized/],
    ['a sheet of rows that are no images', ['--sheet', 'a.png'], 2, /draws components as images/],
    ['scores of no known format', ['--out', 'scores.npy'], 1, /\.parquet/],
  ] as const)('refuses %s', async (_, args, expected, message) => {
    await here.refuses(['pca', ...FEATURES, ...args], expected, message);
  });
});
