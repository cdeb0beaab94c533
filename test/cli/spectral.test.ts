import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SpectralClusteringModel } from '../../src/methods/spectral_clustering/spectral_model.js';
import { IRIS, IRIS_FEATURES, shell } from './shell.js';

const here = shell();

describe('webgpu-clustering spectral', () => {
  test('writes labels, the model and a report, and prints what it found', async () => {
    const printed = (await here.json(
      'spectral',
      IRIS,
      '--columns',
      IRIS_FEATURES,
      '--k=3',
      '--affinity=nearestNeighbours',
      '--n-neighbours=30',
      '--assign-labels=clusterQr',
      ...['--out', 'labels.csv', '--model', 'graph.json', '--report', 'graph.html'],
    )) as { readonly eigenvalues: number[]; readonly counts: number[] };
    expect(printed.eigenvalues).toHaveLength(3);
    expect(printed.eigenvalues[0]).toBeCloseTo(0, 6);
    expect(printed.counts.reduce((sum, count) => sum + count, 0)).toBe(150);
    const model = SpectralClusteringModel.fromJSON(
      JSON.parse(await readFile(here.path('graph.json'), 'utf8')),
    );
    const labels = (await readFile(here.path('labels.csv'), 'utf8')).trim().split('\n').slice(1);
    expect(labels.map((line) => Number(line.split(',').at(-1)))).toEqual([...model.labels]);
    const report = await readFile(here.path('graph.html'), 'utf8');
    for (const heading of ['Eigenvalues of the Laplacian', 'Affinities', 'Representation']) {
      expect(report).toContain(heading);
    }
  });

  test('refuses more clusters than rows, in words', async () => {
    const { code, stderr } = await here.run('spectral', IRIS, '--k=151', '--device', 'cpu');
    expect(code).toBe(2);
    expect(stderr).toContain('k is 151, but there are 150 rows');
  });
});
