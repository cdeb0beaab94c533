import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SubspaceClusteringModel } from '../../src/methods/subspace_clustering/subspace_model.js';
import { IRIS, IRIS_FEATURES, shell } from './shell.js';

const here = shell();

describe('webgpu-clustering subspace', () => {
  test('writes labels, the model and a report, and prints what it found', async () => {
    const printed = (await here.json(
      ...['subspace', IRIS, '--columns', IRIS_FEATURES],
      ...['--k=3', '--method=omp', '--n-nonzero=3', '--n-init=2'],
      ...['--out', 'labels.csv', '--model', 'rows.json', '--report', 'rows.html'],
    )) as { readonly sparsity: number; readonly counts: number[]; readonly eigenvalues: number[] };
    expect(printed.eigenvalues).toHaveLength(3);
    expect(printed.sparsity).toBeGreaterThan(1);
    expect(printed.sparsity).toBeLessThanOrEqual(3);
    expect(printed.counts.reduce((sum, count) => sum + count, 0)).toBe(150);
    const model = SubspaceClusteringModel.fromJSON(
      JSON.parse(await readFile(here.path('rows.json'), 'utf8')),
    );
    expect(model.settings).toMatchObject({ method: 'omp', nNonzero: 3, normalize: true });
    const labels = (await readFile(here.path('labels.csv'), 'utf8')).trim().split('\n').slice(1);
    expect(labels.map((line) => Number(line.split(',').at(-1)))).toEqual([...model.labels]);
    const report = await readFile(here.path('rows.html'), 'utf8');
    for (const heading of ['Eigenvalues', 'By which rows each row is expressed', 'Affinities']) {
      expect(report).toContain(heading);
    }
  });

  test('refuses a penalty that leaves nothing, in words', async () => {
    const { code, stderr } = await here.run(
      ...['subspace', IRIS, '--columns', IRIS_FEATURES, '--k=3', '--lambda=2', '--device=cpu'],
    );
    expect(code).toBe(2);
    expect(stderr).toContain('lambda is 2, at which every coefficient is 0');
  });
});
