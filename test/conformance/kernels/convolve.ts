import convolveSource from '../../../shaders/images/convolve.wgsl';
import linesSource from '../../../shaders/images/convolve_lines.wgsl';
import padSource from '../../../shaders/images/pad_planes.wgsl';
import { BORDERS } from '../../../src/ops/images/border.js';
import { convolvePlanes, padPlanes as padTwin } from '../../../src/ops/images/convolve.twin.js';
import { around, constant, floats, grid, indices, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(padSource, 'WORKGROUP');
const ROWS = constant(convolveSource, 'ROWS');

/** What lies before the first invocation stays unwritten. */
const fromVec4 = (first: number, before: Float32Array, after: Float64Array) =>
  after.map((value, at) => (at < 4 * first ? before[at] : value));

const PICTURES = [
  ...around(WORKGROUP / 4).map((height) => ({ height, width: 9, quads: 4, channels: 1, left: 3 })),
  { height: 3, width: 5, quads: 5, channels: 3, left: 4, first: 2 },
  { height: 2, width: 1, quads: 2, channels: 4, left: 1 },
  { height: FOLDED_WORKGROUPS * WORKGROUP, width: 3, quads: 1, channels: 1, left: 0 },
].map((shape) => ({ first: 0, ...shape }));

export const padPlanes: KernelTest = {
  source: padSource,
  async compare(lab, kernel) {
    const random = seeded();
    for (const bytes of [false, true]) {
      await compareEach(
        PICTURES.flatMap((shape) => BORDERS.map((border) => ({ ...shape, border }))),
        async ({ width, height, channels, quads, left, first, border }) => {
          const count = width * height * channels;
          const data = bytes
            ? Uint8Array.from(indices(random, count, 256))
            : floats(random, grid, count);
          const words = new Uint32Array(bytes ? Math.ceil(count / 4) : count);
          new Uint8Array(words.buffer).set(new Uint8Array(data.buffer));
          const before = blank(4 * quads * height * channels);
          const { planes } = await lab.run(kernel, {
            constants: { BYTES: bytes },
            shape: {
              ...{ first, width, rows: height, channels, quads, left },
              border: BORDERS.indexOf(border),
            },
            buffers: { pixels: words, planes: before },
            invocations: quads * height * channels - first,
          });
          const image = { data, width, height, channels, isBytes: bytes };
          const expected = fromVec4(first, before, padTwin(image, { left, quads, border }));
          const what = JSON.stringify({ width, height, channels, quads, left, border, bytes });
          expectExact(planes, expected, what);
        },
      );
    }
  },
  mutations: [
    ['place < width', 'place <= width'],
    ['width - 1));', 'width));'],
    ['2 * width - 1 - turn', '2 * width - turn'],
    ['(place % width + width) % width', 'place % width + width'],
    ['shape.channels + channel', 'shape.channels'],
    ['8 * (at % 4)', '0'],
    ['i32(shape.left)', '0'],
    ['shape.first + (', '('],
    ['line / shape.rows', 'line % shape.channels'],
    ['index >= ', 'index > '],
  ],
};

/** Rows and columns of kernels across the edges of strips and vec4s. */
const FILTERS = [
  ...around(ROWS).map((rows) => ({ rows, quads: 2, channels: 2, kernel: [3, 3] })),
  ...[1, 4, 5, 9].map((columns) => ({ rows: 6, quads: 3, channels: 1, kernel: [2, columns] })),
  ...[1, ROWS + 1, 2 * ROWS + 3].map((s) => ({ rows: 5, quads: 1, channels: 3, kernel: [s, 1] })),
  ...around(WORKGROUP).map((quads) => ({ rows: 2, quads, channels: 1, kernel: [2, 1] })),
  { rows: 9, quads: 2, channels: 2, kernel: [1, 2], first: 3 },
  { rows: ROWS * FOLDED_WORKGROUPS, quads: WORKGROUP, channels: 1, kernel: [1, 1] },
].map((shape) => ({ first: 0, ...shape }));

export const convolve: KernelTest = {
  source: convolveSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = FILTERS.flatMap((shape) =>
      shape.kernel[1] === 1
        ? [false, true].map((column) => ({ ...shape, column }))
        : [{ ...shape, column: false }],
    );
    await compareEach(shapes, async ({ rows, quads, channels, kernel: sides, first, column }) => {
      const [kernelRows, kernelColumns] = sides;
      const kernelQuads = Math.ceil(kernelColumns / 4);
      const inRows = rows + kernelRows - 1;
      const inQuads = column ? quads : quads + kernelQuads;
      const planes = floats(random, grid, 4 * inQuads * inRows * channels);
      const weights = floats(random, grid, 4 * kernelQuads * kernelRows).map((weight, at) =>
        at % (4 * kernelQuads) < kernelColumns ? weight : 0,
      );
      const before = blank(4 * quads * rows * channels);
      const strips = Math.ceil(rows / ROWS);
      const { result } = await lab.run(kernel, {
        constants: { COLUMN: column },
        shape: {
          ...{ first, channels, rows, quads, in_rows: inRows, in_quads: inQuads },
          ...{ kernel_rows: kernelRows, kernel_quads: kernelQuads },
        },
        buffers: { planes, weights, result: before },
        invocations: channels * strips * quads - first,
      });
      const filter = {
        weights: Float64Array.from(weights),
        rows: kernelRows,
        columns: 4 * kernelQuads,
      };
      const wide = { ...filter, columns: column ? 1 : filter.columns };
      if (column) wide.weights = filter.weights.filter((_, at) => at % 4 === 0);
      const made = convolvePlanes(
        planes,
        { channels, rows: inRows, width: 4 * inQuads },
        { rows, width: 4 * quads },
        wide,
      );
      const expected = made.map((value, at) => {
        const line = Math.floor(at / (4 * quads));
        const strip = Math.floor(line / rows) * strips + Math.floor((line % rows) / ROWS);
        const owner = strip * quads + Math.floor((at % (4 * quads)) / 4);
        return owner < first ? before[at] : value;
      });
      const shape = { rows, quads, channels, sides, first, column };
      expectExact(result, expected, JSON.stringify(shape));
    });
  },
  mutations: [
    ['strip % strips * ROWS', 'strip % strips'],
    ['ROWS + shape.kernel_rows - 1', 'shape.kernel_rows'],
    ['here.zw, next.xy', 'here.zw, next.zw'],
    ['here = next', 'here = planes[start]'],
    ['shape.kernel_quads + k', 'shape.kernel_quads'],
    ['weights[line - $r].x', 'weights[line].x'],
    ['top + $r < shape.rows', 'true'],
    ['shape.first + (', '('],
    ['channel * shape.in_rows', '0'],
  ],
};

/** Rows of kernels and of pictures across the edges of strips; vec4s of a line across those of workgroups. */
const LINES = [
  ...[1, 2, 3, 4].flatMap((channels) => [
    ...around(ROWS).map((rows) => ({ rows, quads: 3, channels, kernelRows: 3 })),
    { rows: 5, quads: 1, channels, kernelRows: 1 },
    { rows: 6, quads: 2, channels, kernelRows: 2 * ROWS + 3, first: 1 },
  ]),
  ...around(WORKGROUP).map((quads) => ({ rows: 2, quads, channels: 3, kernelRows: 2 })),
  { rows: ROWS * FOLDED_WORKGROUPS, quads: WORKGROUP, channels: 1, kernelRows: 1 },
].map((shape) => ({ first: 0, ...shape }));

export const convolveLines: KernelTest = {
  source: linesSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = LINES.flatMap((shape) => [false, true].map((bytes) => ({ ...shape, bytes })));
    await compareEach(shapes, async ({ rows, quads, channels, kernelRows, first, bytes }) => {
      const [inRows, inQuads] = [rows + kernelRows - 1, quads + 2];
      const count = 4 * inQuads * inRows;
      const numbers = bytes
        ? Uint8Array.from(indices(random, count, 256))
        : floats(random, grid, count);
      const weights = floats(random, grid, 4 * kernelRows);
      const before = blank(4 * quads * rows);
      const { result } = await lab.run(kernel, {
        constants: { BYTES: bytes, CHANNELS: channels },
        shape: { first, rows, quads, in_rows: inRows, in_quads: inQuads, kernel_rows: kernelRows },
        buffers: { lines: new Uint32Array(numbers.buffer), weights, result: before },
        invocations: Math.ceil(rows / ROWS) * quads - first,
      });
      const filter = {
        weights: Float64Array.from(weights.filter((_, at) => at % 4 < 3)),
        rows: kernelRows,
        columns: 3,
      };
      const made = convolvePlanes(
        numbers,
        { channels: 1, rows: inRows, width: 4 * inQuads },
        { rows, width: 4 * quads },
        filter,
        channels,
      );
      const expected = made.map((value, at) => {
        const [line, place] = [Math.floor(at / (4 * quads)), at % (4 * quads)];
        const owner = Math.floor(line / ROWS) * quads + Math.floor(place / 4);
        return owner < first ? before[at] : value;
      });
      const shape = { rows, quads, channels, kernelRows, first, bytes };
      expectExact(result, expected, JSON.stringify(shape));
    });
  },
  mutations: [
    ['ROWS + shape.kernel_rows - 1', 'shape.kernel_rows'],
    ['vec4u(0, 8, 16, 24)', 'vec4u(0, 8, 16, 16)'],
    ['let by_one = vec4f(here.yzw, next.x);', 'let by_one = here;'],
    ['let by_two = next;', 'let by_two = here;'],
    ['let by_one = vec4f(here.w, next.xyz);', 'let by_one = here;'],
    ['next.zw, quad_at(start + 2).xy', 'next.zw, next.xy'],
    ['let by_two = quad_at(start + 2);', 'let by_two = next;'],
    ['weights[line - $r]', 'weights[line]'],
    ['top + $r < shape.rows', 'true'],
    ['shape.first + (', '('],
    ['weight.z * by_two', 'weight.y * by_two'],
  ],
};
