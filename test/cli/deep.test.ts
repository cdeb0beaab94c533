import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { AutoencoderModel, DeepClusteringModel } from '../../src/index.js';
import { shell } from './shell.js';

const here = shell();
const [ROWS, PIXELS, K] = [60, 16, 2];

/** Pictures of 4 x 4: the upper half bright, or the left. */
const pictures = Array.from({ length: ROWS }, (_, i) =>
  Array.from({ length: PIXELS }, (__, at) => {
    const isBright = i % 2 === 0 ? at < PIXELS / 2 : at % 4 < 2;
    return Math.round(10 * (isBright ? 9 : 1) + 5 * Math.sin(7.3 * i + 1.7 * at));
  }),
);
const header = Array.from({ length: PIXELS }, (_, at) => `p${at}`).join();
const SMALL = ['--layers=8', '--embedding-size=3', '--learning-rate=0.01', '--batch-size=20'];

async function prepare(): Promise<string> {
  const path = here.path('pictures.csv');
  await writeFile(path, [header, ...pictures.map((row) => row.join())].join('\n'));
  return path;
}

describe('webgpu-clustering deep and autoencoder', () => {
  test('deep writes labels, the model and a report with pictures; predict takes the model', async () => {
    const file = await prepare();
    const printed = (await here.json(
      'deep',
      file,
      `--k=${K}`,
      '--method=idec',
      ...SMALL,
      ...[
        ...['--pretrain-epochs=30', '--clustering-epochs=3', '--out=labels.csv'],
        ...['--model=deep.json', '--report=deep.html'],
      ],
    )) as { readonly counts: number[]; readonly warnings: string[] };
    expect(printed.counts).toEqual([ROWS / 2, ROWS / 2]);
    expect(printed.warnings).toEqual([]);
    const model = DeepClusteringModel.fromJSON(JSON.parse(await here.text('deep.json')));
    const labelsIn = async (name: string) =>
      (await here.text(name)).trim().split('\n').slice(1).map((line) => Number(line.split(',').at(-1))); // prettier-ignore
    expect(await labelsIn('labels.csv')).toEqual([...model.labels]);
    const report = await here.text('deep.html');
    for (const heading of ['loss by epoch', 'Losses with', 'The embedding', 'Decoded centroids']) {
      expect(report).toContain(heading);
    }
    // Ten rows, the same rebuilt, and a centroid of each cluster.
    expect(report.match(/<img /g)).toHaveLength(20 + K);
    await here.json('predict', here.path('deep.json'), file, '--out=again.csv');
    expect(await labelsIn('again.csv')).toEqual([...model.labels]);
  });

  test('autoencoder goes on from a checkpoint to the same model, and refuses another', async () => {
    const file = await prepare();
    const fit = (...more: string[]) => here.json('autoencoder', file, ...SMALL, ...more);
    await fit('--epochs=4', '--model=whole.json');
    await fit('--epochs=2', '--checkpoint=half.json');
    await fit('--epochs=4', '--resume=half.json', '--model=resumed.json', '--out=codes.csv');
    expect(await here.text('resumed.json')).toBe(await here.text('whole.json'));
    AutoencoderModel.fromJSON(JSON.parse(await readFile(here.path('whole.json'), 'utf8')));
    expect((await here.text('codes.csv')).split('\n')[0]).toMatch(/p15,z1,z2,z3$/);
    await here.refuses(
      ['autoencoder', file, ...SMALL, '--seed=1', '--resume=half.json'],
      2,
      /resume is a checkpoint of training whose seed is 0, and here it is 1/,
    );
    await here.refuses(['deep', file, '--k=2', '--layers=0'], 2, /such as 500,500,2000/);
  });
});
