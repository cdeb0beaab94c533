import { describe, expect, test } from 'vitest';
import { SelfOrganizingMapModel } from '../../src/index.js';
import { FAITHFUL, IRIS, IRIS_FEATURES as FEATURES, shell } from './shell.js';

const here = shell();

describe('webgpu-clustering som', () => {
  test('maps a CSV and writes places, model and report', async () => {
    const { code, stdout, stderr } = await here.run(
      ...['som', IRIS, '--map', '5x6', '--grid', 'hexagonal', '--radius', '3..0.5', '--trace'],
      ...['--columns', FEATURES, '--standardize', '--device', 'cpu'],
      ...[
        '--out',
        'units.csv',
        '--labels-only',
        '--model',
        'model.json',
        '--report',
        'report.html',
      ],
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/epoch 20: mean squared distance 0\.\d/);
    expect(stdout).toMatch(/quantization error: 0\.\d[^]*topographic error: \d/);
    const lines = (await here.text('units.csv')).trim().split('\n');
    expect(lines).toHaveLength(151);
    expect(lines[0]).toBe('row,unit,map_row,map_column');
    for (const line of lines.slice(1)) {
      const [, unit, row, column] = line.split(',').map(Number);
      expect(unit).toBe(6 * row + column);
    }
    const { model } = JSON.parse(await here.text('model.json')) as { model: unknown };
    expect(SelfOrganizingMapModel.fromJSON(model)).toMatchObject({ rows: 5, columns: 6 });
    const report = await here.text('report.html');
    expect(report).toMatch(/U-matrix[^]*Component planes[^]*sepal_length[^]*petal_width/);
    expect(report.match(/<img/g)).toHaveLength(6);
    expect(report).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
  });

  test('prints nothing but JSON with --json', async () => {
    const result = (await here.json('som', FAITHFUL, '--map', '2x3', '--mode', 'online')) as {
      hits: number[];
      uMatrix: number[][];
      weights: number[][];
    };
    expect(result.hits.reduce((sum, hits) => sum + hits, 0)).toBe(272);
    expect(result.uMatrix.map((row) => row.length)).toEqual([3, 3]);
    expect(result.weights.map((row) => row.length)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  test('refuses what is no map', async () => {
    await here.refuses(['som', FAITHFUL, '--map', '0x3'], 2, /rows and columns of units/);
    await here.refuses(['som', FAITHFUL, '--map', '20x20'], 2, /400 units.*272 rows/s);
    await here.refuses(['som', FAITHFUL, '--map', '3x3', '--radius', '1..2'], 2, /radius grows/);
    await here.refuses(['som', FAITHFUL, '--map', '3x3', '--radius', 'a'], 2, /5\.\.0\.5/);
    const torus = ['--grid', 'hexagonal', '--torus'];
    await here.refuses(['som', FAITHFUL, '--map', '3x3', ...torus], 2, /even number of rows/);
  });
});
