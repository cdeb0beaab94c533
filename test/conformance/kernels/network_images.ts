/** The kernels of networks' layers of images. */
import foldSource from '../../../shaders/networks/fold.wgsl';
import poolSource from '../../../shaders/networks/pool.wgsl';
import poolGradientSource from '../../../shaders/networks/pool_gradient.wgsl';
import reshapeSource from '../../../shaders/networks/reshape.wgsl';
import unfoldSource from '../../../shaders/networks/unfold.wgsl';
import { MAX_F32 } from '../../../host/kernel.js';
import {
  fold as foldTwin,
  pool as poolTwin,
  poolGradient as poolGradientTwin,
  reshape as reshapeTwin,
  unfold as unfoldTwin,
} from '../../../src/ops/networks/windows.twin.js';
import type { Windows } from '../../../src/ops/networks/windows.js';
import { around, constant, floats, grid, quadsOf, seeded } from './data.js';
import { compareEach, type KernelTest, switches } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { lengthOf, writtenIn } from './matrices.js';
import { held, padded, valuesOf } from './networks.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(unfoldSource, 'WORKGROUP');

interface Shape {
  readonly images: number;
  readonly from: number;
  readonly windows: Windows;
}

const shape = (
  images: number,
  [down, across, channels]: readonly number[],
  [kernelDown, kernelAcross, stride, top, left]: readonly number[],
  [windowsDown, windowsAcross]: readonly number[],
  from = 0,
): Shape => ({
  ...{ images, from },
  windows: {
    ...{ down, across, channels, kernelDown, kernelAcross, stride, top, left },
    ...{ windowsDown, windowsAcross },
  },
});

/** Channels of less than, exactly and more than whole vec4s; images in numbers around a workgroup's. */
const SHAPES = [
  ...around(WORKGROUP).map((images) => shape(images, [1, 1, 4], [1, 1, 1, 0, 0], [1, 1])),
  shape(FOLDED_WORKGROUPS * WORKGROUP, [1, 1, 3], [1, 1, 1, 0, 0], [1, 1]),
  ...[1, 3, 4, 5, 8].map((c) => shape(2, [5, 4, c], [3, 2, 2, 1, 0], [3, 2])),
  shape(2, [4, 6, 2], [2, 3, 1, 0, 0], [3, 4]),
  shape(3, [1, 9, 1], [1, 5, 1, 0, 2], [1, 9]),
  shape(2, [7, 5, 4], [5, 5, 3, 2, 1], [3, 2]),
  shape(1, [9, 8, 5], [3, 3, 2, 1, 1], [5, 4], WORKGROUP),
];

const placesOf = ({ images, from, windows }: Shape) => ({
  ...{ first: from, images, down: windows.down, across: windows.across },
  ...{ channels: windows.channels, stride: windows.stride, top: windows.top, left: windows.left },
  ...{ windows_down: windows.windowsDown, windows_across: windows.windowsAcross },
  ...{ kernel_down: windows.kernelDown, kernel_across: windows.kernelAcross },
});

const sidesOf = ({ images, windows }: Shape) => ({
  pixels: { rows: images * windows.down * windows.across, columns: windows.channels },
  patches: {
    rows: images * windows.windowsDown * windows.windowsAcross,
    columns: windows.kernelDown * windows.kernelAcross * windows.channels,
  },
});

export const unfoldTest: KernelTest = {
  source: unfoldSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async (one) => {
      const { from, windows } = one;
      const sides = sidesOf(one);
      const { rows, columns } = sides.pixels;
      const pixels = held(rows, columns, floats(random, grid, rows * columns));
      const patches = held(sides.patches.rows, sides.patches.columns);
      unfoldTwin({ pixels, patches, windows }, valuesOf);
      const quads = quadsOf(patches.columns);
      const results = await lab.run(kernel, {
        constants: { ALIGNED: columns % 4 === 0 },
        shape: placesOf(one),
        buffers: { pixels: padded(pixels), patches: blank(lengthOf(patches)) },
        invocations: patches.rows * quads - from,
      });
      const isThere = (i: number, j: number) => i * quads + Math.floor(j / 4) >= from;
      const expected = writtenIn(patches.values, sides.patches, blank(lengthOf(patches)), isThere);
      expectExact(results.patches, expected, JSON.stringify(one));
    });
  },
  mutations: [
    ['window >= shape.images * windows', 'window > shape.images * windows'],
    ['shape.first + (', '('],
    ['* shape.stride - shape.top', '- shape.top'],
    ['- shape.top', '- shape.left'],
    ['- shape.left', '- shape.top'],
    ['y < shape.down', 'y < shape.across'],
    ['x < shape.across', 'true'],
    ['column < columns', 'true'],
    ['tap / shape.kernel_across', 'tap / shape.kernel_down'],
    ['index % channel_quads', 'index % quads'],
    ['[c % 4]', '[0]'],
  ],
};

export const foldTest: KernelTest = {
  source: foldSource,
  // The epilogue's curves are compared with those of products.
  variants: switches(foldSource).map((one) => ({ ...one, ACTIVATION: 0 })),
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async (one, s) => {
      const { from, windows } = one;
      const sides = sidesOf(one);
      const { rows, columns } = sides.patches;
      const { channels } = windows;
      const patches = held(rows, columns, floats(random, grid, rows * columns));
      const pixels = held(sides.pixels.rows, channels);
      const bias = held(1, channels, floats(random, grid, channels));
      const [isBiased, isClamped] = [s % 2 === 0, s % 3 === 0];
      foldTwin(
        {
          ...{ pixels, patches, windows, bias: isBiased ? bias : undefined },
          activation: isClamped ? 'relu' : 'linear',
        },
        valuesOf,
      );
      const quads = quadsOf(channels);
      const results = await lab.run(kernel, {
        constants: { ALIGNED: channels % 4 === 0 },
        shape: {
          ...{ ...placesOf(one), columns: channels, flags: isBiased ? 1 : 0, threshold: 0 },
          least: isClamped ? 0 : -MAX_F32,
        },
        buffers: {
          ...{ patches: padded(patches), bias: padded(bias) },
          pixels: blank(lengthOf(sides.pixels)),
        },
        invocations: pixels.rows * quads - from,
      });
      const isThere = (i: number, j: number) => i * quads + Math.floor(j / 4) >= from;
      const expected = writtenIn(
        pixels.values,
        sides.pixels,
        blank(lengthOf(sides.pixels)),
        isThere,
      );
      expectExact(results.pixels, expected, JSON.stringify(one));
    });
  },
  mutations: [
    ['pixel >= shape.images * places', 'pixel > shape.images * places'],
    ['shape.first + (', '('],
    ['+ shape.top', '+ shape.left'],
    ['+ shape.left', '+ shape.top'],
    ['y % shape.stride', '0u'],
    ['ky += shape.stride', 'ky += 1'],
    ['wy < shape.windows_down', 'true'],
    ['wx < shape.windows_across', 'true'],
    ['ky * shape.kernel_across', 'ky * shape.kernel_down'],
    ['(column + $i) % 4', '$i'],
    ['v += bias[quad]', 'v -= bias[quad]'],
  ],
};

const POOLED = [
  ...around(WORKGROUP).map((images) => ({ images, down: 2, across: 2, sides: [2, 2], c: 3 })),
  ...[1, 4, 5].map((c) => ({ images: 2, down: 4, across: 6, sides: [2, 1], c })),
  { images: 2, down: 1, across: 8, sides: [1, 4], c: 2 },
  { images: 3, down: 6, across: 3, sides: [3, 3], c: 4, maxOnly: true },
  { images: FOLDED_WORKGROUPS * WORKGROUP, down: 1, across: 2, sides: [1, 2], c: 2 },
  { images: 40, down: 2, across: 4, sides: [1, 2], c: 5, from: WORKGROUP },
].map((one) => ({ from: 0, maxOnly: false, ...one }));

const poolTestOf = (isGradient: boolean): KernelTest['compare'] =>
  async function compare(lab, kernel) {
    const random = seeded();
    const kinds = (['max', 'average'] as const).flatMap((kind) =>
      POOLED.filter(({ maxOnly }) => kind === 'max' || !maxOnly).map((one) => ({ ...one, kind })),
    );
    await compareEach(kinds, async ({ images, down, across, sides, c, from, kind }) => {
      const [kernelDown, kernelAcross] = sides;
      const rows = images * down * across;
      const pixels = held(rows, c, floats(random, grid, rows * c));
      const windows = rows / (kernelDown * kernelAcross);
      const given = floats(random, grid, windows * c);
      const pooled = held(windows, c, isGradient ? given : undefined);
      const passed = held(rows, c);
      const plan = { kind, down, across, kernelDown, kernelAcross, pixels, pooled };
      if (isGradient) poolGradientTwin({ ...plan, passed }, valuesOf);
      else poolTwin(plan, valuesOf);
      const quads = quadsOf(c);
      const results: Readonly<Record<string, Float32Array<ArrayBuffer>>> = await lab.run(kernel, {
        constants: { AVERAGE: kind === 'average' },
        shape: {
          ...{ first: from, images, down, across, quads },
          ...{ kernel_down: kernelDown, kernel_across: kernelAcross },
        },
        buffers: {
          // What is read past the end by mistake is not what lies past the end of what is written.
          pixels: Float32Array.of(...padded(pixels), ...new Float32Array(2048).fill(7)),
          ...(isGradient
            ? { pooled: padded(pooled), passed: blank(lengthOf(passed)) }
            : { pooled: blank(lengthOf(pooled)) }),
        },
        invocations: windows * quads - from,
      });
      const isThere = (window: number, j: number) => window * quads + Math.floor(j / 4) >= from;
      const windowOf = (row: number) => {
        const [y, x] = [Math.floor(row / across), row % across];
        return Math.floor(y / kernelDown) * (across / kernelAcross) + Math.floor(x / kernelAcross);
      };
      const expected = isGradient
        ? writtenIn(passed.values, passed, undefined, (i, j) => isThere(windowOf(i), j))
        : writtenIn(pooled.values, pooled, undefined, isThere);
      const what = JSON.stringify({ images, down, across, sides, c, kind });
      expectExact(results[isGradient ? 'passed' : 'pooled'], expected, what);
    });
  };

const POOL_MUTATIONS = [
  ['index >= windows()', 'index > windows()'],
  ['shape.first + (', '('],
  ['line * shape.kernel_down', 'line'],
  ['window % beside * shape.kernel_across', 'window % beside'],
  ['k % shape.kernel_across', '0'],
] as const;

export const poolTest: KernelTest = {
  source: poolSource,
  compare: poolTestOf(false),
  mutations: [
    ...POOL_MUTATIONS,
    ['max(best, v)', 'min(best, v)'],
    ['sum / f32(shape.kernel_down * shape.kernel_across)', 'sum'],
  ],
};

export const poolGradientTest: KernelTest = {
  source: poolGradientSource,
  compare: poolTestOf(true),
  mutations: [
    ...POOL_MUTATIONS,
    ['v > best', 'v >= best'],
    ['best = max(best, v)', 'best = v'],
    ['gradient / f32(count)', 'gradient'],
  ],
};

export const reshapeTest: KernelTest = {
  source: reshapeSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...around(WORKGROUP).map((rows) => ({ rows, columns: 4, from: 0, other: 1 })),
      ...[1, 3, 4, 5, 12].flatMap((other) =>
        [1, 4, 5, 60].map((columns) => ({ rows: 180 / columns, columns, from: 0, other })),
      ),
      { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2, from: 0, other: 6 },
      { rows: 40, columns: 6, from: WORKGROUP, other: 3 },
    ];
    await compareEach(shapes, async ({ rows, columns, from, other }) => {
      const given = held((rows * columns) / other, other, floats(random, grid, rows * columns));
      const made = held(rows, columns);
      reshapeTwin({ given, made }, valuesOf);
      const quads = quadsOf(columns);
      const results = await lab.run(kernel, {
        shape: { first: from, rows, columns, given_columns: other },
        buffers: { given: padded(given), made: blank(lengthOf(made)) },
        invocations: rows * quads - from,
      });
      const isThere = (i: number, j: number) => i * quads + Math.floor(j / 4) >= from;
      const expected = writtenIn(made.values, made, undefined, isThere);
      expectExact(results.made, expected, JSON.stringify({ rows, columns, other }));
    });
  },
  mutations: [
    ['index >= shape.rows', 'index > shape.rows'],
    ['shape.first + (', '('],
    ['column < shape.columns', 'true'],
    ['l % shape.given_columns', 'column % shape.given_columns'],
    ['* given_quads', '* quads'],
    ['[at % 4]', '[0]'],
  ],
};

export const networkImageTests: readonly KernelTest[] = [
  unfoldTest,
  foldTest,
  poolTest,
  poolGradientTest,
  reshapeTest,
];
