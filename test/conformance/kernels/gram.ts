import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/products/gram.wgsl';
import { sumsKernelOf } from '../../../src/ops/mixtures/weighted_sums.js';
import { gram as twin } from '../../../src/ops/products/gram.twin.js';
import { moments } from '../../../src/ops/mixtures/moments.twin.js';
import { expectClose, expectEqual } from '../expect.js';
import {
  ACROSS_BLOCKS,
  constant,
  floats,
  grid,
  packedAt,
  poisonedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
  wholeWeight,
} from './data.js';
import { type KernelTest, permutation } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { allowedByClusters, BY_CLUSTERS, type ByClusters, rowsOfRun, unitsOf } from './runs.js';
import { expectExact, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const ENTRY = constant(source, 'ENTRY');
const RESIDUALS = constant(source, 'RESIDUALS');
const WEIGHT = constant(source, 'WEIGHT');

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly clusters: number;
  readonly lanes: number;
  /** Rows before those of the dispatch. */
  readonly first: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, 4, 5, 8, 9, 17].map((columns) => ({ rows: 9, columns, clusters: 3, lanes: 2, first: 1 })),
  ...[1, 2, 7, 8, 9].map((lanes) => ({ rows: 8, columns: 6, clusters: 2, lanes, first: 0 })),
  ...ACROSS_BLOCKS.map((shape) => ({ ...shape, clusters: 1, lanes: 3 })),
  // More workgroups than fit one dimension: 3 blocks a cluster.
  { rows: 70, columns: 16, clusters: 3, lanes: FOLDED_WORKGROUPS * 8, first: 2 },
  { rows: WORKGROUP + 1, columns: 33, clusters: 1, lanes: 3, first: 0 },
];

interface Problem extends Shape {
  /** rows x 4 quads */
  readonly x: Float32Array;
  readonly centres: Float32Array<ArrayBuffer>;
  /** What the partial sums of unweighted products go on from; from nothing when absent. */
  readonly before?: Float32Array<ArrayBuffer>;
  /** [clusters][rows] */
  readonly weights: Float32Array;
}

function problem(kernel: KernelSource, shape: Shape, exact: boolean): Problem {
  const random = seeded(kernel);
  const { rows, columns, clusters } = shape;
  const draw = exact ? grid : uniform;
  return {
    ...shape,
    x: rowsOf(random, draw, rows, columns),
    centres: rowsOf(random, draw, clusters, columns),
    weights: floats(random, exact ? wholeWeight : uniform, clusters * rows),
  };
}

const blocksOf = (quads: number) => {
  const side = Math.ceil(quads / 2);
  return (side * (side + 1)) / 2;
};

async function products(
  lab: Lab,
  kernel: KernelSource,
  weighted: boolean,
  { rows, columns, clusters, lanes, first, x, centres, weights, before }: Problem,
  halted = 0,
  byClusters?: ByClusters,
) {
  const quads = quadsOf(columns);
  const total = first + rows + 1;
  const weightStride = rows + 2;
  const laid = new Float32Array(clusters * weightStride);
  for (let k = 0; k < clusters; k++) {
    laid.set(
      poisonedAt(weights.subarray(k * rows, (k + 1) * rows), 0, weightStride),
      k * weightStride,
    );
  }
  const used = weighted ? clusters : 1;
  const { partial } = await lab.run(kernel, {
    constants: {
      ...byClusters,
      ...{ WEIGHTED: weighted, CENTRED: weighted, CONTINUED: before !== undefined },
    },
    shape: {
      ...{ first, rows, quads, clusters: used, lanes, weight_stride: weightStride },
      ...unitsOf(rows, lanes, byClusters !== undefined),
      ...{ first_cluster: 0, last_cluster: used, point_stride: 0 },
    },
    buffers: {
      points: packedAt(x, rows, 4 * quads, first, total),
      centres,
      weights: laid,
      state: Uint32Array.of(0, halted),
      partial: before ?? blank(4 * lanes * used * blocksOf(quads) * ENTRY),
    },
    invocations:
      lanes *
      blocksOf(quads) *
      (byClusters ? byClusters.WORKGROUP * Math.ceil(used / byClusters.WORKGROUP) : used),
  });
  return partial;
}

/** `x` with its last quad repeated where quads are odd in number, as the kernel's blocks have it. */
function inPairs(x: Float32Array, rows: number, quads: number): Float64Array {
  const width = 8 * Math.ceil(quads / 2);
  return Float64Array.from({ length: rows * width }, (_, at) => {
    const [row, j] = [Math.floor(at / width), at % width];
    return x[row * 4 * quads + Math.min(Math.floor(j / 4), quads - 1) * 4 + (j % 4)];
  });
}

/** The partial sums by the twins, in the kernel's layout. */
function expected(weighted: boolean, p: Problem, byClusters = false): Float64Array {
  const quads = quadsOf(p.columns);
  const width = 8 * Math.ceil(quads / 2);
  const clusters = weighted ? p.clusters : 1;
  const blocks = blocksOf(quads);
  const result = Float64Array.from(p.before ?? blank(4 * p.lanes * clusters * blocks * ENTRY));
  const x = inPairs(p.x, p.rows, quads);
  const centres = inPairs(p.centres, p.clusters, quads);
  for (let l = 0; l < p.lanes; l++) {
    const rows = rowsOfRun(p.rows, p.lanes, l, byClusters);
    const own = rows.flatMap((row) => [...x.subarray(row * width, (row + 1) * width)]);
    for (let k = 0; k < clusters; k++) {
      const weights = rows.map((row) => p.weights[k * p.rows + row]);
      const centre = centres.subarray(k * width, (k + 1) * width);
      const matrix = weighted
        ? twin(own, rows.length, width, { k: 1, weights, centres: centre })
        : twin(own, rows.length, width);
      const { sums, weights: total } = moments(own, rows.length, width, 1, weights, centre);
      let at = (l * clusters + k) * blocks * ENTRY * 4;
      for (let bi = 0; 8 * bi < width; bi++) {
        for (let bj = 0; bj <= bi; bj++, at += 4 * ENTRY) {
          for (let e = 0; e < 64; e++) {
            const [quad, c] = [Math.floor(e / 16), Math.floor(e / 4) % 4];
            const i = 8 * bi + 4 * Math.floor(quad / 2) + c;
            const j = 8 * bj + 4 * (quad % 2) + (e % 4);
            result[at + e] = (p.before?.[at + e] ?? 0) + matrix[i * width + j];
          }
          if (!weighted) continue;
          result.set(sums.subarray(8 * bi, 8 * bi + 8), at + 4 * RESIDUALS);
          result.set([total[0], 0, 0, 0], at + 4 * WEIGHT);
        }
      }
    }
  }
  return result;
}

/** Clusters 1 and 2 of 3, each of rows of its own, as sums in components' coordinates are taken. */
async function compareStacked(lab: Lab, kernel: KernelSource): Promise<void> {
  const shape = { rows: 9, columns: 6, clusters: 3, lanes: 2, first: 1 };
  const drawn = { ...problem(kernel, shape, true), centres: new Float32Array(3 * 8) };
  const other = problem(kernel, { ...shape, rows: 2 * 256 }, true).x;
  const quads = quadsOf(shape.columns);
  const points = packedAt(other, 2 * 256, 4 * quads, shape.first, 3 * 256);
  const { partial } = await lab.run(kernel, {
    constants: { WEIGHTED: true, CENTRED: false },
    shape: {
      ...{ first: shape.first, rows: 9, quads, clusters: 3, lanes: 2, weight_stride: 9 },
      ...{ ...unitsOf(9, 2), first_cluster: 1, last_cluster: 3, point_stride: 256 },
    },
    buffers: {
      points,
      centres: drawn.centres,
      weights: Float32Array.from(drawn.weights),
      state: Uint32Array.of(0, 0),
      partial: blank(4 * 2 * 3 * blocksOf(quads) * ENTRY),
    },
    invocations: 2 * 2 * blocksOf(quads),
  });
  const length = 4 * blocksOf(quads) * ENTRY;
  const result = Float64Array.from(blank(partial.length));
  for (const k of [1, 2]) {
    const x = other.subarray((k - 1) * 256 * 4 * quads);
    const own = expected(true, { ...drawn, x });
    for (let l = 0; l < 2; l++) {
      const at = (3 * l + k) * length;
      result.set(own.subarray(at, at + length), at);
    }
  }
  expectExact(partial, result, 'clusters of rows of their own');
}

export const gram: KernelTest = {
  source,
  async compare(lab, kernel) {
    for (const weighted of [false, true]) {
      for (const shape of SHAPES) {
        const drawn = problem(kernel, shape, true);
        expectExact(
          await products(lab, kernel, weighted, drawn),
          expected(weighted, drawn),
          JSON.stringify({ weighted, ...shape }),
        );
      }
    }
    for (const shape of [SHAPES[0], SHAPES[5]]) {
      const random = seeded();
      const length = 4 * shape.lanes * blocksOf(quadsOf(shape.columns)) * ENTRY;
      const drawn = { ...problem(kernel, shape, true), before: floats(random, grid, length) };
      expectExact(
        await products(lab, kernel, false, drawn),
        expected(false, drawn),
        JSON.stringify({ continued: true, ...shape }),
      );
    }
    await compareStacked(lab, kernel);
    const rounded = { rows: 600, columns: 9, clusters: 2, lanes: 2, first: 0 };
    const drawn = problem(kernel, rounded, false);
    expectClose(
      await products(lab, kernel, true, drawn),
      expected(true, drawn),
      sumRoundings(300 + 4, 4 * 300, 'a run of products of differences within [-2, 2]'),
    );
    const halted = await products(lab, kernel, true, drawn, 1);
    expectEqual(halted, blank(halted.length), 'partial sums of a fit that has halted');
  },
  variants: [
    { WEIGHTED: false, CENTRED: false, CONTINUED: true },
    { WEIGHTED: true, CENTRED: true, CONTINUED: false },
    { WEIGHTED: true, CENTRED: false, CONTINUED: false },
  ],
  mutations: [
    ['#if CONTINUED', '#if !CONTINUED'],
    ['product$c = partial[at + $c]', 'product$c = partial[at + $(c / 2)]'],
    ['(CENTRED', '(!CENTRED'],
    ['2 * block.x + vec2u(0, 1)', 'vec2u(2 * block.x)'],
    ['row += shape.unit_lanes', 'row += shape.unit_lanes + 1'],
    ['unit + run % shape.unit_lanes', 'run % shape.unit_lanes'],
    ['min(unit + shape.unit_rows, shape.rows)', 'shape.rows'],
    ['shape.first + row', 'row'],
    ['own * shape.point_stride', 'k * shape.point_stride'],
    ['shape.first_cluster + min', 'min'],
    ['k * shape.weight_stride + row', 'k * shape.rows + row'],
    ['- mj$c', '- mj0'],
    ['x$(c / 8)[$(c % 4)]', 'x$(c / 8)[$(c % 2)]'],
    ['residual$c += x$c', 'residual$c += x0'],
    ['total += w;', 'total += 1;'],
    ['column > row', 'column >= row'],
    ['own >= cluster_count()', 'own + 1 >= cluster_count()'],
  ],
};

/** Neighbouring invocations own clusters, so each run is workgroups of its own: few of them. */
const BY_CLUSTERS_SHAPES: readonly Shape[] = [
  ...SHAPES.filter(({ lanes }) => lanes < FOLDED_WORKGROUPS),
  ...[7, 8, 9, 33].map((clusters) => ({ rows: 9, columns: 9, clusters, lanes: 2, first: 1 })),
  { rows: 20, columns: 5, clusters: 2, lanes: 2 * FOLDED_WORKGROUPS, first: 0 },
];

export const gramWithSubgroups: KernelTest = {
  source: permutation(source, 'with subgroups', { SUBGROUPS: 'true' }),
  needs: 'subgroups',
  variants: BY_CLUSTERS.map((constants) => ({ ...constants, WEIGHTED: true, CENTRED: true })),
  async compare(lab, kernel) {
    for (const constants of allowedByClusters(lab)) {
      for (const shape of BY_CLUSTERS_SHAPES) {
        const drawn = problem(kernel, shape, true);
        expectExact(
          await products(lab, kernel, true, drawn, 0, constants),
          expected(true, drawn, true),
          JSON.stringify({ ...constants, ...shape }),
        );
      }
      const rounded = { rows: 600, columns: 9, clusters: 9, lanes: 2, first: 0 };
      const drawn = problem(kernel, rounded, false);
      expectClose(
        await products(lab, kernel, true, drawn, 0, constants),
        expected(true, drawn, true),
        sumRoundings(300 + 4, 4 * 300, 'a run of products of differences within [-2, 2]'),
      );
      const halted = await products(lab, kernel, true, drawn, 1, constants);
      expectEqual(halted, blank(halted.length), 'partial sums of a fit that has halted');
    }
    const chosen = await sumsKernelOf(lab.runtime, 'full', 8);
    expectEqual(chosen.clusters, 8, 'clusters of a workgroup of the kernel the library takes');
  },
  mutations: [
    ['select(at, next, part >= 4)', 'next'],
    ['row_at(next)', 'row_at(row)'],
    ['next > row', 'true'],
    ['shape.unit_lanes * shape.unit_rows', 'shape.unit_lanes * (shape.unit_rows + 1)'],
    ['weight_of(k, next)', 'weight_of(k, row)'],
    ['own >= cluster_count()', 'own + 1 >= cluster_count()'],
    ['- mj$c', '- mj0'],
    ['x$(c / 8)[$(c % 4)]', 'x$(c / 8)[$(c % 2)]'],
    ['residual$c += x$c + u$c', 'residual$c += x$c'],
    ['$((c + 6) % LANES)', '$((c + 5) % LANES)'],
    ['column > row', 'column >= row'],
  ],
};
