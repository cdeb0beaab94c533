import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { IRIS, IRIS_FEATURES as FEATURES, shell } from './shell.js';

interface PrintedScores {
  readonly rows: number;
  readonly clusters: number;
  readonly adjustedRandIndex?: number;
  readonly normalizedMutualInformation?: number;
  readonly clusteringAccuracy?: number;
  readonly purity?: number;
  readonly silhouette?: number;
  readonly daviesBouldin?: number;
  readonly calinskiHarabasz?: number;
}

const here = shell();
const { run } = here;

/** The scores of iris' three classes as clusters, from scikit-learn 1.2.1. */
const IRIS_SCORES = { silhouette: 0.503477, daviesBouldin: 0.751371, calinskiHarabasz: 487.3309 };

describe('webgpu-clustering score', () => {
  test('prints a table of labels by name against classes by name', async () => {
    const file = await here.write(
      'named.csv',
      'row,label,species\n0,a,setosa\n1,a,setosa\n2,b,virginica\n3,b,setosa\n',
    );
    const { code, stdout, stderr } = await run('score', file, '--truth', 'species');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toEqual([
      'named.csv: 4 labels, 2 clusters',
      '  adjusted Rand index            0',
      '  normalized mutual information  0.343711',
      '  matched accuracy               0.75',
      '  purity                         0.75',
    ]);
  });

  test('holds the labels of k-means against classes and rows of another file', async () => {
    await here.json('kmeans', IRIS, '--k', '3', '--columns', FEATURES, '--out', 'labels.csv');
    const result = (await here.json(
      ...['score', 'labels.csv', '--truth', 'target', '--truth-file', IRIS],
      ...['--points', IRIS, '--columns', FEATURES],
    )) as PrintedScores;
    expect([result.rows, result.clusters]).toEqual([150, 3]);
    expect(result.adjustedRandIndex).toBeCloseTo(0.73, 1);
    expect(result.purity).toBeCloseTo(result.clusteringAccuracy!, 10);
    expect(result.silhouette).toBeGreaterThan(0.55);
  });

  test('scores a column against rows of the same file, and writes them', async () => {
    const written = 'scores.json';
    const args = ['score', IRIS, '--label', 'target', '--columns', FEATURES, '--out', written];
    const result = (await here.json(...args)) as PrintedScores;
    expect(result.silhouette).toBeCloseTo(IRIS_SCORES.silhouette, 5);
    expect(result.daviesBouldin).toBeCloseTo(IRIS_SCORES.daviesBouldin, 5);
    expect(result.calinskiHarabasz).toBeCloseTo(IRIS_SCORES.calinskiHarabasz, 3);
    expect(result.purity).toBeUndefined();
    expect(JSON.parse(await readFile(here.path(written), 'utf8'))).toEqual(result);
  });

  test('reads classes from JSON, and a number is one class however it is written', async () => {
    const json = await here.write('few.json', '[{"label":1,"t":"x"},{"label":2,"t":"y"}]');
    const fromJson = (await here.json('score', json, '--truth', 't')) as PrintedScores;
    expect(fromJson.adjustedRandIndex).toBe(1);
    const csv = await here.write('few.csv', 'label,t\n1,x\n1.0,x\n2,y\n');
    expect(((await here.json('score', csv, '--truth', 't')) as PrintedScores).clusters).toBe(2);
  });

  test('refuses what cannot be scored, saying what to do', async () => {
    const file = await here.write('two.csv', 'label,t\n1,x\n2,\n');
    await here.refuses(['score', file], 2, /nothing to hold them against.*--truth.*--points/s);
    await here.refuses(['score', file, '--truth', 't'], 1, /line 3, column "t": the cell is empty/);
    await here.refuses(['score', file, '--truth', 'species'], 1, /no column "species"/);
    await here.refuses(['score', file, '--points', IRIS], 2, /labels has 2 entries for 150 rows/);
    const rows = ['score', IRIS, '--label', 'target', '--columns', FEATURES];
    await here.refuses([...rows, '--out', 'scores.csv'], 1, /ends in \.json/);
    await here.refuses([...rows, '--out', IRIS], 1, /ends in \.json/);
    const other = await here.write('t.json', '[{"t":1},{"t":2}]');
    const truth = ['score', file, '--truth', 't', '--truth-file', other];
    await here.refuses([...truth, '--out', other], 2, /would replace the very file that is read/);
  });
});
