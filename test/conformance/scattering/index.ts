/** Scattering transforms. */
import { loadScattering, type ScatteringCase } from '../../golden/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectClose, expectEqual, expectThrows } from '../expect.js';

const golden = async ({ readFile }: ConformanceContext) =>
  (await loadScattering((file) => readFile(`golden/${file}`))).cases;

const matrixOf = ({ points }: ScatteringCase) => ({
  data: points.data,
  shape: points.shape as [number, number],
});
const optionsOf = ({ width, height, scales, orientations, maxOrder }: ScatteringCase) => ({
  ...{ width, height, scales, orientations, maxOrder },
});

async function expectFeatures(context: ConformanceContext, one: ScatteringCase): Promise<void> {
  const { library, runtime, gpu } = context;
  const given = { ...optionsOf(one), runtime };
  const found = await library.scatteringTransform(matrixOf(one), given);
  const { channels, width, height, shape } = found;
  expectEqual([...shape], [...one.features.shape], 'shape');
  expectEqual([channels, channels * width * height], [one.channels, shape[1]], 'channels');
  expectClose(found.data, one.features.data, {
    absolute: gpu ? 1e-6 : 1e-7,
    because: 'images of numbers to 3 are given in float32, which a device computes in, too',
    what: JSON.stringify(optionsOf(one)),
  });
}

const small: Case = {
  name: 'two scales of oblong images are those of NumPy',
  where: 'everywhere',
  run: async (context) => expectFeatures(context, (await golden(context))[1]),
};

const others: Case = {
  name: "digits' 217 channels and other images are those of NumPy",
  where: 'each runtime',
  run: async (context) => {
    const [digits, , ...rest] = await golden(context);
    for (const one of [digits, ...rest]) await expectFeatures(context, one);
  },
};

const scaled: Case = {
  name: 'multiples of images have multiples of the features, also far from 1; a channel can be made of length 1',
  where: 'each runtime',
  run: async (context) => {
    const { library, runtime } = context;
    const [, one] = await golden(context);
    const { data, shape } = matrixOf(one);
    const given = { ...optionsOf(one), runtime };
    const { data: features } = await library.scatteringTransform({ data, shape }, given);
    for (const factor of [2 ** -100, 2 ** 100]) {
      const times = { data: data.map((value) => value * factor), shape };
      const { data: multiples } = await library.scatteringTransform(times, given);
      expectClose(
        multiples.map((value) => value / factor),
        features,
        { absolute: 1e-6, because: 'as above' },
      );
    }
    const normalized = { ...given, normalize: true };
    const found = await library.scatteringTransform({ data, shape }, normalized);
    const size = found.width * found.height;
    for (let at = 0; at < found.data.length; at += size) {
      const channel = features.subarray(at, at + size);
      const largest = Math.max(...channel.map(Math.abs));
      expectClose(
        found.data.subarray(at, at + size),
        channel.map((value) => value / largest),
        { absolute: 1e-5, because: 'channels of small numbers lose digits' },
      );
    }
  },
};

const refused: Case = {
  name: 'sizes that do not fit are refused with the remedy; square images need none',
  where: 'once',
  run: async ({ library }) => {
    const points = {
      data: Float32Array.from({ length: 90 }, (_, i) => Math.sin(i)),
      shape: [1, 90] as const,
    };
    const transform = (options: object) =>
      library.scatteringTransform(points, { scales: 1, runtime: 'cpu', ...options });
    for (const [options, message] of [
      [{}, /90 numbers, which make no square; give width and height/],
      [{ width: 11 }, /11 x \? pixels do not have the 90 numbers/],
      [{ height: 11 }, /\? x 11 pixels/],
      [{ width: 10, height: 10 }, /10 x 10 pixels/],
      [
        { width: 10, scales: 4 },
        /scales is 4, for images of 16 x 16 .* these have 10 x 9; use fewer/,
      ],
      [{ width: 10, maxOrder: 3 }, /maxOrder is 3; it must be/],
      [{ width: 10, orientations: 0 }, /orientations is 0; it must be/],
    ] as const) {
      await expectThrows(() => transform(options), { name: 'InvalidArgumentError', message });
    }
    const square = { data: points.data.slice(0, 64), shape: [1, 64] as const };
    const given = { maxOrder: 1, runtime: 'cpu' } as const;
    const found = await library.scatteringTransform(square, given);
    expectEqual([found.channels, found.width, found.height], [25, 1, 1], 'sizes');
  },
};

export const scattering: Suite = {
  name: 'scattering transforms',
  cases: [small, others, scaled, refused],
};
