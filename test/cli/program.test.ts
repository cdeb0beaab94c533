/** The command line as a shell runs it: dist/cli.js in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '../../src/random.js';

const CLI = resolve('dist/cli.js');
const IRIS = resolve('test/golden/iris.csv');
const FEATURES = 'sepal_length,sepal_width,petal_length,petal_width';
/** The two best optima of iris with three clusters, both of which scikit-learn ends in. */
const IRIS_INERTIAS = [78.85144, 78.85567];

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webgpu-clustering-cli-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function start(args: readonly string[]): { child: ChildProcess; outcome: Promise<Outcome> } {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const outcome = new Promise<Outcome>((done) => {
    child.on('close', (code) => {
      done({ code, stdout, stderr });
    });
  });
  return { child, outcome };
}

const run = (...args: string[]) => start(args).outcome;

/** `count` grey 4 x 4 images of two classes, bright left or bright right, as IDX files. */
async function writeImages(count: number): Promise<{ images: string; labels: string }> {
  const random = createRandom(7);
  const header = (...sizes: number[]) => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    bytes.writeUInt8(8, 2);
    bytes.writeUInt8(sizes.length, 3);
    sizes.forEach((size, i) => bytes.writeUInt32BE(size, 4 + 4 * i));
    return bytes;
  };
  const pixels = Buffer.alloc(16 * count);
  for (let i = 0; i < pixels.length; i++) {
    const bright = Math.floor((i % 4) / 2) === Math.floor(i / 16) % 2;
    pixels[i] = (bright ? 200 : 20) + random.below(20);
  }
  const classes = Buffer.from(Array.from({ length: count }, (_, i) => i % 2));
  const images = join(folder, 'images-idx3-ubyte');
  const labels = join(folder, 'labels-idx1-ubyte');
  await writeFile(images, Buffer.concat([header(count, 4, 4), pixels]));
  await writeFile(labels, Buffer.concat([header(count), classes]));
  return { images, labels };
}

describe('webgpu-clustering kmeans', () => {
  test('clusters a CSV on WebGPU and writes labels, model and report', async () => {
    const args = ['--columns', FEATURES, '--out', 'labels.csv', '--model', 'model.json'];
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
    const labels = (await readFile(join(folder, 'labels.csv'), 'utf8')).trim().split('\n');
    expect(labels).toHaveLength(151);
    expect(labels[0]).toBe('row,label');
    const model = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as {
      inertia: number;
      labels: number[];
    };
    expect(Math.min(...IRIS_INERTIAS.map((best) => Math.abs(model.inertia - best)))).toBeLessThan(
      1e-4,
    );
    expect(labels.slice(1).map((line) => Number(line.split(',')[1]))).toEqual(model.labels);
    const report = await readFile(join(folder, 'report.html'), 'utf8');
    expect(report).toContain('petal_length');
    expect(report).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  test('prints nothing but JSON with --json, on the processor with --device cpu', async () => {
    const { code, stdout } = await run(
      ...['kmeans', IRIS, '--k', '3', '--columns', FEATURES, '--device', 'cpu', '--json'],
    );
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as {
      adapter: string;
      counts: number[];
      centroids: number[][];
    };
    expect(result.adapter).toBe('cpu');
    expect(result.counts.reduce((sum, count) => sum + count, 0)).toBe(150);
    expect(result.centroids.map((row) => row.length)).toEqual([4, 4, 4]);
  });

  test('--standardize reports centroids in the units of the file', async () => {
    const { stdout } = await run(
      ...['kmeans', IRIS, '--k', '1', '--columns', FEATURES, '--standardize', '--json'],
      ...['--device', 'cpu'],
    );
    const { centroids, inertia } = JSON.parse(stdout) as { centroids: number[][]; inertia: number };
    // The means of iris; n d is the inertia of standardized data around their mean.
    [5.8433333, 3.0573333, 3.758, 1.1993333].forEach((mean, j) => {
      expect(centroids[0][j]).toBeCloseTo(mean, 5);
    });
    expect(inertia).toBeCloseTo(600, 2);
  });

  test('clusters images per class and draws the centroids', async () => {
    const { images, labels } = await writeImages(40);
    const { code, stdout } = await run(
      ...['kmeans', images, '--labels', labels, '--k', '2', '--per-class', '--sheet', 'sheet.png'],
      ...['--trace', '--device', 'cpu'],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('iteration 1: objective');
    expect(stdout).toContain('purity against the true classes: 1.0000');
    expect(stdout).toMatch(/class 0: 20 rows[^]*class 1: 20 rows/);
    const sheet = decode(await readFile(join(folder, 'sheet.png')));
    // Two columns and three rows of tiles, of 4 x 4 pixels three times enlarged, 4 pixels apart.
    expect([sheet.width, sheet.height]).toEqual([4 + 2 * 16, 4 + 3 * 16]);
  });

  test('Ctrl-C cancels, says so and leaves no file', async () => {
    const random = createRandom(3);
    const rows = Array.from(
      { length: 60_000 },
      () => `${random.next()},${random.next()},${random.next()}`,
    );
    await writeFile(join(folder, 'noise.csv'), `a,b,c\n${rows.join('\n')}\n`);
    const { child, outcome } = start([
      ...['kmeans', 'noise.csv', '--k', '200', '--tol', '0', '--max-iter', '100000'],
      ...['--device', 'cpu', '--out', 'cancelled.csv'],
    ]);
    child.stdout?.once('data', () => setTimeout(() => child.kill('SIGINT'), 500));
    const { code, stderr } = await outcome;
    expect(stderr).toContain('Cancelled');
    expect(code).toBe(130);
    expect((await readdir(folder)).filter((name) => name.includes('cancelled'))).toEqual([]);
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
    ['classes that are not known', ['kmeans', IRIS, '--k', '2', '--per-class'], 2, /--labels/],
  ])('refuses %s', async (_, args, expected, message) => {
    const cpu = args.includes(IRIS) ? ['--device', 'cpu'] : [];
    const { code, stderr } = await run(...args, ...cpu);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(code).toBe(expected);
  });
});
