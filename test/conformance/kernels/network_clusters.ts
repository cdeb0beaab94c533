/** The kernels of losses that draw rows to centres. */
import weightsSource from '../../../shaders/networks/cluster_weights.wgsl';
import pullCentresSource from '../../../shaders/networks/pull_centres.wgsl';
import pullRowsSource from '../../../shaders/networks/pull_rows.wgsl';
import { CONTROL_LENGTH } from '../../../src/ops/networks/control.js';
import { clusterWeights, pullCentres, pullRows } from '../../../src/ops/networks/clusters.twin.js';
import { expectClose } from '../expect.js';
import { around, constant, floats, grid, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { lengthOf, writtenIn } from './matrices.js';
import { controlOf, held, padded, valuesOf } from './networks.js';
import { expectExact, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(weightsSource, 'WORKGROUP');
const LOSSES = ['divergence', 'soft', 'nearest'] as const;
const quadsOf = (columns: number) => Math.ceil(columns / 4);

const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 3, k: 5 })),
  ...[1, 4, 8].map((k) => ({ rows: 7, columns: 5, k })),
  { rows: 6, columns: 9, k: 3 },
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2, k: 2 },
  { rows: 70, columns: 4, k: 3, from: WORKGROUP },
].map((shape) => ({ from: 0, ...shape }));

const weightsTest: KernelTest = {
  source: weightsSource,
  variants: LOSSES.map((_, KIND) => ({ KIND })),
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = SHAPES.flatMap((shape) =>
      LOSSES.map((loss, KIND) => ({ ...shape, loss, KIND })),
    );
    await compareEach(shapes, async ({ rows, columns, k, from, loss, KIND }) => {
      const draw = loss === 'nearest' ? grid : uniform;
      const z = held(rows, columns, floats(random, draw, rows * columns));
      const centres = held(k, columns, floats(random, draw, k * columns));
      // Some 0: then p log p is.
      const targets = held(
        rows,
        k,
        floats(random, (one) => one.below(4) / 4, rows * k),
      );
      const [into, losses] = [held(rows, k), held(1, rows)];
      const control = controlOf({ sharpness: 1.5 });
      clusterWeights(
        {
          ...{ loss, z, centres, targets, weight: 0.5, into, losses },
          control: held(1, CONTROL_LENGTH, control),
        },
        valuesOf,
      );
      const place = { rows, columns: k };
      const results = await lab.run(kernel, {
        constants: { KIND },
        shape: { first: from, rows, quads: quadsOf(columns), k, weight: 0.5 },
        buffers: {
          ...{ z: padded(z), centres: padded(centres), targets: padded(targets), control },
          ...{ c: blank(lengthOf(place)), loss: blank(rows) },
        },
        invocations: rows - from,
      });
      const close = { absolute: 1e-4, because: 'exp, log and pow of numbers within 1 of WGSL' };
      const expected = writtenIn(into.values, place, blank(lengthOf(place)), (i) => i >= from);
      expectClose(results.c, expected, close);
      const parts = Float64Array.from(losses.values, (value, i) => (i < from ? -4321.5 : value));
      expectClose(results.loss, parts, close);
    });
  },
  mutations: [
    ['row >= shape.rows', 'row > shape.rows'],
    ['shape.first + (', '('],
    ['control[SHARPNESS]', '1f'],
    ['d < least', 'd <= least'],
    ['2 * shape.weight', 'shape.weight'],
    ['shape.weight * least', 'least'],
    ['mean /= total', ''],
    ['p > 0', 'true'],
    ['(p - share)', '(share - p)'],
    ['1 - a * (d - mean)', '1 + a * (d - mean)'],
    ['shape.weight * all', 'all'],
    ['shape.weight * weights', 'weights'],
    ['q < shape.quads', 'q < 1'],
  ],
};

const pullRowsTest: KernelTest = {
  source: pullRowsSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ rows, columns, k, from }, s) => {
      const own = s % 2;
      const z = held(rows, columns, floats(random, grid, rows * columns));
      const centres = held(k, columns, floats(random, grid, k * columns));
      const weights = held(rows, k, floats(random, grid, rows * k));
      const gradient = held(rows, columns, floats(random, grid, rows * columns));
      const before = own ? padded(gradient) : blank(lengthOf(gradient));
      const untouched = before.slice();
      pullRows({ z, centres, weights, gradient, own }, valuesOf);
      const first = Math.min(from, rows * quadsOf(columns) - 1);
      const results = await lab.run(kernel, {
        shape: { first, rows, quads: quadsOf(columns), k, own },
        buffers: { z: padded(z), centres: padded(centres), c: padded(weights), gradient: before },
        invocations: rows * quadsOf(columns) - first,
      });
      expectExact(
        results.gradient,
        writtenIn(
          gradient.values,
          gradient,
          untouched,
          (i, j) => i * quadsOf(columns) + Math.floor(j / 4) >= first,
        ),
        JSON.stringify({ rows, columns, k, own }),
      );
    });
  },
  mutations: [
    ['index >= shape.rows', 'index > shape.rows'],
    ['shape.first + (', '('],
    ['shape.own != 0', 'false'],
    ['index % shape.quads]', '0]'],
    ['[j % 4]', '[0]'],
    ['row * fours', 'row'],
  ],
};

const pullCentresTest: KernelTest = {
  source: pullCentresSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...SHAPES.filter(({ from }) => from === 0).slice(0, -1),
      { rows: 3, columns: 5, k: FOLDED_WORKGROUPS },
    ].flatMap((shape) => [false, true].map((FOLLOW) => ({ ...shape, FOLLOW })));
    await compareEach(shapes, async ({ rows, columns, k, FOLLOW }) => {
      const z = held(rows, columns, floats(random, grid, rows * columns));
      const centres = held(k, columns, floats(random, grid, k * columns));
      const weights = held(rows, k, floats(random, grid, rows * k));
      const into = FOLLOW
        ? held(
            1,
            k,
            floats(random, (one) => one.below(9), k),
          )
        : held(k, columns);
      const buffers = {
        ...{ z: padded(z), c: padded(weights), centres: padded(centres) },
        out: FOLLOW ? Float32Array.from(into.values) : blank(lengthOf(into)),
      };
      pullCentres({ z, centres, weights, into, follow: FOLLOW }, valuesOf);
      const results = await lab.run(kernel, {
        constants: { FOLLOW },
        shape: { rows, quads: quadsOf(columns), k },
        buffers,
        invocations: k * WORKGROUP,
      });
      const what = JSON.stringify({ rows, columns, k, FOLLOW });
      const close = sumRoundings(3, 8, 'a quotient, added to a centre');
      expectClose(results.centres, writtenIn(centres.values, centres), close);
      const out = FOLLOW ? into.values : writtenIn(into.values, into);
      expectExact(results.out, out, `${what}: out`);
    });
  },
  mutations: [
    ['j >= shape.k', 'j > shape.k'],
    ['i += WORKGROUP', 'i += 2 * WORKGROUP'],
    ['sum -= weight', 'sum += weight'],
    ['sum += parts[lane + half]', 'sum = parts[lane + half]'],
    ['out[j] + came', 'came'],
    ['m + sum / max(count, 1)', 'sum / max(count, 1)'],
    ['out[j] = count', 'out[j] = came'],
  ],
};

export const networkClusterTests: readonly KernelTest[] = [
  weightsTest,
  pullRowsTest,
  pullCentresTest,
];
