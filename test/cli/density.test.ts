import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { dbscan, hdbscan } from '../../src/index.js';
import { loadDataset } from '../golden/index.js';
import { IRIS, IRIS_FEATURES, shell } from './shell.js';

const here = shell();
const labelsIn = async (name: string) =>
  (await readFile(here.path(name), 'utf8'))
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

describe('webgpu-clustering dbscan and hdbscan', () => {
  test('write labels, noise as -1, a model and a report', async () => {
    const iris = await loadDataset((name) => readFile(`test/golden/${name}`), 'iris', 150);
    const outputs = [
      '--out',
      'labels.csv',
      '--labels-only',
      '--model',
      'found.json',
      '--report',
      'found.html',
    ];
    const columns = ['--columns', IRIS_FEATURES];
    const printed = await here.json('dbscan', IRIS, ...columns, '--eps=0.5', ...outputs);
    const expected = await dbscan(iris, { runtime: 'cpu' });
    expect(printed).toMatchObject({ k: 2, noise: 17, counts: [49, 84] });
    expect((await labelsIn('labels.csv')).map(([, label]) => Number(label))).toEqual([
      ...expected.labels,
    ]);
    expect(JSON.parse(await here.text('found.json'))).toMatchObject({ core: [...expected.core] });
    expect(await here.text('found.html')).toContain('Cluster sizes');

    await here.json('hdbscan', IRIS, ...columns, '--min-cluster-size=8', ...outputs);
    const other = await hdbscan(iris, { minClusterSize: 8, runtime: 'cpu' });
    const rows = await labelsIn('labels.csv');
    expect(rows.map(([, label]) => Number(label))).toEqual([...other.labels]);
    expect(Number(rows[70][2])).toBeCloseTo(other.probabilities[70], 6);
  });

  test('refuse what makes no sense, in words', async () => {
    await here.refuses(['dbscan', IRIS, '--eps=0'], 2, /It must be a finite number above 0/);
    await here.refuses(['hdbscan', IRIS, '--min-samples=151'], 2, /minSamples is 151/);
  });
});
