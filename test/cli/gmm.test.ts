import { decode } from 'fast-png';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/cli/read/read_table.js';
import { loadMixture } from '../golden/index.js';
import { FAITHFUL, IRIS, IRIS_FEATURES, noise, shell, writeImages } from './shell.js';

interface Printed {
  readonly adapter: string;
  readonly k: number;
  readonly covarianceType: string;
  readonly bic?: number;
  readonly aic?: number;
  readonly logLikelihood: number;
  readonly history: number[];
  readonly weights: number[];
  readonly counts: number[];
  readonly means: number[][];
  readonly covariances: number[][][];
  readonly purity?: number;
  readonly range?: readonly { readonly k: number; readonly bic: number; readonly aic: number }[];
}

const here = shell();
const fit = async (...args: string[]) => (await here.json('gmm', ...args)) as Printed;
const golden = await loadMixture((name) => readFile(`test/golden/${name}`));

/** The places of the weights, the largest first. */
const byWeight = (weights: ArrayLike<number>) =>
  Array.from(weights, (_, c) => c).sort((a, b) => weights[b] - weights[a]);

/** Differs from `expected` by at most 1e-4 of its size. */
const expectNear = (actual: number, expected: number) => {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-4 * Math.abs(expected));
};

describe('webgpu-clustering gmm', () => {
  test.each(['full', 'tied', 'diag', 'spherical'])(
    'finds the two kinds of eruption that scikit-learn finds: %s',
    async (type) => {
      const expected = golden.mixtures.find(
        ({ dataset, covarianceType, tol }) =>
          dataset === 'faithful' && covarianceType === type && tol === 0,
      )!;
      const args = ['--covariance', type, '--tol', '0', '--max-iter', '50'];
      const printed = await fit(FAITHFUL, '--k', '2', ...args);
      expect(printed.covarianceType).toBe(type);
      expectNear(printed.bic!, expected.bic);
      expectNear(printed.aic!, expected.aic);
      expectNear(printed.logLikelihood, 272 * expected.score);
      const theirs = byWeight(expected.weights.data);
      byWeight(printed.weights).forEach((c, rank) => {
        const there = theirs[rank];
        expectNear(printed.weights[c], expected.weights.data[there]);
        for (let i = 0; i < 2; i++) {
          expectNear(printed.means[c][i], expected.means.data[2 * there + i]);
          for (let j = 0; j < 2; j++) {
            const { data } = expected.covariances;
            const kinds = {
              full: data[4 * there + 2 * i + j],
              tied: data[2 * i + j],
              diag: i === j ? data[2 * there + i] : 0,
              spherical: i === j ? data[there] : 0,
            };
            expectNear(printed.covariances[c][i][j], kinds[type as keyof typeof kinds]);
          }
        }
      });
    },
  );

  test('says on WebGPU how it went, and writes rows, model, report and picture', async () => {
    const files = ['--model', 'model.json', '--report', 'report.html', '--picture', 'plane.png'];
    const { code, stdout, stderr } = await here.run(
      ...['gmm', FAITHFUL, '--k', '2', '--device', 'webgpu', '--trace', ...files],
      ...['--out', 'rows.parquet', '--labels-only', '--responsibilities'],
    );
    expect({ code, stderr: stderr.replace(/^Warning:.*\n/gm, '') }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(stdout).toMatch(/adapter: (?!cpu)\S/);
    expect(stdout).toMatch(/iteration 1: bound -4\.2/);
    expect(stdout).toMatch(/log-likelihood: -1,130\.26.* after \d+ iterations, converged/);
    expect(stdout).toMatch(/weight 0\.355\d, 97 rows, mean eruptions 2\.03\d*, waiting 54\.4/);

    const model = JSON.parse(await here.text('model.json')) as { labels: number[] };
    const { columns, data } = await readTable(here.path('rows.parquet'));
    expect(columns).toEqual(['row', 'label', 'responsibility0', 'responsibility1']);
    model.labels.forEach((label, i) => {
      const [row, written, ...shares] = data.subarray(4 * i, 4 * i + 4);
      expect([row, written]).toEqual([i, label]);
      expect(shares[label]).toBeGreaterThanOrEqual(0.5);
      expect(shares[0] + shares[1]).toBeCloseTo(1, 5);
    });

    const report = await here.text('report.html');
    expect(report.match(/<g class="outline o[01]"/g)).toHaveLength(2);
    expect(report).toMatch(/\.m0-\d_1-\d \{ fill: color-mix\(/);
    expect(report).toContain('The bound never fell');
    expect(report).toMatch(/Over 272 rows, log p\(x\) lies \S+\s×\s10⁻[⁶⁷⁸] from/);
    expect(report).not.toMatch(/<script|style="|NaN|undefined|https?:/);
    const picture = decode(await readFile(here.path('plane.png')));
    expect([picture.width, picture.height]).toEqual([880, 560]);
  });

  test('of a range takes the number of lowest BIC, and reports all', async () => {
    const printed = await fit(FAITHFUL, '--k', '1..4', '--report', 'range.html');
    expect(printed.k).toBe(2);
    expect(printed.range?.map(({ k }) => k)).toEqual([1, 2, 3, 4]);
    const [one, two] = printed.range!;
    expect([two.bic, two.aic]).toEqual([printed.bic, printed.aic]);
    // A single normal distribution: n (d log 2 pi + log |S| + d) and 5 parameters, S by hand.
    const { data } = await readTable(FAITHFUL);
    const of = (j: number) => Array.from({ length: 272 }, (_, i) => data[2 * i + j]);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / 272;
    const covariance = (i: number, j: number) => {
      const [a, b] = [of(i), of(j)];
      const [ma, mb] = [mean(a), mean(b)];
      return mean(a.map((value, row) => (value - ma) * (b[row] - mb)));
    };
    const determinant = covariance(0, 0) * covariance(1, 1) - covariance(0, 1) ** 2;
    const deviance = 272 * (2 * Math.log(2 * Math.PI) + Math.log(determinant) + 2);
    expect(one.bic).toBeCloseTo(deviance + 5 * Math.log(272), 2);
    expect(one.aic).toBeCloseTo(deviance + 10, 2);
    const report = await here.text('range.html');
    expect(report).toMatch(/BIC, lowest at 2</);
  });

  test('--standardize reports means and covariances in the units of the file', async () => {
    const plain = await fit(FAITHFUL, '--k', '2', '--tol', '1e-7', '--max-iter', '500');
    const scaled = await fit(
      ...[FAITHFUL, '--k', '2', '--tol', '1e-7', '--max-iter', '500', '--standardize'],
    );
    const [there, here_] = [byWeight(plain.weights), byWeight(scaled.weights)];
    there.forEach((c, rank) => {
      const same = here_[rank];
      expectNear(scaled.weights[same], plain.weights[c]);
      plain.means[c].forEach((value, j) => {
        expectNear(scaled.means[same][j], value);
      });
      plain.covariances[c].flat().forEach((value, at) => {
        // The standardized columns' regularisation of 1e-6 is that share of their variances.
        expect(Math.abs(scaled.covariances[same].flat()[at] / value - 1)).toBeLessThan(1e-3);
      });
    });
    expect(Math.abs(scaled.logLikelihood - plain.logLikelihood)).toBeGreaterThan(100);
  });

  test('--bayesian empties the components that are not needed', async () => {
    const printed = await fit(
      ...[FAITHFUL, '--k', '6', '--bayesian', '--max-iter', '500', '--report', 'bayesian.html'],
    );
    expect(printed.bic).toBeUndefined();
    const weights = [...printed.weights].sort((a, b) => b - a);
    // As scikit-learn's BayesianGaussianMixture has them.
    expect(weights[0]).toBeCloseTo(0.644, 2);
    expect(weights[1]).toBeCloseTo(0.356, 2);
    expect(weights[2]).toBeLessThan(0.01);
    const report = await here.text('bayesian.html');
    expect(report).toContain('bayesian: true');
    expect(report).not.toContain('log p(x)');
  });

  test('draws rows of more columns on principal components, and rows of one on their density', async () => {
    const classes = await here.write('classes.csv', 'c\n' + '0\n'.repeat(75) + '1\n'.repeat(75));
    const printed = await fit(
      ...[IRIS, '--k', '2', '--columns', IRIS_FEATURES, '--labels', classes],
      ...['--report', 'iris.html'],
    );
    // One component for setosa, one for the others, of which 25 are called as setosa is.
    expect(printed.counts.toSorted((a, b) => a - b)).toEqual([50, 100]);
    expect(printed.purity).toBeCloseTo(125 / 150, 10);
    const report = await here.text('iris.html');
    expect(report).toMatch(/PC 1 \(92\.5\s% of the variance\)/);
    expect(report).toContain('petal_width');

    await fit(FAITHFUL, '--columns', 'waiting', '--k', '2', '--report', 'waiting.html');
    const waiting = await here.text('waiting.html');
    expect(waiting).toContain('<title>density against waiting, by component</title>');
    expect(waiting).not.toContain('class="outline');
  });

  test('draws the means of images', async () => {
    const { images } = await writeImages(here, 40);
    await fit(images, '--k', '2', '--covariance', 'diag', '--report', 'images.html');
    const report = await here.text('images.html');
    expect(report.match(/alt="mean of component \d"/g)).toHaveLength(2);
  });

  test('of a range leaves out numbers that cannot be fitted', async () => {
    // Two far groups of three points in general position: a third component has too few rows.
    const rows = ['0,0', '1,0', '0,1', '90,90', '91,90', '90,91'];
    const file = await here.write('few.csv', `a,b\n${rows.join('\n')}\n`);
    const { code, stdout, stderr } = await here.run(
      ...['gmm', file, '--k', '1..7', '--reg-covar', '0', '--device', 'cpu'],
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/^k = 3: component \d has a singular covariance/m);
    expect(stderr).toMatch(/^k = 7: there are only 6 rows\.$/m);
    expect(stdout).toMatch(/k = 1: BIC[^]*k = 2: BIC[^]*lowest BIC: k = 2/);
    await here.refuses(['gmm', file, '--k', '3', '--reg-covar', '0'], 1, /singular covariance/);
  });

  test('Ctrl-C cancels, says so and leaves no file', async () => {
    await here.write('noise.csv', noise(40_000, 8));
    const args = ['gmm', 'noise.csv', '--k', '40', '--init', 'random_from_data', '--tol', '0'];
    await here.cancels([...args, '--max-iter', '100000'], 'cancelled.csv');
  });

  test.each([
    ['no k', [FAITHFUL], 2, /--k/],
    ['a k of 0', [FAITHFUL, '--k', '0'], 2, /whole number >= 1, or a range/],
    ['a range that falls', [FAITHFUL, '--k', '5..2'], 2, /such as 1\.\.10/],
    ['half a range', [FAITHFUL, '--k', '2..'], 2, /such as 1\.\.10/],
    ['an endless range', [FAITHFUL, '--k', '1..99999999'], 2, /at most 1000/],
    ['k above n', [FAITHFUL, '--k', '273'], 2, /k is 273.*only 272 rows/],
    ['an unknown covariance', [FAITHFUL, '--k', '2', '--covariance', 'round'], 2, /full, tied/],
    ['a tolerance below 0', [FAITHFUL, '--k', '2', '--tol', '-1'], 2, />= 0/],
    ['a range of variational fits', [FAITHFUL, '--k', '1..3', '--bayesian'], 2, /takes one number/],
    ['responsibilities for no file', [FAITHFUL, '--k', '2', '--responsibilities'], 2, /--out/],
    [
      'a picture of one column',
      [FAITHFUL, '--columns', 'waiting', '--k', '2', '--picture', 'a.png'],
      2,
      /272 x 1/,
    ],
    [
      'a picture in no folder, before it reads',
      ['nowhere.csv', '--k', '2', '--picture', 'nowhere/a.png'],
      1,
      /its folder does not exist/,
    ],
    ['an output of no known format', [FAITHFUL, '--k', '2', '--out', 'a.txt'], 1, /\.parquet/],
  ] as const)('refuses %s', async (_, args, expected, message) => {
    await here.refuses(['gmm', ...args], expected, message);
  });
});
