import { encode as encodePng } from 'fast-png';
import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readImage } from '../../src/cli/read/image.js';
import { FAITHFUL, shell } from './shell.js';

const here = shell();
const SIDE = 8;
const FEW = ['--filters=2', '--max-iter=3'];

interface Printed {
  readonly adapter: string;
  readonly loss: number;
  readonly startLoss: number;
  readonly iterations: number;
  readonly width: number;
  readonly bytes: number;
}

async function picture(name: string, value: (x: number, y: number) => number): Promise<string> {
  const data = Uint8Array.from({ length: SIDE * SIDE }, (_, i) =>
    value(i % SIDE, Math.floor(i / SIDE)),
  );
  const path = here.path(name);
  await writeFile(path, encodePng({ data, width: SIDE, height: SIDE, channels: 1 }));
  return path;
}

const stripes = () => picture('stripes.png', (x) => (x % 4 < 2 ? 220 : 30));
const slope = () => picture('slope.png', (x, y) => 16 * (x + y));

/** A layers model of one convolution of 3 x 3 with two filters and a ReLU, of grey pictures. */
async function writeModel(): Promise<string> {
  const conv2d = {
    class_name: 'Conv2D',
    config: {
      ...{ name: 'seen', filters: 2, kernel_size: [3, 3], strides: [1, 1], padding: 'same' },
      ...{ activation: 'relu', use_bias: false, data_format: 'channels_last' },
      ...{ dilation_rate: [1, 1], batch_input_shape: [null, null, null, 1] },
    },
  };
  const model = {
    format: 'layers-model',
    modelTopology: {
      model_config: { class_name: 'Sequential', config: { name: 'one', layers: [conv2d] } },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [{ name: 'seen/kernel', shape: [3, 3, 1, 2], dtype: 'float32' }],
      },
    ],
  };
  const weights = Float32Array.from({ length: 18 }, (_, i) => Math.sin(i + 1));
  await here.write('weights.bin', new Uint8Array(weights.buffer));
  return here.write('model.json', JSON.stringify(model));
}

describe('webgpu-clustering texture, style and invert', () => {
  test('paint a picture, and say how near it came', async () => {
    const [example, content] = [await stripes(), await slope()];
    for (const [command, out] of [
      [['texture', example, '--width=12', '--height=12', '--layers=side3,side5'], 'made.png'],
      [['style', content, example, '--content-weight=0.5', '--smoothness=0.1'], 'painted.png'],
      [['invert', content, '--layer=side5', '--lambda=0.001'], 'seen.png'],
    ] as const) {
      const printed = (await here.json(...command, ...FEW, `--out=${out}`)) as Printed;
      expect(printed.adapter).toBe('cpu');
      expect(printed.loss).toBeLessThan(printed.startLoss);
      expect(printed.iterations).toBeLessThanOrEqual(3);
      const { width, channels } = await readImage(here.path(out));
      expect([width, channels]).toEqual([printed.width, 1]);
    }
  });

  test('take a network of TensorFlow.js with its weights beside it', async () => {
    const network = ['--network', await writeModel()];
    const args = ['invert', await slope(), '--layer=seen', ...network, '--max-iter=2'];
    const printed = (await here.json(...args, '--out=known.png')) as Printed;
    expect(printed.loss).toBeLessThan(printed.startLoss);
  });

  test('refuse what is no picture, no layer, no network, and leave nothing behind', async () => {
    const [example, model] = [await stripes(), await writeModel()];
    const odd = here.path('odd.png');
    const data = new Uint8Array(6 * 6);
    await writeFile(odd, encodePng({ data, width: 6, height: 6, channels: 1 }));
    const before = await readdir(here.path('.'));
    const out = ['--out', 'x.png'];
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['texture', FAITHFUL], 1, /faithful\.csv: it is no PNG or JPEG picture/],
      [['style', example, FAITHFUL], 1, /faithful\.csv: it is no PNG or JPEG picture/],
      [['texture', here.path('none.png')], 1, /none\.png: there is no such file/],
      [['texture', example, '--layers=side4'], 2, /no layer 'side4'; its layers are side3, side5/],
      [['invert', example, '--layer=relu5'], 2, /no layer 'relu5'; its layers are/],
      [['style', example, example, '--content-layers=x'], 2, /no layer 'x'/],
      [['texture', odd], 1, /windows of 2 x 2 do not divide an image of/],
      [
        ['invert', example, '--layer=seen', '--network', FAITHFUL],
        1,
        /faithful\.csv: the network in it cannot be read: it is damaged.*\. [A-Z]/,
      ],
      [
        ['invert', example, '--layer=a', '--network', model],
        2,
        /no layer 'a'; its layers are seen/,
      ],
      [['texture', example, '--until=a'], 2, /--until is of a --network/],
      [['invert', example, '--layer=side3', '--lambda=-1'], 2, /lambda/],
    ];
    await Promise.all(
      cases.map(([args, code, message]) => here.refuses([...args, ...FEW, ...out], code, message)),
    );
    expect(await readdir(here.path('.'))).toEqual(before);
  });
});
