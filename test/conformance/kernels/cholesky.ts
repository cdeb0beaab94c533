import type { KernelSource } from '../../../host/kernel.js';
import choleskySource from '../../../shaders/mixtures/cholesky.wgsl';
import inverseSource from '../../../shaders/mixtures/triangular_inverse.wgsl';
import { factorEntries, factorIndex } from '../../../src/ops/mixtures/layout.js';
import { cholesky as twin, triangularInverse as inverseTwin } from '../../../src/math/cholesky.js';
import { gram } from '../../../src/ops/products/gram.twin.js';
import { expectClose, expectEqual } from '../expect.js';
import { constant, quadsOf, rowsOf, seeded, uniform, writtenAt } from './data.js';
import { type KernelTest, switches } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';

const NONE = 0xffffffff;
const REACH = constant(inverseSource, 'REACH');

/** Symmetric positive definite matrices, width x width each, the identity past the last column. */
function definite(count: number, columns: number): Float64Array[] {
  const random = seeded();
  const width = 4 * quadsOf(columns);
  return Array.from({ length: count }, () => {
    const rows = 2 * columns + 2;
    const matrix = gram(rowsOf(random, uniform, rows, columns), rows, width);
    for (let i = columns; i < width; i++) matrix[i * (width + 1)] = 1;
    return Float64Array.from(Float32Array.from(matrix));
  });
}

/** Where element (i, j) of matrix m lies. */
const index = (quads: number, matrices: number, m: number, i: number, j: number) =>
  4 * ((i * quads + Math.floor(j / 4)) * matrices + m) + (j % 4);

/** The quads up to the diagonal, others blank. */
function interleaved(
  matrices: readonly Float64Array[],
  columns: number,
): Float32Array<ArrayBuffer> {
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const laid = blank(4 * width * quads * matrices.length);
  matrices.forEach((matrix, m) => {
    for (let i = 0; i < width; i++) {
      for (let j = 0; j < 4 * (Math.floor(i / 4) + 1); j++) {
        laid[index(quads, matrices.length, m, i, j)] = matrix[i * width + j];
      }
    }
  });
  return laid;
}

async function factored(
  lab: Lab,
  kernel: KernelSource,
  tied: boolean,
  columns: number,
  given: readonly Float64Array[],
  halted = 0,
) {
  const clusters = tied ? 3 : given.length;
  return lab.run(kernel, {
    constants: { TIED: tied },
    shape: { clusters, quads: quadsOf(columns), matrices: given.length },
    buffers: {
      components: Float32Array.from({ length: 2 * clusters }, (_, at) => -at),
      state: Uint32Array.of(0, halted, NONE),
      matrices: interleaved(given, columns),
      offsets: blank(clusters + 1),
    },
    invocations: given.length,
  });
}

async function compareFactors(lab: Lab, kernel: KernelSource, tied: boolean, k: number, d: number) {
  const what = JSON.stringify({ tied, k, d });
  const width = 4 * quadsOf(d);
  const given = definite(tied ? 1 : k, d);
  const factors = given.map((matrix) => twin(matrix, width).factor);
  const { matrices, offsets, state } = await factored(lab, kernel, tied, d, given);
  const because = 'condition numbers of some 100, times float32 roundings';
  expectClose(matrices, interleaved(factors, d), { absolute: 2e-5 * d, because, what });
  const logs = factors.map((factor) => {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += Math.log(factor[j * (width + 1)]);
    return sum;
  });
  const expectedOffsets = Float64Array.from(
    { length: tied ? 3 : k },
    (_, c) => -(2 * c + 1) - logs[tied ? 0 : c],
  );
  expectClose(offsets, writtenAt(expectedOffsets, 0, expectedOffsets.length + 1), {
    absolute: 1e-5 * (d + k),
    because,
    what: `${what}: offsets`,
  });
  expectEqual(state, Uint32Array.of(0, 0, NONE), `${what}: state`);
}

export const cholesky: KernelTest = {
  source: choleskySource,
  async compare(lab, kernel) {
    const WORKGROUP = constant(choleskySource, 'WORKGROUP');
    for (const { TIED } of switches(choleskySource)) {
      const tied = TIED === true;
      for (const d of [1, 2, 4, 5, 8, 9, 17]) await compareFactors(lab, kernel, tied, 3, d);
      if (tied) continue;
      for (const k of [WORKGROUP - 1, WORKGROUP, WORKGROUP + 1, FOLDED_WORKGROUPS * WORKGROUP]) {
        await compareFactors(lab, kernel, tied, k, 2);
      }
    }
    // Matrices 1 and 3 have a last column that is the sum of the others.
    const d = 3;
    const singular = definite(4, d);
    for (const m of [1, 3]) {
      const x = Float64Array.from([2, 0, 2, 0, 1, 1, 0, 0, 0]);
      const product = gram(x, 3, 3);
      for (let at = 0; at < 9; at++) singular[m][4 * Math.floor(at / 3) + (at % 3)] = product[at];
    }
    const failed = await factored(lab, kernel, false, d, singular);
    expectEqual(failed.state, Uint32Array.of(0, 0, 1), 'the first singular matrix');
    expectEqual(failed.matrices[index(1, 4, 1, 2, 2)], 1, 'the pivot in its place');
    const halted = await factored(lab, kernel, false, d, singular, 1);
    expectEqual(halted.matrices, interleaved(singular, d), 'matrices of a fit that has halted');
    expectEqual(halted.state, Uint32Array.of(0, 1, NONE), 'state of a fit that has halted');
  },
  mutations: [
    ['atomicLoad(&state[HALTED]) != 0', 'false'],
    ['m >= shape.matrices', 'm > shape.matrices'],
    ['sum -= dot(known, known)', ''],
    ['- dot(known, pivot)', ''],
    ['min(4u, i - 4 * q + 1)', '4u'],
    ['sum <= 0', 'sum < 0'],
    ['atomicMin', 'atomicMax'],
    ['(TIED)', '(!TIED)'],
    ['components[m].y - logs', 'components[m].y'],
  ],
};

async function inverted(
  lab: Lab,
  kernel: KernelSource,
  columns: number,
  given: readonly Float64Array[],
  halted = 0,
  most = 3e38,
) {
  const quads = quadsOf(columns);
  return lab.run(kernel, {
    shape: { quads, columns, matrices: given.length, factor_stride: factorEntries(quads), most },
    buffers: {
      matrices: interleaved(given, columns),
      state: Uint32Array.of(0, halted, NONE),
      factors: blank(4 * factorEntries(quads) * given.length),
    },
    invocations: columns * given.length,
  });
}

export const triangularInverse: KernelTest = {
  source: inverseSource,
  async compare(lab, kernel) {
    const WORKGROUP = constant(inverseSource, 'WORKGROUP');
    const shapes = [
      ...[1, 2, 4, 5, 8, 9, 13, 17].map((columns) => [3, columns] as const),
      ...[WORKGROUP - 1, WORKGROUP, WORKGROUP + 1, (FOLDED_WORKGROUPS * WORKGROUP) / 2].map(
        (count) => [count, 2] as const,
      ),
    ];
    for (const [count, columns] of shapes) {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const given = definite(count, columns).map((matrix) => twin(matrix, width).factor);
      const expected = Float64Array.from(blank(4 * factorEntries(quads) * count));
      given.forEach((factor, m) => {
        const inverse = inverseTwin(factor, width);
        for (let i = 0; i < columns; i++) {
          for (let j = 0; j <= i; j++) {
            const at = 4 * factorEntries(quads) * m + factorIndex(i, j);
            expected[at] = inverse[i * width + j];
          }
        }
      });
      const { factors, state } = await inverted(lab, kernel, columns, given);
      expectEqual(state, Uint32Array.of(0, 0, NONE), 'state of sound factors');
      expectClose(factors, expected, {
        absolute: 1e-5 * columns,
        because: 'condition numbers of some 10, times float32 roundings',
        what: JSON.stringify({ count, columns }),
      });
    }
    // Element (2, 0) times the length of row 0 is `-reach`, and (2, 1) times that of row 1 a little more.
    const narrow = (reach: number) => {
      const a = Math.sqrt(reach);
      return Float64Array.from([3, 0, 0, 0, -a, 1, 0, 0, 0, a, 1, 0, 0, 0, 0, 1]);
    };
    const given = [narrow(0), narrow(REACH * 1.05), narrow(REACH * 1.05), narrow(REACH * 0.95)];
    const unsound = await inverted(lab, kernel, 3, given);
    expectEqual(unsound.state, Uint32Array.of(0, 0, 1), 'the first factor beyond the reach');
    const sound = await inverted(lab, kernel, 3, [given[0], given[3]]);
    expectEqual(sound.state, Uint32Array.of(0, 0, NONE), 'no factor beyond the reach');
    // Its own diagonal element is what reaches far here, and the row is longer than that.
    const diagonal = Float64Array.from([1, 0, 0, 0, 1, 1 / REACH, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    const { state } = await inverted(lab, kernel, 3, [diagonal]);
    expectEqual(state, Uint32Array.of(0, 0, 0), 'a pivot far below its row');
    // Round, and of a deviation of an eighth.
    const small = Float64Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? 1 / 8 : 0));
    for (const [most, first] of [
      [9, NONE],
      [7, 0],
    ]) {
      const { state: found } = await inverted(lab, kernel, 3, [small], 0, most);
      expectEqual(found, Uint32Array.of(0, 0, first), `deviations of 1/8 where 1/${most} is least`);
    }
    const halted = await inverted(lab, kernel, 3, [diagonal], 1);
    expectEqual(halted.factors, blank(halted.factors.length), 'factors of a fit that has halted');
    expectEqual(halted.state, Uint32Array.of(0, 1, NONE), 'state of a fit that has halted');
  },
  mutations: [
    ['j >= shape.columns', 'j > shape.columns'],
    ['p < i', 'p + 1 < i'],
    ['square += own * own', 'square = own * own'],
    ['abs(solved)', 'solved'],
    ['* sqrt(square)', ''],
    ['|| largest > shape.most', ''],
    ['atomicMin', 'atomicMax'],
    ['/ element(m, i, i)', '/ element(m, j, j)'],
    ['4 * m * shape.factor_stride', '0u'],
    ['quad == 2 * pair + 1', 'false'],
  ],
};
