/** Pictures, beside SciPy and scikit-learn. */
import type { Border } from '../../src/index.js';
import { convolve } from '../../src/ops/images/convolve.js';
import { checkImage } from '../../src/rows/image.js';
import { everywhere, type ConformanceContext, type Suite } from './case.js';
import { expectClose, expectThat, expectThrows } from './expect.js';
import { openRuntime } from './kernels/lab.js';

/** 'edge2' */
const EDGES = { weights: Float64Array.of(0, 1, 0, 1, -4, 1, 0, 1, 0), rows: 3, columns: 3 };
/** The same among zeros: too wide for lines as they lie, and no product of a column and a row. */
const WIDE_EDGES = {
  weights: Float64Array.from({ length: 25 }, (_, at) => {
    const [s, t] = [Math.floor(at / 5) - 1, (at % 5) - 1];
    return s >= 0 && s < 3 && t >= 0 && t < 3 ? EDGES.weights[3 * s + t] : 0;
  }),
  rows: 5,
  columns: 5,
};

/** See make_images.py. */
interface Golden {
  readonly filters: readonly {
    readonly width: number;
    readonly height: number;
    readonly channels: number;
    readonly data: number[];
    readonly kernel: number[][];
    readonly results: Readonly<Record<Border, number[]>>;
  }[];
  readonly photograph: {
    readonly width: number;
    readonly height: number;
    readonly data: number[];
    readonly palettes: readonly { readonly colours: number; readonly error: number }[];
  };
}

async function goldenOf({ readFile }: ConformanceContext): Promise<Golden> {
  return JSON.parse(new TextDecoder().decode(await readFile('golden/images.json'))) as Golden;
}

export const images: Suite = {
  name: 'images',
  where: 'each runtime',
  cases: [
    everywhere({
      name: 'filters give what SciPy gives, for every border and size',
      run: async (context) => {
        const { runtime, library } = context;
        const { filters } = await goldenOf(context);
        for (const { kernel, results, ...image } of filters) {
          for (const border of Object.keys(results) as Border[]) {
            const { data } = await library.convolveImage(image, kernel, { border, runtime });
            expectClose(data, results[border], {
              absolute: 1e-6 * 16,
              relative: 1e-6,
              because: 'float32 rounds up to 21 terms of which the largest are about 10',
              what: `${image.width} x ${image.height} x ${image.channels}, ${border}`,
            });
          }
        }
      },
    }),
    {
      name: 'pictures in bands of rows are whole',
      needsGpu: true,
      run: async (context) => {
        // Eight rows at a time.
        const runtime = await openRuntime(context, { maxBufferSize: 2 ** 14 });
        const [width, height] = [400, 33];
        const data = Uint8Array.from({ length: width * height }, (_, at) => (at * 7) % 251);
        const image = { data, width, height, channels: 1 };
        const checked = checkImage('image', image);
        for (const filter of [EDGES, WIDE_EDGES]) {
          const found = await convolve(runtime, checked, filter, 'wrap', undefined);
          for (let at = 0; at < data.length; at++) {
            const [x, y] = [at % width, Math.floor(at / width)];
            const of = (dx: number, dy: number) =>
              data[((y + dy + height) % height) * width + ((x + dx + width) % width)];
            const expected = of(1, 0) + of(-1, 0) + of(0, 1) + of(0, -1) - 4 * of(0, 0);
            expectThat(found[at] === expected, `${x}, ${y}: ${found[at]}, not ${expected}`);
          }
        }
        runtime.dispose();
      },
    },
    {
      name: "palettes come close to scikit-learn's best of twenty",
      run: async (context) => {
        const { runtime, library } = context;
        const { photograph } = await goldenOf(context);
        const { palettes, ...image } = photograph;
        for (const { colours, error } of palettes) {
          const found = await library.quantizeImage(
            { ...image, channels: 3 },
            { colours, nInit: 3, runtime },
          );
          // Colours are rounded: by 1 / 12 in the mean.
          expectThat(
            found.meanSquaredError < 1.03 * error + 0.1,
            `${colours} colours: an error of ${found.meanSquaredError} beside ${error}`,
          );
        }
      },
    },
    {
      name: 'Gram matrices, losses and their slopes are those of the CPU',
      run: async ({ runtime, library, gpu }) => {
        if (!gpu) return;
        const numbers = (step: number) =>
          Float32Array.from({ length: 6 * 1500 }, (_, i) => ((i * step) % 101) / 101 - 0.4);
        const maps = { data: numbers(37), shape: [6, 1500] };
        const target = await library.gramMatrix({ ...maps, data: numbers(53) }, { runtime });
        const [found, expected] = [
          await library.styleLoss(maps, target, { runtime }),
          await library.styleLoss(maps, target, { runtime: 'cpu' }),
        ];
        const tolerance = { relative: 1e-5, because: 'sums of 1,500 terms in float32 cancel' };
        expectClose(found.gram.data, expected.gram.data, { ...tolerance, absolute: 1e-3 });
        expectClose(found.loss, expected.loss, tolerance);
        const largest = Math.max(...expected.gradient.data.map(Math.abs));
        expectClose(found.gradient.data, expected.gradient.data, {
          ...{ ...tolerance, absolute: 1e-5 * largest },
        });
      },
    },
    {
      name: 'features of patches are those of the CPU',
      run: async ({ runtime, library, gpu }) => {
        if (!gpu) return;
        const image = (step: number) => ({
          data: Uint8Array.from({ length: 300 }, (_, i) => (i * i * step) % 256),
          ...{ width: 10, height: 10, channels: 3 },
        });
        const images = [3, 5, 7].map(image);
        const how = { k: 5, size: 4, patches: 150, maxIter: 5 };
        const [device, cpu] = [
          await library.patchFeatures(images, { ...how, runtime }),
          await library.patchFeatures(images, { ...how, runtime: 'cpu' }),
        ];
        const found = await device.transform(images, { runtime });
        const expected = await cpu.transform(images, { runtime: 'cpu' });
        expectClose(found.data, expected.data, {
          ...{ relative: 1e-3, absolute: 1e-2 },
          because: 'rows are whitened, where the least variances are of few digits, in float32',
        });
      },
    },
    {
      name: 'textures and inversions are as good as those of the CPU',
      run: async ({ runtime, library }) => {
        const [width, height] = [16, 16];
        const data = Uint8Array.from({ length: 256 }, (_, i) =>
          ((i % 16) + 2 * Math.floor(i / 16)) % 8 < 4 ? 220 : 30,
        );
        const example = { data, width, height, channels: 1 };
        const network = library.randomFilters({ filters: 4, channels: 1 });
        const how = { network, layers: ['side3', 'side5'], runtime };
        for (const [optimizer, maxIter, fall] of [
          ['lbfgs', 120, 1000],
          ['adam', 64, 20],
        ] as const) {
          const made = await library.synthesizeTexture(example, { ...how, optimizer, maxIter });
          expectThat(
            made.loss < made.startLoss / fall,
            `${optimizer}: from ${made.startLoss} to ${made.loss}`,
          );
          const loss = await library.textureLoss(made, example, { ...how, runtime: 'cpu' });
          expectClose(made.loss, loss, {
            ...{ absolute: 1e-6, relative: 1e-3 },
            because: 'differences of Gram matrices in float32, of which those are 1',
          });
        }
        const inverted = await library.invertFeatures(example, {
          ...{ network, layer: 'side3', lambda: 1e-4, beta: 1.5, maxIter: 60, runtime },
        });
        expectThat(
          inverted.featureError < 0.01,
          `the features are off by ${inverted.featureError}`,
        );
      },
    },
    {
      name: 'pictures that are none are refused by name',
      run: async ({ runtime, library }) => {
        const { convolveImage } = library;
        const image = { data: new Float32Array(12), width: 4, height: 3, channels: 1 };
        const of = (kernel: unknown) => () => convolveImage(image, kernel as never, { runtime });
        const kernel = { code: 'invalid-argument' };
        await expectThrows(of('blur'), { ...kernel, message: /kernel is 'blur'; .* sharpen, box/ });
        await expectThrows(of([[1, 2, 3, 4, 5]]), {
          ...kernel,
          message: /larger than the picture/,
        });
        await expectThrows(of([[1, Number.NaN]]), {
          ...kernel,
          message: /kernel\[0\]\[1\] is NaN/,
        });
        await expectThrows(of([[1, 2], [3]]), { code: 'shape', message: /row 1 is not/ });
        await expectThrows(of([1, 2]), { ...kernel, message: /begins with 1/ });
        const short = { ...image, width: 5 };
        await expectThrows(() => convolveImage(short, 'box', { runtime }), {
          ...{ code: 'shape', message: /holds 12 numbers, but 5 x 3 pixels of 1 channel need 15/ },
        });
        const border = { border: 'mirror' as Border, runtime };
        await expectThrows(() => convolveImage(image, 'box', border), { message: /border is/ });
      },
    },
  ],
};
