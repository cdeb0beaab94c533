import source from '../../../shaders/algebra/factor_block.wgsl';
import residualSource from '../../../shaders/algebra/residual.wgsl';
import { cholesky as twin, triangularInverse } from '../../../src/math/cholesky.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import { around, constant, floats, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { lengthOf, placedIn, writtenIn } from './matrices.js';

const SIDE = constant(source, 'SIDE');
const NONE = 0xffffffff;

const SHAPES = [
  ...[1, 3, 4, 5, SIDE - 1, SIDE].map((size) => ({ size })),
  { size: 9, first: 8, wider: 2, block: 2 },
  { size: 12, singular: 7 },
  { size: 12, first: 4, singular: 0, known: 2 },
].map((shape) => ({ first: 0, wider: 0, block: 0, singular: -1, known: NONE, ...shape }));

export const factorBlock: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ size, first, wider, block, singular, known }) => {
      // G G^T + I, whose factor is told well; what lies above its diagonal is nobody's.
      const g = floats(random, uniform, size * size);
      const matrix = new Float32Array(size * size).fill(Number.NaN);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = i === j ? 1 : 0;
          for (let p = 0; p < size; p++) sum += (g[i * size + p] * g[j * size + p]) / size;
          matrix[i * size + j] = i === singular && j === i ? -1 : sum;
        }
      }
      const stride = Math.ceil((first + size) / 4) + wider;
      const place = { rows: size, columns: size, first: first * stride + first / 4, stride };
      const inverse = { rows: SIDE, columns: SIDE, first: (block * SIDE * SIDE) / 4 };
      const results = await lab.run(kernel, {
        shape: { first, size, stride, block },
        buffers: {
          matrix: placedIn(matrix, place),
          inverses: blank(lengthOf(inverse)),
          failed: Uint32Array.of(known),
        },
        invocations: SIDE,
      });
      const what = JSON.stringify({ size, first, wider, block, singular, known });
      const pivot = singular < 0 ? known : Math.min(known, first + singular);
      expectEqual(results.failed, Uint32Array.of(pivot), `${what}: the first pivot`);
      results.matrix.forEach((value, at) => {
        expectThat(Number.isFinite(value), `${what}: matrix[${at}] is ${value}.`);
      });
      if (singular >= 0) return;
      const { factor } = twin(matrix, size);
      const padded = new Float64Array(SIDE * SIDE);
      const own = triangularInverse(factor, size);
      for (let i = 0; i < size; i++) {
        padded.set(own.subarray(i * size, (i + 1) * size), i * SIDE);
      }
      // Pivots lie within [1, 3], so that errors grow by little: some sums of `size` terms one after the other.
      const tolerance = {
        absolute: 4 * size * 2 ** -23,
        because: 'sums of as many terms as there are rows, and what they are made of, each rounded',
      };
      const before = placedIn(matrix, place);
      expectClose(results.matrix, writtenIn(factor, place, before), {
        ...tolerance,
        what: `${what}: the factor`,
      });
      expectClose(results.inverses, writtenIn(padded, inverse), {
        ...tolerance,
        what: `${what}: its inverse`,
      });
    });
  },
  mutations: [
    ['shape.first * shape.stride + ', ''],
    ['+ shape.first / 4', ''],
    ['shape.block * (SIDE * SIDE / 4) + e', 'e'],
    ['v[c], row < shape.size', 'v[c], true'],
    ['let isSound = pivot > 0', 'let isSound = true'],
    ['min(failed[0], shape.first + j)', 'shape.first + j'],
    ['sqrt(select', '(select'],
    ['factor * triangle[entry(k, j)]', 'factor * factor'],
    ['i == j);\n      for', 'false);\n      for'],
    ['triangle[entry(i, k)] * taken[k]', 'triangle[entry(k, j)] * taken[k]'],
    ['sum / taken[j]', 'sum'],
    ['<= row && row < shape.size', '<= row'],
  ],
};

const WORKGROUP = constant(residualSource, 'WORKGROUP');

const RESIDUALS = [
  ...[1, 3, 4, 5, 30].map((inner) => ({ rows: 7, inner, columns: 5 })),
  ...around(WORKGROUP).map((rows) => ({ rows, inner: 6, columns: 3 })),
  { rows: WORKGROUP + 5, inner: 3, columns: 8, from: WORKGROUP },
  { rows: FOLDED_WORKGROUPS * WORKGROUP, inner: 2, columns: 1 },
].map((shape) => ({ from: 0, ...shape }));

export const residual: KernelTest = {
  source: residualSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(RESIDUALS, async ({ rows, inner, columns, from }) => {
      const quads = Math.ceil(columns / 4);
      const a = floats(random, uniform, rows * inner);
      const x = floats(random, uniform, inner * columns);
      const exact = new Float64Array(rows * columns);
      for (let at = 0; at < exact.length; at++) {
        for (let k = 0; k < inner; k++) {
          exact[at] += a[Math.floor(at / columns) * inner + k] * x[k * columns + (at % columns)];
        }
      }
      // The float32 numbers next to A X, so that what is left is far smaller than its terms.
      const b = Float32Array.from(exact);
      const made = { rows, columns };
      const results = await lab.run(kernel, {
        shape: { first: from, rows, inner, quads, nothing: 0 },
        buffers: {
          a: placedIn(a, { rows, columns: inner }),
          x: placedIn(x, { rows: inner, columns }),
          ...{ b: placedIn(b, made), residual: blank(lengthOf(made)) },
        },
        invocations: rows * quads - from,
      });
      const left = exact.map((value, at) => b[at] - value);
      const there = (i: number, j: number) => i * quads + Math.floor(j / 4) >= from;
      expectClose(results.residual, writtenIn(left, made, blank(lengthOf(made)), there), {
        absolute: (inner + 2) * 2 ** -34,
        because:
          'what upper halves leave of products within 1, 2^-12 of them, is rounded once a term',
        what: JSON.stringify({ rows, inner, columns, from }),
      });
    });
  },
  mutations: [
    ['row >= shape.rows', 'row > shape.rows'],
    ['shape.first + (', '('],
    ['vec4u(UPPER)', 'vec4u(0xffff0000u)'],
    ['as_is(sum - before) + as_is(added - moved)', 'vec4f()'],
    ['as_is(added - moved)', 'as_is(moved - added)'],
    ['factor * (term - upper) + ', ''],
    [' + (factor - factor_upper) * upper', ''],
    ['sum + rest', 'sum'],
    ['k < shape.inner', 'k + 1 < shape.inner'],
  ],
};
