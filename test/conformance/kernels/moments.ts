import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/mixtures/moments.wgsl';
import { sumsKernelOf } from '../../../src/ops/mixtures/weighted_sums.js';
import { moments as twin } from '../../../src/ops/mixtures/moments.twin.js';
import { expectClose, expectEqual } from '../expect.js';
import {
  ACROSS_BLOCKS,
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

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly clusters: number;
  readonly lanes: number;
  readonly first: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, 4, 5, 12, 13, 16, 17, 33].map((columns) => ({
    rows: 7,
    columns,
    clusters: 3,
    lanes: 2,
    first: 1,
  })),
  ...[1, 6, 7, 8].map((lanes) => ({ rows: 7, columns: 3, clusters: 2, lanes, first: 0 })),
  ...ACROSS_BLOCKS.map((shape) => ({ ...shape, clusters: 2, lanes: 3 })),
  { rows: 300, columns: 3, clusters: 2, lanes: FOLDED_WORKGROUPS * 32, first: 0 },
];

interface Problem extends Shape {
  readonly x: Float32Array;
  readonly centres: Float32Array<ArrayBuffer>;
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

async function summed(
  lab: Lab,
  kernel: KernelSource,
  { rows, columns, clusters, lanes, first, x, centres, weights }: Problem,
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
  const { partial } = await lab.run(kernel, {
    constants: { ...byClusters },
    shape: {
      ...{ first, rows, quads, clusters, lanes, weight_stride: weightStride },
      ...unitsOf(rows, lanes, byClusters !== undefined),
      ...{ first_cluster: 0, last_cluster: clusters, point_stride: 0 },
    },
    buffers: {
      points: packedAt(x, rows, 4 * quads, first, total),
      centres,
      weights: laid,
      state: Uint32Array.of(0, halted),
      partial: blank(8 * lanes * clusters * (quads + 1)),
    },
    invocations:
      lanes *
      Math.ceil(quads / 4) *
      (byClusters ? byClusters.WORKGROUP * Math.ceil(clusters / byClusters.WORKGROUP) : clusters),
  });
  return partial;
}

function expected(p: Problem, byClusters = false): Float64Array {
  const quads = quadsOf(p.columns);
  const width = 4 * quads;
  const result = new Float64Array(8 * p.lanes * p.clusters * (quads + 1));
  for (let l = 0; l < p.lanes; l++) {
    const rows = rowsOfRun(p.rows, p.lanes, l, byClusters);
    const own = rows.flatMap((row) => [...p.x.subarray(row * width, (row + 1) * width)]);
    const weights = Array.from({ length: p.clusters }, (_, k) =>
      rows.map((row) => p.weights[k * p.rows + row]),
    ).flat();
    const {
      sums,
      squares,
      weights: totals,
    } = twin(own, rows.length, width, p.clusters, weights, p.centres);
    for (let k = 0; k < p.clusters; k++) {
      const at = 8 * (l * p.clusters + k) * (quads + 1);
      for (let q = 0; q < quads; q++) {
        const from = k * width + 4 * q;
        result.set(sums.subarray(from, from + 4), at + 8 * q);
        result.set(squares.subarray(from, from + 4), at + 8 * q + 4);
      }
      result[at + 8 * quads] = totals[k];
    }
  }
  return result;
}

export const moments: KernelTest = {
  source,
  variants: [{}],
  async compare(lab, kernel) {
    for (const shape of SHAPES) {
      const drawn = problem(kernel, shape, true);
      expectExact(await summed(lab, kernel, drawn), expected(drawn), JSON.stringify(shape));
    }
    const rounded = { rows: 600, columns: 9, clusters: 2, lanes: 2, first: 0 };
    const drawn = problem(kernel, rounded, false);
    expectClose(
      await summed(lab, kernel, drawn),
      expected(drawn),
      sumRoundings(300 + 4, 4 * 300, 'a run of squares of differences within [-2, 2]'),
    );
    const halted = await summed(lab, kernel, drawn, 1);
    expectEqual(halted, blank(halted.length), 'partial sums of a fit that has halted');
  },
  mutations: [
    ['own >= cluster_count()', 'own + 1 >= cluster_count()'],
    ['row += shape.unit_lanes', 'row += shape.unit_lanes + 1'],
    ['unit + run % shape.unit_lanes', 'run % shape.unit_lanes'],
    ['min(unit + shape.unit_rows, shape.rows)', 'shape.rows'],
    ['shape.first + row', 'row'],
    ['k * shape.weight_stride + row', 'k * shape.rows + row'],
    ['- m$i', '- m0'],
    ['w * z$i * z$i;', 'w * z$i;'],
    ['q[$i] < shape.quads', 'q[$i] <= shape.quads'],
    ['tile == 0', 'tile == 1'],
    ['total += w;', 'total += 1;'],
  ],
};

/** Neighbouring invocations own clusters, so each run is workgroups of its own: few of them. */
const BY_CLUSTERS_SHAPES: readonly Shape[] = [
  ...SHAPES.filter(({ lanes }) => lanes < FOLDED_WORKGROUPS),
  ...[7, 8, 9, 33].map((clusters) => ({ rows: 9, columns: 9, clusters, lanes: 2, first: 1 })),
  { rows: 20, columns: 5, clusters: 2, lanes: 2 * FOLDED_WORKGROUPS, first: 0 },
];

export const momentsSubgroups: KernelTest = {
  source: permutation(source, 'with subgroups', { SUBGROUPS: 'true' }),
  needs: 'subgroups',
  variants: BY_CLUSTERS,
  async compare(lab, kernel) {
    for (const constants of allowedByClusters(lab)) {
      for (const shape of BY_CLUSTERS_SHAPES) {
        const drawn = problem(kernel, shape, true);
        expectExact(
          await summed(lab, kernel, drawn, 0, constants),
          expected(drawn, true),
          JSON.stringify({ ...constants, ...shape }),
        );
      }
      const rounded = { rows: 600, columns: 9, clusters: 9, lanes: 2, first: 0 };
      const drawn = problem(kernel, rounded, false);
      expectClose(
        await summed(lab, kernel, drawn, 0, constants),
        expected(drawn, true),
        sumRoundings(300 + 4, 4 * 300, 'a run of squares of differences within [-2, 2]'),
      );
      const halted = await summed(lab, kernel, drawn, 1, constants);
      expectEqual(halted, blank(halted.length), 'partial sums of a fit that has halted');
    }
    const chosen = await sumsKernelOf(lab.runtime, 'diag', 8);
    expectEqual(chosen.clusters, 8, 'clusters of a workgroup of the kernel the library takes');
  },
  mutations: [
    ['select(at, next, part >= 4)', 'next'],
    ['row_at(next)', 'row_at(row)'],
    ['next > row', 'true'],
    ['shape.unit_lanes * shape.unit_rows', 'shape.unit_lanes * (shape.unit_rows + 1)'],
    ['weight_of(k, next)', 'weight_of(k, row)'],
    ['own >= cluster_count()', 'own + 1 >= cluster_count()'],
    ['- m$i', '- m0'],
    ['w_next * v$i * v$i', 'w_next * v$i'],
    ['q[$i] < shape.quads', 'q[$i] <= shape.quads'],
    ['tile == 0', 'tile == 1'],
    ['$((i + 4) % LANES)', '$((i + 3) % LANES)'],
  ],
};
