import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import fullSource from '../../../shaders/mixtures/log_density.wgsl';
import narrowSource from '../../../shaders/mixtures/log_density_narrow.wgsl';
import { logDensityOf } from '../../../src/ops/mixtures/scoring.js';
import { packScorer } from '../../../src/ops/mixtures/layout.js';
import type { FactorForm, Scorer } from '../../../src/ops/mixtures/scorer.js';
import { logDensity as twin } from '../../../src/ops/mixtures/log_density.twin.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import {
  ACROSS_BLOCKS,
  constant,
  type Draw,
  floats,
  grid,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
} from './data.js';
import { type KernelTest, permutation } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, sumRoundings } from './tolerance.js';

/** Rows of a workgroup. */
const TILE = 4 * constant(fullSource, 'WORKGROUP');

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly clusters: number;
  readonly first: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, 3, 4, 5, 8, 9, 12, 13, 17].map((columns) => ({ rows: 5, columns, clusters: 3, first: 1 })),
  ...[TILE - 1, TILE, TILE + 1].map((rows) => ({ rows, columns: 8, clusters: 2, first: 0 })),
  ...ACROSS_BLOCKS.map((shape) => ({ ...shape, clusters: 2 })),
  { rows: 2, columns: 5, clusters: FOLDED_WORKGROUPS, first: 0 },
];

/**
 * For the kernel whose workgroups own rows, through all components. The widest first: each width is a
 * kernel to compile, and most mistakes show in the first.
 */
const NARROW_SHAPES: readonly Shape[] = [
  ...[16, 15].map((columns) => ({ rows: 9, columns, clusters: 5, first: 3 })),
  ...SHAPES.filter(({ columns }) => columns <= 16),
  { rows: FOLDED_WORKGROUPS * TILE, columns: 3, clusters: 2, first: 0 },
];

interface Problem extends Shape {
  readonly x: Float32Array;
  readonly scorer: Scorer;
}

/** Halves, so that squares of whitened differences stay exact. */
const half: Draw = (random) => random.below(5) / 2 - 1;

function problem(kernel: KernelSource, shape: Shape, form: FactorForm, exact: boolean): Problem {
  const random = seeded(kernel);
  const { rows, columns: d, clusters: k } = shape;
  const draw = exact ? grid : uniform;
  const all = rowsOf(random, draw, rows, d);
  const width = 4 * quadsOf(d);
  const factors = Float64Array.from(
    floats(
      random,
      exact ? half : uniform,
      form === 'diag' ? k * d : form === 'full' ? k * d * d : d * d,
    ),
  );
  return {
    ...shape,
    x: Float32Array.from(
      { length: rows * d },
      (_, at) => all[Math.floor(at / d) * width + (at % d)],
    ),
    scorer: {
      k,
      form,
      offsets: Float64Array.from(floats(random, draw, k)),
      means: Float64Array.from(floats(random, draw, k * d)),
      factors,
    },
  };
}

async function scored(
  lab: Lab,
  kernel: KernelSource,
  { rows, columns, clusters, first, x, scorer }: Problem,
  constants: KernelConstants = {},
  halted = 0,
  allComponents = false,
) {
  const quads = quadsOf(columns);
  const total = first + rows + 1;
  const scoreStride = rows + 3;
  const packed = packScorer(scorer, new Float64Array(columns).fill(1));
  const shape = {
    ...{ first, rows, quads, clusters, score_stride: scoreStride },
    factor_stride: scorer.form === 'tied' ? 0 : packed.factors.length / clusters / 4,
  };
  const { scores } = await lab.run(kernel, {
    constants,
    shape,
    buffers: {
      points: packedAt(x, rows, columns, first, total),
      means: Float32Array.from(packed.means),
      offsets: Float32Array.from(packed.offsets),
      factors: Float32Array.from(packed.factors),
      state: Uint32Array.of(0, halted),
      scores: blank(clusters * scoreStride),
    },
    invocations: ((allComponents ? 1 : clusters) * Math.ceil(rows / TILE) * TILE) / 4,
  });
  return scores;
}

function expected({ rows, columns, clusters, x, scorer }: Problem): Float64Array {
  const stride = rows + 3;
  const result = Float64Array.from(blank(clusters * stride));
  const scores = twin(x, 0, rows, columns, scorer);
  for (let k = 0; k < clusters; k++) {
    result.set(scores.subarray(k * rows, (k + 1) * rows), k * stride);
  }
  return result;
}

async function compare(
  lab: Lab,
  kernel: KernelSource,
  forms: readonly FactorForm[],
  constants: KernelConstants = {},
): Promise<void> {
  for (const form of forms) {
    for (const shape of SHAPES) {
      const drawn = problem(kernel, shape, form, true);
      expectExact(
        await scored(lab, kernel, drawn, constants),
        expected(drawn),
        JSON.stringify({ form, ...shape }),
      );
    }
    const drawn = problem(kernel, { rows: 40, columns: 11, clusters: 4, first: 0 }, form, false);
    const length = form === 'diag' ? 2 : 2 * 11;
    expectClose(
      await scored(lab, kernel, drawn, constants),
      expected(drawn),
      sumRoundings(3 * 12 + 4, 11 * length ** 2, 'squares of whitened differences within [-2, 2]'),
    );
    const halted = await scored(lab, kernel, drawn, constants, 1);
    expectEqual(halted, blank(halted.length), `${form}: scores of a fit that has halted`);
  }
}

const SHARED_MUTATIONS = [
  ['shape.first + min', 'min'],
  ['rows[i] < shape.rows', 'rows[i] <= shape.rows'],
  ['k * shape.score_stride + rows[i]', 'k * shape.rows + rows[i]'],
  ['offsets[k] - 0.5', 'offsets[k] - 0.25'],
  ['k >= shape.clusters', 'k > shape.clusters'],
] as const;

const MATRIX_MUTATIONS = [
  ...SHARED_MUTATIONS,
  ['k * shape.factor_stride', 'k'],
  ['u$r += lower * z$r', 'u$r += lower * z0'],
  ['2 * pair + 1 < shape.quads', 'false'],
  ['q <= 2 * pair', 'q < 2 * pair'],
  ['pair * (8 * pair + 4)', 'pair * 12'],
] as const;

export const logDensity: KernelTest = {
  source: fullSource,
  variants: [{}],
  compare: (lab, kernel) => compare(lab, kernel, ['full', 'tied']),
  mutations: MATRIX_MUTATIONS,
};

/** The lanes that subgroups of this many invocations allow. */
const LANES: readonly number[] = [4, 8];

export const logDensitySubgroups: KernelTest = {
  source: permutation(fullSource, 'with subgroups', { SUBGROUPS: 'true' }),
  needs: 'subgroups',
  variants: LANES.map((lanes) => ({ LANES: lanes })),
  async compare(lab, kernel) {
    for (const lanes of LANES.filter((count) => count <= lab.runtime.subgroupSize)) {
      await compare(lab, kernel, ['full', 'tied'], { LANES: lanes });
    }
    const { kernel: chosen } = await logDensityOf(lab.runtime, 'full', 5);
    const constants = { SUBGROUPS: true, LANES: lab.runtime.subgroupSize >= 8 ? 8 : 4 };
    const wanted = await lab.runtime.kernel(fullSource, constants);
    expectThat(chosen === wanted, 'the library takes the kernel with subgroups.');
  },
  mutations: [
    ...MATRIX_MUTATIONS,
    ['subgroupBroadcast(f0, $c)', 'subgroupBroadcast(f0, $(c / 2))'],
    ['subgroupBroadcast(f, $c)', 'subgroupBroadcast(f, $(c / 2))'],
    ['$(c % LANES)', '$((c + 1) % LANES)'],
    ['subgroup_lane % LANES', 'subgroup_lane % 3'],
  ],
};

export const logDensityNarrow: KernelTest = {
  source: narrowSource,
  needs: 'subgroups',
  variants: LANES.flatMap((lanes) => [1, 2, 3, 4].map((QUADS) => ({ LANES: lanes, QUADS }))),
  async compare(lab, kernel) {
    const most = lab.runtime.subgroupSize;
    for (const lanes of LANES.filter((count) => count <= most)) {
      const constants = (columns: number) => ({ LANES: lanes, QUADS: quadsOf(columns) });
      // Fewer lanes than the device has: the widest rows only, as some drivers take seconds to compile.
      const fewer = 2 * lanes <= most && lanes < 8;
      for (const form of ['full', 'tied'] as const) {
        for (const shape of NARROW_SHAPES.filter(({ columns }) => !fewer || columns > 12)) {
          const drawn = problem(kernel, shape, form, true);
          expectExact(
            await scored(lab, kernel, drawn, constants(shape.columns), 0, true),
            expected(drawn),
            JSON.stringify({ lanes, form, ...shape }),
          );
        }
      }
      const drawn = problem(
        kernel,
        { rows: 40, columns: 15, clusters: 4, first: 0 },
        'full',
        false,
      );
      expectClose(
        await scored(lab, kernel, drawn, constants(15), 0, true),
        expected(drawn),
        sumRoundings(3 * 16 + 4, 15 * 30 ** 2, 'squares of whitened differences within [-2, 2]'),
      );
      const halted = await scored(lab, kernel, drawn, constants(15), 1, true);
      expectEqual(halted, blank(halted.length), 'scores of a fit that has halted');
    }
    const { kernel: chosen } = await logDensityOf(lab.runtime, 'tied', 4);
    expectEqual(chosen.source.name, narrowSource.name, 'the kernel that the library takes');
  },
  mutations: [
    // Few, for the same reason; what it shares with the others is theirs to find.
    ['k < shape.clusters', 'k + 1 < shape.clusters'],
    ['at + $i * BLOCK_ROWS', 'at + $(i / 2) * BLOCK_ROWS'],
    ['$(j * LANES)', '$(j / 2 * LANES)'],
    ['$(c % LANES)', '$((c + 1) % LANES)'],
    ['(4 * i + j) * z$j', '(4 * i + j) * z0'],
    ['minus(x$i, subgroupBroadcast(m, $i))', 'minus(x$i, subgroupBroadcast(m, 0))'],
    ['(i % 2) * (j < i)', '(i % 2) * (j == 0)'],
  ],
};

export const logDensityDiagonal: KernelTest = {
  source: permutation(fullSource, 'of diagonals', { DIAGONAL: 'true' }),
  variants: [{}],
  compare: (lab, kernel) => compare(lab, kernel, ['diag']),
  mutations: [
    ...SHARED_MUTATIONS,
    ['at += BLOCK_ROWS', 'at += BLOCK_ROWS / 2'],
    ['d$r += y$r * y$r', 'd$r += y$r'],
    ['factors[k * shape.quads + q]', 'factors[q]'],
  ],
};
