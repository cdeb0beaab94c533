/** K-means as an energy model: energy, density, reconstruction and responses. */
import type { Matrix } from '../../../src/index.js';
import type { Suite } from '../case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from '../expect.js';
import { smallRuntime, streamed } from './stream_support.js';
import { clouds, head, nearest, type Rows } from './support.js';

const points = clouds(600, 5, 6, 4);

/** |x - w|^2 of each row and centroid, and their products, in float64. */
function pairs({ data, shape: [n, d] }: Rows, { data: c, shape: [k] }: Rows) {
  const squared = new Float64Array(n * k);
  const products = new Float64Array(n * k);
  for (let at = 0; at < n * k; at++) {
    for (let j = 0; j < d; j++) {
      const [x, w] = [data[Math.floor(at / k) * d + j], c[(at % k) * d + j]];
      squared[at] += (x - w) ** 2;
      products[at] += x * w;
    }
  }
  return { squared, products };
}

const strongest = ({ data, shape: [n, k] }: Matrix) =>
  Uint32Array.from({ length: n }, (_, i) => {
    const row = data.subarray(i * k, (i + 1) * k);
    return row.indexOf(Math.max(...row));
  });

/** A horizontal bar of so many pixels in the middle of 13. */
const bar = (length: number) =>
  Array.from({ length: 13 }, (_, j) => (Math.abs(j - 6) <= (length - 1) / 2 ? 1 : 0));

export const kmeansEnergy: Suite = {
  name: 'kmeans energy',
  where: 'each runtime',
  cases: [
    {
      name: 'energy is the squared distance to the nearest centroid, of rows of any size, in any form',
      where: 'everywhere',
      run: async (context) => {
        const { library, runtime } = context;
        for (const factor of [1, 2 ** 90, 2 ** -90]) {
          const rows = { data: points.data.map((x) => x * factor), shape: points.shape };
          const model = await library.kmeans(rows, { k: 6, runtime });
          const { squared } = pairs(rows, model.centroids);
          const labels = nearest(rows, model.centroids);
          const energies = await model.energy(rows, { runtime });
          expectClose(
            energies,
            Float64Array.from(labels, (label, i) => squared[6 * i + label]),
            {
              relative: 2e-6,
              absolute: 1e-6 * factor ** 2,
              because: 'direct differences in float32',
            },
          );
          expectClose(
            energies.reduce((sum, energy) => sum + energy, 0),
            model.inertia,
            { relative: 1e-6, because: 'the same costs in another order' },
          );
        }
        const model = library.OnlineKMeansModel.fromCentroids(head(points, 3));
        const small = await smallRuntime(context);
        expectEqual(
          await model.energy(streamed(points), { runtime: small }),
          await model.energy(points, { runtime }),
          'of a stream',
        );
        const pixels = { data: Uint8Array.of(0, 3, 255, 4), shape: [2, 2] };
        const whole = await library.kmeans(pixels, { k: 1, init: [[0, 0]], maxIter: 1, runtime });
        expectEqual(await whole.energy(pixels, { runtime }), Float64Array.of(16256.5, 16256.5));
      },
    },
    {
      name: 'the normalised density integrates to 1; in closed form for one centroid, and two in a line',
      run: async ({ library, runtime }) => {
        const { OnlineKMeansModel } = library;
        const fromCentroids = (rows: Parameters<typeof OnlineKMeansModel.fromCentroids>[0]) =>
          OnlineKMeansModel.fromCentroids(rows);
        const one = fromCentroids(head(points, 1));
        const energies = await one.energy(points, { runtime });
        const normalised = { normalize: 'voronoi', runtime } as const;
        expectClose(
          await one.logDensity(points, { ...normalised, beta: 0.7 }),
          energies.map((energy) => 2.5 * Math.log(0.7 / Math.PI) - 0.7 * energy),
          { absolute: 1e-12, because: 'nothing is sampled: (beta / pi)^(d / 2) exp(-beta E)' },
        );
        expectClose(
          await one.logDensity(points, { beta: 2, runtime }),
          energies.map((energy) => -2 * energy),
          { relative: 1e-15, because: 'the same energies in float64' },
        );
        // P_k is the share of N(a, 1/2) above 0: (1 + erf(a)) / 2, here with a = 0.5.
        const two = fromCentroids([[10.5], [9.5]]);
        const [atCentroid] = await two.logDensity([[10.5]], normalised);
        const share = (1 + 0.5204998778130465) / 2;
        const logZ = 0.5 * Math.log(Math.PI) + Math.log(2 * share);
        expectClose(-atCentroid, logZ, { absolute: 0.005, because: '16,384 samples' });
        // A grid of 0.1 x 0.1 over a plane with four uneven pieces.
        const four = fromCentroids([
          [0, 0],
          [1, 0.5],
          [0.5, 2],
          [3, 3],
        ]);
        const grid = Array.from({ length: 80 * 80 }, (_, i) => [
          (i % 80) / 10 - 2.5,
          Math.floor(i / 80) / 10 - 2.5,
        ]);
        const densities = await four.logDensity(grid, { ...normalised, beta: 1.5, seed: 3 });
        const total = densities.reduce((sum, density) => sum + Math.exp(density) / 100, 0);
        expectClose(total, 1, { absolute: 0.01, because: '16,384 samples; a grid of 0.1' });
        const again = await four.logDensity(grid, { ...normalised, beta: 1.5, seed: 3 });
        expectEqual(again, densities, 'the same seed');
      },
    },
    {
      name: 'reconstruction: each row becomes its winner, the energy is what that leaves',
      run: async ({ library, runtime }) => {
        const model = await library.kmeans(points, { k: 6, runtime });
        const rebuilt = await model.reconstruct(points, { runtime });
        expectEqual(rebuilt.shape, [600, 5]);
        const labels = await model.predict(points, { runtime });
        const expected = Float32Array.from(rebuilt.data, (_, at) => {
          return model.centroids.data[5 * labels[Math.floor(at / 5)] + (at % 5)];
        });
        expectEqual(rebuilt.data, expected);
        const stamps = points.data.map((x) => 1e9 + x);
        const far = {
          data: Float64Array.from(stamps, (x, at) => x + (at % 7) / 8),
          shape: [600, 5],
        };
        const late = await library.kmeans(far, { k: 2, runtime });
        const inFull = await late.reconstruct(far, { runtime });
        expectThat(inFull.data instanceof Float64Array, 'large numbers were rounded to float32.');
      },
    },
    {
      name: "responses are w'x; with equal norms the strongest is the nearest, exactly then",
      run: async ({ library, runtime }) => {
        const moved = { data: points.data.map((x) => x + 50), shape: points.shape };
        const model = await library.kmeans(moved, { k: 6, runtime });
        const linear = await model.respond(moved, { runtime });
        const { products } = pairs(moved, model.centroids);
        const because = 'products in float32 about the shift, sums to float32';
        expectClose(linear.data, products, { relative: 1e-6, because });
        const labels = await model.predict(moved, { runtime });
        const inhibited = await model.respond(moved, { inhibition: 'winnerTakeAll', runtime });
        const alone = linear.data.map((value, at) =>
          at % 6 === labels[Math.floor(at / 6)] ? value : 0,
        );
        expectEqual(inhibited.data, alone, 'with lateral inhibition');
        expectThat(
          strongest(linear).some((label, i) => label !== labels[i]),
          'norms differ, but the strongest response was the nearest centroid of every row.',
        );
        // Lengths alike: by the metric, or as they were given.
        const cosine = await library.kmeans(points, { k: 6, metric: 'cosine', runtime });
        expectEqual(strongest(await cosine.respond(points, { runtime })), cosine.labels, 'cosine');
        const lengths = Array.from({ length: 6 }, (_, c) =>
          Math.hypot(...points.data.subarray(5 * c, 5 * c + 5)),
        );
        const unit = head(points, 6);
        const equal = library.OnlineKMeansModel.fromCentroids({
          data: unit.data.map((x, at) => (3 * x) / lengths[Math.floor(at / 5)]),
          shape: [6, 5],
        });
        expectEqual(
          strongest(await equal.respond(points, { runtime })),
          await equal.predict(points, { runtime }),
          'centroids of length 3',
        );
      },
    },
    {
      name: 'end-stopping: a bar that outgrows the receptive field answers less under winner-take-all',
      run: async ({ library, runtime }) => {
        const lengths = [1, 3, 5, 7, 9, 11];
        const cells = library.OnlineKMeansModel.fromCentroids([bar(3), bar(5), bar(9)]);
        const bars = lengths.map(bar);
        const of = async (inhibition: 'none' | 'winnerTakeAll') => {
          const { data } = await cells.respond(bars, { inhibition, runtime });
          return lengths.map((_, i) => data[3 * i + 1]);
        };
        const tolerance = {
          absolute: 1e-5,
          because: 'sums of 13 float32 products about the shift',
        };
        expectClose(await of('none'), [1, 3, 5, 5, 5, 5], tolerance);
        const stopped = await of('winnerTakeAll');
        expectClose(stopped.slice(0, 3), [0, 0, 5], tolerance);
        // Of length 7 it is as far from 5 as from 9; the lower index wins.
        expectClose(stopped.slice(4), [0, 0], tolerance);
      },
    },
    {
      name: 'bad input',
      run: async ({ library, runtime }) => {
        const model = library.OnlineKMeansModel.fromCentroids(head(points, 3));
        const cosine = await library.kmeans(points, { k: 2, metric: 'cosine', runtime });
        const huge = library.OnlineKMeansModel.fromCentroids([[1e30, 1e30]]);
        const invalid = (message: RegExp) => ({ name: 'InvalidArgumentError', message });
        const cases = [
          [() => model.energy([[1, 2]], { runtime }), { name: 'ShapeError' }],
          [() => model.logDensity(points, { beta: 0, runtime }), invalid(/beta is 0.*above 0/)],
          [() => model.logDensity(points, { normalize: 'all' } as never), invalid(/'voronoi'/)],
          [() => model.logDensity(points, { samples: 0 }), invalid(/samples is 0/)],
          [() => cosine.logDensity(points, { normalize: 'voronoi' }), invalid(/no integral/)],
          [() => model.respond(points, { inhibition: 'all' } as never), invalid(/'winnerTakeAll'/)],
          [() => model.reconstruct(points, { inhibition: 'none' } as never), invalid(/no option/)],
          [() => huge.respond([[1e30, 1e30]], { runtime }), invalid(/leaves float32's range/)],
        ] as const;
        for (const [action, pattern] of cases) await expectThrows(action, pattern);
      },
    },
  ],
};
