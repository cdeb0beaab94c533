import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { DeepDictionaryModel } from '../../src/methods/deep_dictionary_clustering/deep_dictionary_model.js';
import { TransformedKMeansModel } from '../../src/methods/transformed_kmeans/transformed_kmeans_model.js';
import { IRIS, IRIS_FEATURES, shell } from './shell.js';

const here = shell();

interface Printed {
  readonly objective: number;
  readonly counts?: number[];
  readonly condition?: number;
}

const onIris = (command: string, ...options: string[]) =>
  here.json(
    command,
    IRIS,
    '--columns',
    IRIS_FEATURES,
    '--device=cpu',
    ...options,
  ) as Promise<Printed>;

describe('webgpu-clustering transform and dictionary', () => {
  test('write labels, the model and a report, and print what they found', async () => {
    const printed = await onIris(
      'transform',
      '--k=3',
      ...['--out', 'labels.csv', '--model', 'transform.json', '--report', 'transform.html'],
    );
    expect(printed.condition).toBeGreaterThan(1);
    expect(printed.counts?.reduce((sum, count) => sum + count, 0)).toBe(150);
    const model = TransformedKMeansModel.fromJSON(
      JSON.parse(await readFile(here.path('transform.json'), 'utf8')),
    );
    expect(model.objective).toBe(printed.objective);
    const labels = (await readFile(here.path('labels.csv'), 'utf8')).trim().split('\n').slice(1);
    expect(labels.map((line) => Number(line.split(',').at(-1)))).toEqual([...model.labels]);
    const report = await readFile(here.path('transform.html'), 'utf8');
    for (const heading of ['Objective by iteration', 'Cluster sizes', 'Representation']) {
      expect(report).toContain(heading);
    }
    await onIris(
      'transform',
      ...['--k=3', '--clustering=subspace', '--max-iter=1', '--n-init=2', '--report=sums.html'],
    );
    const sums = await readFile(here.path('sums.html'), 'utf8');
    for (const heading of ['Eigenvalues', 'Representation', 'Affinities']) {
      expect(sums).toContain(heading);
    }
    await onIris('dictionary', '--k=3', '--layers=6,3', '--max-iter=2', '--model=deep.json');
    const deep = DeepDictionaryModel.fromJSON(
      JSON.parse(await readFile(here.path('deep.json'), 'utf8')),
    );
    expect(deep.layers.map(({ shape }) => shape)).toEqual([
      [6, 4],
      [3, 6],
    ]);
  });

  test('without --k a transform or a dictionary alone, whose representation is written', async () => {
    await onIris('transform', '--alpha=1', '--max-iter=3', '--out=z.csv');
    await onIris('dictionary', '--n-atoms=2', '--max-iter=3', '--out=codes.csv');
    const widths = await Promise.all(
      ['z.csv', 'codes.csv'].map(async (file) =>
        (await readFile(here.path(file), 'utf8'))
          .split('\n')[0]
          .split(',')
          .filter((name) => /^z\d/.test(name)),
      ),
    );
    expect(widths.map((names) => names.length)).toEqual([4, 2]);
  });

  test('say no to a wide transform and to layers that are none', async () => {
    for (const [args, message] of [
      [['transform', '--n-atoms=2'], 'by PCA first'],
      [['dictionary', '--k=2', '--layers=0'], 'such as 40,16'],
    ] as const) {
      const [command, ...options] = args;
      const { code, stderr } = await here.run(
        command,
        IRIS,
        '--columns',
        IRIS_FEATURES,
        '--device=cpu',
        ...options,
      );
      expect(code).toBe(2);
      expect(stderr).toContain(message);
    }
  });
});
