/** The kernels of networks. */
import clipSource from '../../../shaders/networks/clip_gradients.wgsl';
import corruptSource from '../../../shaders/networks/corrupt.wgsl';
import crossEntropySource from '../../../shaders/networks/cross_entropy.wgsl';
import endStepSource from '../../../shaders/networks/end_step.wgsl';
import gatherSource from '../../../shaders/networks/gather_batch.wgsl';
import optimizeSource from '../../../shaders/networks/optimize.wgsl';
import outputGradientSource from '../../../shaders/networks/output_gradient.wgsl';
import putSource from '../../../shaders/networks/put_batch.wgsl';
import squaredErrorSource from '../../../shaders/networks/squared_error.wgsl';
import { ACTIVATIONS } from '../../../src/ops/algebra/activation.js';
import type { Matrix } from '../../../src/ops/algebra/algebra.js';
import { endStep, gatherBatch, putBatch } from '../../../src/ops/networks/batches.twin.js';
import { CONTROL_LENGTH, MOST_PARTS } from '../../../src/ops/networks/control.js';
import { corrupt as corruptTwin } from '../../../src/ops/networks/corrupt.twin.js';
import {
  crossEntropy,
  outputGradient,
  squaredError,
} from '../../../src/ops/networks/gradients.twin.js';
import {
  clipGradients,
  optimize as optimizeTwin,
} from '../../../src/ops/networks/optimizer.twin.js';
import { expectClose } from '../expect.js';
import { around, constant, type Floats, floats, grid, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { lengthOf, placedIn, writtenIn } from './matrices.js';
import { expectExact, roundings, sumRoundings } from './tolerance.js';

/** A matrix as the twins take it. */
export interface Held extends Matrix {
  readonly values: Float64Array;
}

export const held = (rows: number, columns: number, values?: ArrayLike<number>): Held => ({
  ...{ rows, columns, count: 1 },
  values: values ? Float64Array.from(values) : new Float64Array(rows * columns),
});

export const valuesOf = (matrix: Matrix): Float64Array => (matrix as Held).values;

/** `values` as the kernels take a matrix. */
export const padded = ({ rows, columns, values }: Held): Floats =>
  placedIn(values, { rows, columns });

const quadsOf = (columns: number) => Math.ceil(columns / 4);

/** Numbers of the control, with the rest of them poison. */
export const controlOf = (
  numbers: Partial<Record<'step' | 'updates' | 'rate' | 'scale' | 'sharpness', number>>,
): Floats => {
  const { step = 0, updates = 0, rate = 0, scale = 1, sharpness = 1 } = numbers;
  return Float32Array.of(step, updates, rate, scale, sharpness, 0, 0, 0);
};

const controlMatrix = (control: Floats): Held => held(1, CONTROL_LENGTH, control);

const WORKGROUP = constant(gatherSource, 'WORKGROUP');

export const gatherTest: KernelTest = {
  source: gatherSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...around(WORKGROUP).map((count) => ({ count, columns: 3 })),
      ...[4, 5, 9].map((columns) => ({ count: 7, columns, step: 2, start: 6 })),
      { count: FOLDED_WORKGROUPS * WORKGROUP, columns: 2, step: 1 },
      { count: 40, columns: 5, from: WORKGROUP },
    ].map((shape) => ({ step: 0, start: 0, from: 0, ...shape }));
    await compareEach(shapes, async ({ count, columns, step, start, from }, s) => {
      const ORDERED = s % 2 === 0;
      const batch = count + 3;
      const all = step * batch + count + 5;
      const order = Float32Array.from({ length: all }, () => random.below(all));
      const rows = held(
        all - start - 2,
        columns,
        floats(random, grid, (all - start - 2) * columns),
      );
      const control = controlOf({ step });
      const into = held(count, columns, new Float64Array(count * columns).fill(-4321.5));
      gatherBatch(
        {
          ...{ rows, start, control: controlMatrix(control), batch, into },
          order: ORDERED ? held(1, all, order) : undefined,
        },
        valuesOf,
      );
      const results = await lab.run(kernel, {
        constants: { ORDERED },
        shape: { first: from, start, held: rows.rows, quads: quadsOf(columns), batch, count },
        buffers: {
          ...{ rows: padded(rows), order, control },
          gathered: blank(lengthOf({ rows: count, columns })),
        },
        invocations: count * quadsOf(columns) - from,
      });
      const isThere = (m: number, j: number) => {
        const at = step * batch + m;
        const row = (ORDERED ? order[at] : at) - start;
        return row >= 0 && row < rows.rows && m * quadsOf(columns) + Math.floor(j / 4) >= from;
      };
      const place = { rows: count, columns };
      expectExact(
        results.gathered,
        writtenIn(into.values, place, blank(lengthOf(place)), isThere),
        JSON.stringify({ count, columns, step, start, ORDERED }),
      );
    });
  },
  mutations: [
    ['m >= shape.count', 'm > shape.count'],
    ['shape.first + (', '('],
    ['* shape.batch', '* shape.count'],
    ['(ORDERED)', '(!ORDERED)'],
    ['row - shape.start < shape.held', 'true'],
    ['index % shape.quads', '0'],
  ],
};

export const putTest: KernelTest = {
  source: putSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...around(WORKGROUP).map((count) => ({ count, columns: 3 })),
      ...[4, 5].map((columns) => ({ count: 7, columns, step: 2 })),
      { count: FOLDED_WORKGROUPS * WORKGROUP, columns: 2, step: 1 },
      { count: 40, columns: 5, from: WORKGROUP },
    ].map((shape) => ({ step: 0, from: 0, ...shape }));
    await compareEach(shapes, async ({ count, columns, step, from }) => {
      const batch = count + 1;
      const place = { rows: step * batch + count + 1, columns };
      const given = held(count, columns, floats(random, grid, count * columns));
      const control = controlOf({ step });
      const rows = held(place.rows, columns, new Float64Array(place.rows * columns).fill(-4321.5));
      putBatch({ given, control: controlMatrix(control), batch, rows }, valuesOf);
      const results = await lab.run(kernel, {
        shape: { first: from, quads: quadsOf(columns), batch, count },
        buffers: { given: padded(given), control, rows: blank(lengthOf(place)) },
        invocations: count * quadsOf(columns) - from,
      });
      const isThere = (i: number, j: number) => {
        const m = i - step * batch;
        return m >= 0 && m < count && m * quadsOf(columns) + Math.floor(j / 4) >= from;
      };
      expectExact(
        results.rows,
        writtenIn(rows.values, place, blank(lengthOf(place)), isThere),
        JSON.stringify({ count, columns, step }),
      );
    });
  },
  mutations: [
    ['index >= shape.count', 'index > shape.count'],
    ['shape.first + (', '('],
    ['* shape.batch *', '* shape.count *'],
  ],
};

/** Rows and columns across what a workgroup takes at once. */
const DOWN = [
  ...[15, 16, 17, 33].map((rows) => ({ rows, columns: 5 })),
  ...[1, 4, 63, 64, 65].map((columns) => ({ rows: 3, columns })),
  { rows: 2, columns: 64 * FOLDED_WORKGROUPS },
];

export const squaredErrorTest: KernelTest = {
  source: squaredErrorSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(DOWN, async ({ rows, columns }) => {
      const [y, x] = [1, 2].map(() => held(rows, columns, floats(random, grid, rows * columns)));
      const [gradient, loss] = [held(rows, columns), held(1, columns)];
      squaredError({ y, x, weight: 0.5, gradient, loss }, valuesOf);
      const results = await lab.run(kernel, {
        shape: { rows, quads: quadsOf(columns), weight: 0.5 },
        buffers: {
          ...{ y: padded(y), x: padded(x), gradient: blank(lengthOf(y)) },
          loss: blank(lengthOf(loss)),
        },
        invocations: Math.ceil(quadsOf(columns) / 16) * 256,
      });
      const what = JSON.stringify({ rows, columns });
      expectExact(results.gradient, writtenIn(gradient.values, gradient), `${what}: gradient`);
      expectExact(results.loss, writtenIn(loss.values, loss), `${what}: loss`);
    });
  },
  mutations: [
    ['2 * shape.weight', 'shape.weight'],
    ['= shape.weight * sum', '= sum'],
    ['i += TALL', 'i += 2 * TALL'],
    ['lane % WIDE', 'lane / WIDE'],
    ['sum += parts[lane + half]', 'sum = parts[lane + half]'],
    ['half >= WIDE', 'half > WIDE'],
    ['y[at] - x[at]', 'x[at] - y[at]'],
  ],
};

export const crossEntropyTest: KernelTest = {
  source: crossEntropySource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(DOWN, async ({ rows, columns }) => {
      const length = rows * columns;
      // Some are 0 and 1 themselves.
      const likely = floats(
        random,
        (one) => Math.max(0, Math.min(1, 1.2 * one.next() - 0.1)),
        length,
      );
      const y = held(rows, columns, likely);
      const x = held(
        rows,
        columns,
        floats(random, (one) => one.next(), length),
      );
      const [gradient, loss] = [held(rows, columns), held(1, columns)];
      crossEntropy({ y, x, weight: 0.5, gradient, loss }, valuesOf);
      const results = await lab.run(kernel, {
        shape: { rows, quads: quadsOf(columns), columns, weight: 0.5 },
        buffers: {
          ...{ y: padded(y), x: padded(x) },
          ...{ gradient: blank(lengthOf(gradient)), loss: blank(lengthOf(loss)) },
        },
        invocations: Math.ceil(quadsOf(columns) / 16) * 256,
      });
      const because = 'WGSL: logarithms within 2^-21 or 3 units, of at most 14';
      expectClose(results.loss, writtenIn(loss.values, loss), { absolute: 5e-6 * rows, because });
      const close = roundings(12, 'a quotient of a difference and products');
      expectClose(results.gradient, writtenIn(gradient.values, gradient), close);
    });
  },
  mutations: [
    ['half >= WIDE', 'half > WIDE'],
    ['i += TALL', 'i += 2 * TALL'],
    ['shape.weight * (p', '(p'],
    ['loss[quad] = shape.weight * sum', 'loss[quad] = sum'],
    ['(p * (1 - p))', 'p'],
    ['(1 - x[at]) * log(1 - p)', 'log(1 - p)'],
    ['vec4f(), slope, isThere', 'slope, slope, isThere'],
  ],
};

export const outputGradientTest: KernelTest = {
  source: outputGradientSource,
  variants: ACTIVATIONS.map((_, ACTIVATION) => ({ ACTIVATION })),
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = DOWN.flatMap((shape, s) =>
      s < ACTIVATIONS.length
        ? [{ ...shape, activation: ACTIVATIONS[s] }]
        : [{ ...shape, activation: ACTIVATIONS[1] }],
    );
    await compareEach(shapes, async ({ rows, columns, activation }) => {
      const y = held(rows, columns, floats(random, grid, rows * columns));
      const given = floats(random, grid, rows * columns);
      const gradient = held(rows, columns, given);
      const bias = held(1, columns);
      const before = padded(gradient);
      outputGradient({ y, gradient, bias, activation }, valuesOf);
      const results = await lab.run(kernel, {
        constants: { ACTIVATION: ACTIVATIONS.indexOf(activation) },
        shape: { rows, quads: quadsOf(columns) },
        buffers: { y: padded(y), gradient: before, bias: blank(lengthOf(bias)) },
        invocations: Math.ceil(quadsOf(columns) / 16) * 256,
      });
      const of = sumRoundings(rows + 4, 20 * rows, 'a sum down a column of rounded products');
      expectClose(results.gradient, writtenIn(gradient.values, gradient), of);
      expectClose(results.bias, writtenIn(bias.values, bias), of);
    });
  },
  mutations: [
    ['g *= activation_slope(y[at])', 'g *= y[at]'],
    ['gradient[at] = g;', ''],
    ['i += TALL', 'i += 2 * TALL'],
    ['half >= WIDE', 'half > WIDE'],
    ['vec4f(LEAK), vec4f(1), y >', 'vec4f(), vec4f(1), y >'],
    ['slope = 1 - y * y', 'slope = 1 - y'],
    ['y * (1 - y)', 'y'],
    ['y + SELU_DEPTH', 'y'],
    [
      'slope = select(vec4f(), vec4f(1), y > vec4f())',
      'slope = select(vec4f(), vec4f(1), y >= vec4f())',
    ],
  ],
};

const KINDS = ['sgd', 'sgd', 'adam', 'adamw'] as const;

export const optimizeTest: KernelTest = {
  source: optimizeSource,
  variants: KINDS.map((_, KIND) => ({ KIND })),
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [...around(WORKGROUP), 1, FOLDED_WORKGROUPS * WORKGROUP].flatMap((quads) =>
      KINDS.map((name, KIND) => ({ quads, name, KIND, from: quads === 1 ? 0 : 0 })),
    );
    shapes.push({ quads: 80, name: 'adam', KIND: 2, from: WORKGROUP });
    await compareEach(shapes, async ({ quads, name, KIND, from }, s) => {
      const length = 4 * quads;
      const [parameters, gradients, first] = [1, 2, 3].map(() =>
        held(1, length, floats(random, uniform, length)),
      );
      const second = held(
        1,
        length,
        floats(random, (one) => one.next(), length),
      );
      const control = controlOf({ rate: 0.125, scale: 0.5, updates: [0, 5, 3000][s % 3] });
      const options = {
        ...{ momentum: 0.75, nesterov: KIND === 1, weightDecay: 0.0625, beta1: 0.9, beta2: 0.999 },
        epsilon: 1e-8,
      };
      const buffers = {
        ...{ parameters: padded(parameters), gradients: padded(gradients), control },
        ...{ first: padded(first), second: padded(second) },
      };
      const before = [parameters, first, second].map(({ values }) => values.slice());
      const { momentum, weightDecay: decay, beta1, beta2, epsilon } = options;
      optimizeTwin(
        {
          ...{ ...options, name, parameters, gradients, first, second },
          control: controlMatrix(control),
        },
        valuesOf,
      );
      const results = await lab.run(kernel, {
        constants: { KIND },
        shape: {
          ...{ first: from, quads, momentum, decay, beta1, beta2, epsilon },
          ...{ log_beta1: Math.log(beta1), log_beta2: Math.log(beta2) },
        },
        buffers,
        invocations: quads - from,
      });
      const close = {
        absolute: 4e-6,
        relative: 4e-6,
        because: 'some ten roundings of numbers near 1',
      };
      [results.parameters, results.first, results.second].forEach((actual, part) => {
        const expected = [parameters, first, second][part].values;
        expected.set(before[part].subarray(0, 4 * from));
        expectClose(actual, expected, close);
      });
    });
  },
  mutations: [
    ['index >= shape.quads', 'index > shape.quads'],
    ['shape.first + (', '('],
    ['control[SCALE] * gradients', 'gradients'],
    ['g += shape.decay * before', 'g += shape.decay'],
    ['rate * shape.decay * before', 'shape.decay * before'],
    ['control[UPDATES] + 1', 'control[UPDATES]'],
    ['(1 - shape.beta1) * g', 'g'],
    ['* g * g', '* g'],
    ['t * shape.log_beta2', 't * shape.log_beta1'],
    ['g + shape.momentum * m', 'g + m'],
    ['x / 2', 'x'],
    ['1 - exp(x)', '1 - x'],
  ],
};

export const endStepTest: KernelTest = {
  source: endStepSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [1, 3].flatMap((parts) =>
      [...around(WORKGROUP), 300].map((length) => ({
        parts,
        length,
        step: parts,
        updates: length % 2,
      })),
    );
    await compareEach(shapes, async ({ parts, length, step, updates }) => {
      const pieces = held(parts, length, floats(random, grid, parts * length));
      const losses = held(
        step + 2,
        MOST_PARTS,
        new Float64Array((step + 2) * MOST_PARTS).fill(-4321.5),
      );
      const control = controlOf({ step, updates: 7 });
      const state = controlMatrix(control);
      endStep({ pieces, losses, control: state, updates: updates === 1 }, valuesOf);
      const results = await lab.run(kernel, {
        shape: { parts, length, updates },
        buffers: {
          pieces: Float32Array.from(pieces.values),
          losses: blank((step + 2) * MOST_PARTS),
          control,
        },
        invocations: WORKGROUP,
      });
      const what = JSON.stringify({ parts, length, updates });
      expectExact(results.losses, losses.values, `${what}: losses`);
      expectExact(results.control, state.values, `${what}: control`);
    });
  },
  mutations: [
    ['i += WORKGROUP', 'i += 2 * WORKGROUP'],
    ['c * shape.length + i', 'i'],
    ['sum += partial[lane + half]', 'sum = partial[lane + half]'],
    ['4 * u32(control[STEP]) + c', '4 * u32(control[STEP])'],
    ['control[STEP] += 1', 'control[STEP] += 2'],
    ['f32(shape.updates)', '1'],
  ],
};

export const clipTest: KernelTest = {
  source: clipSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [...around(WORKGROUP), 300].flatMap((length) =>
      [1, 1e6].map((most) => ({ length, most })),
    );
    await compareEach(shapes, async ({ length, most }) => {
      const squares = held(
        1,
        length,
        floats(random, (one) => 1 + one.next(), length),
      );
      const control = controlOf({ scale: 9 });
      const state = controlMatrix(control);
      clipGradients({ squares, most, control: state }, valuesOf);
      const results = await lab.run(kernel, {
        shape: { length, most },
        buffers: { squares: Float32Array.from(squares.values), control },
        invocations: WORKGROUP,
      });
      const close = roundings(20, 'a sum, a root and a product');
      expectClose(results.control, state.values, close);
    });
  },
  mutations: [
    ['i += WORKGROUP', 'i += 2 * WORKGROUP'],
    ['sum += partial[lane + half]', 'sum = partial[lane + half]'],
    ['inverseSqrt(max(sum, 1e-30))', 'max(sum, 1e-30)'],
    ['min(1, ', 'min(2, '],
  ],
};

export const corruptTest: KernelTest = {
  source: corruptSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...around(WORKGROUP).map((rows) => ({ rows, columns: 3 })),
      ...[4, 5, 9].map((columns) => ({ rows: 6, columns })),
      { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2 },
      { rows: 40, columns: 5, from: WORKGROUP },
    ].map((shape) => ({ from: 0, ...shape }));
    await compareEach(shapes, async ({ rows, columns, from }, s) => {
      const kind = (['masking', 'gaussian', 'bernoulli'] as const)[s % 3];
      const x = held(rows, columns, floats(random, grid, rows * columns));
      const into = held(rows, columns);
      const control = controlOf({ updates: 3 + s });
      const given = { kind, rate: 0.375, kept: 2, seed: 4_000_000_000 + s, stream: s };
      corruptTwin({ x, into, control: controlMatrix(control), ...given }, valuesOf);
      const { rate, kept, seed, stream } = given;
      const place = { rows, columns };
      const results = await lab.run(kernel, {
        constants: { GAUSSIAN: kind === 'gaussian', BERNOULLI: kind === 'bernoulli' },
        shape: { first: from, rows, columns, seed, stream, rate, kept },
        buffers: { x: padded(x), control, y: blank(lengthOf(place)) },
        invocations: rows * quadsOf(columns) - from,
      });
      const isThere = (i: number, j: number) => i * quadsOf(columns) + Math.floor(j / 4) >= from;
      const expected = writtenIn(into.values, place, blank(lengthOf(place)), isThere);
      const what = JSON.stringify({ rows, columns, kind });
      if (kind !== 'gaussian') expectExact(results.y, expected, what);
      else {
        const close = {
          absolute: 2e-4,
          because: 'WGSL: cosines within 2^-11, logarithms within 2^-21',
        };
        expectClose(results.y, expected, { ...close, absolute: 0.375 * 6 * 2 ** -10 });
      }
    });
  },
  mutations: [
    ['index >= shape.rows', 'index > shape.rows'],
    ['shape.first + (', '('],
    ['shape.seed, shape.stream', 'shape.stream, shape.seed'],
    ['u32(control[UPDATES])', '0u'],
    ['>> vec4u(8u)', '>> vec4u(9u)'],
    ['shape.kept * x', 'x'],
    ['u >= vec4f(shape.rate)', 'u <= vec4f(shape.rate)'],
    ['u < x[index]', 'u > x[index]'],
    ['shape.rate * n', 'n'],
    ['angle.y), size.y', 'angle.x), size.y'],
    ['column < vec4u(shape.columns)', 'column < vec4u(4 * quads)'],
  ],
};

export const networkTests: readonly KernelTest[] = [
  gatherTest,
  putTest,
  squaredErrorTest,
  crossEntropyTest,
  outputGradientTest,
  optimizeTest,
  endStepTest,
  clipTest,
  corruptTest,
];
