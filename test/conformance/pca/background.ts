/** Rows of which most numbers are one and the same, as pictures and word counts have: much is left out. */
import { createRandom } from '../../../src/math/random.js';
import { type Case, firstEverywhere, type Suite } from '../case.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import { expectProper, expectSameFit, on } from './support.js';

const N = 9000;
const GROUPS = 5;
const WIDTH = 14;
/** Some columns past the groups' vary in every row, one does not at all. */
const DENSE = 5;
const D = GROUPS * WIDTH + DENSE + 1;
const COUNT = GROUPS;

/**
 * Groups of columns that hold `background` in four rows of five, and else something of their own; five
 * columns that are different in each row, and one of 3s.
 */
function pictures(background: (column: number) => number) {
  const random = createRandom(11);
  const noise = () => random.next() + random.next() + random.next() - 1.5;
  const data = new Float64Array(N * D);
  for (let i = 0; i < N; i++) {
    const row = data.subarray(i * D, (i + 1) * D);
    for (let g = 0; g < GROUPS; g++) {
      const shown = random.below(5) === 0;
      const size = 4 * 0.6 ** g * (1.5 + noise());
      for (let j = g * WIDTH; j < (g + 1) * WIDTH; j++) {
        row[j] = background(j) + (shown ? size * (1 + (j % 3)) + 0.1 * noise() : 0);
      }
    }
    for (let j = GROUPS * WIDTH; j < D - 1; j++) row[j] = 2 + 0.2 * noise();
    row[D - 1] = 3;
  }
  return { data, shape: [N, D] as const };
}

const BACKGROUNDS: Readonly<Record<string, (column: number) => number>> = {
  zeros: () => 0,
  'one value': () => 255,
  'a value for each column': (column) => column / 4,
  'far from 0': () => 1e4,
};

const agree = (name: string): Case => ({
  name: `agrees with float64: ${name}`,
  needsGpu: true,
  run: async (context) => {
    const { data, shape } = pictures(BACKGROUNDS[name]);
    const single = { data: Float32Array.from(data), shape };
    const options = { nComponents: COUNT };
    for (const points of [single, { data, shape }]) {
      const model = await context.library.pca(points, { ...options, ...on(context) });
      const twin = await context.library.pca(points, { ...options, runtime: 'cpu' });
      expectThat(model.engine !== twin.engine, 'both ran on the CPU.');
      expectProper(model);
      expectSameFit(model, twin, {
        relative: 2e-6,
        axes: 1e-5,
        because: 'float32 sums of up to 512 products about the background',
      });
      expectEqual(model.components.data[D - 1], 0, 'the part of the column of 3s');
    }
  },
});

export const pcaBackground: Suite = {
  name: 'pca of much background',
  cases: [
    ...firstEverywhere(Object.keys(BACKGROUNDS).map(agree)),
    {
      name: 'the same bits twice, and from a matrix on the device',
      needsGpu: true,
      run: async (context) => {
        const { data, shape } = pictures(() => 0);
        const points = { data: Float32Array.from(data), shape };
        const runtime = await context.library.createRuntime();
        try {
          const options = { nComponents: COUNT, runtime };
          const model = await context.library.pca(points, options);
          const again = await context.library.pca(points, options);
          expectEqual(again.toJSON(), model.toJSON(), 'the second fit');
          // COPY_SRC and COPY_DST, which Node has no names for.
          const buffer = runtime.device.createBuffer({ size: points.data.byteLength, usage: 0x0c });
          runtime.device.queue.writeBuffer(buffer, 0, points.data);
          const resident = await context.library.pca({ buffer, shape }, options);
          buffer.destroy();
          expectEqual(resident.toJSON(), model.toJSON(), 'the fit of rows on the device');
        } finally {
          runtime.dispose();
        }
      },
    },
    {
      name: 'batches agree with one matrix',
      needsGpu: true,
      run: async (context) => {
        const { data, shape } = pictures(() => 0);
        const points = { data: Float32Array.from(data), shape };
        const whole = await context.library.pca(points, on(context));
        const parts = await context.library.pca(points, {
          solver: 'incremental',
          batchSize: 4500,
          ...on(context),
        });
        // Not the components: those of equal variance may turn.
        expectClose(parts.explainedVariance, whole.explainedVariance, {
          absolute: 2e-6 * whole.explainedVariance[0],
          because: 'all pairs are kept, so that batches lose nothing but roundings',
          what: 'variances',
        });
      },
    },
  ],
};
