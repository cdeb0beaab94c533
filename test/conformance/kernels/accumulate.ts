import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/accumulate.wgsl';
import type { Random } from '../../../src/random.js';
import { accumulate as twin } from '../../../src/reference/accumulate.js';
import { groupRows } from '../../../src/reference/group_rows.js';
import { expectClose, expectEqual } from '../expect.js';
import {
  around,
  COLUMNS,
  constant,
  type Draw,
  floats,
  type Floats,
  grid,
  indices,
  ones,
  packedAt,
  poisonedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
  wholeWeight,
  writtenAt,
} from './data.js';
import { compareEach, type KernelTest, weightedToo } from './kernel_test.js';
import { blank, blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, roundings, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const SEGMENT = constant(source, 'SEGMENT');
/** Segments this short make many of them cheap. */
const SHORT = 8;

interface Shape {
  readonly rows: number;
  readonly clusters: number;
  readonly columns: number;
  readonly segment: number;
  /** Segments of the chunk, and of all chunks, before those of the dispatch. */
  readonly before: number;
}

const SHAPES: readonly Shape[] = [
  ...[...around(SEGMENT), 2 * SEGMENT + 1].map((rows) => ({
    rows,
    clusters: 3,
    columns: 5,
    segment: SEGMENT,
    before: 1,
  })),
  ...COLUMNS.map((columns) => ({ rows: 20, clusters: 7, columns, segment: SHORT, before: 2 })),
  ...[1, 2, 30].map((clusters) => ({ rows: 20, clusters, columns: 2, segment: SHORT, before: 0 })),
  // An invocation owns one quad of one segment.
  ...around(WORKGROUP).map((quads) => ({
    rows: 5,
    clusters: 2,
    columns: 4 * quads,
    segment: SHORT,
    before: 0,
  })),
  {
    rows: SHORT * FOLDED_WORKGROUPS * WORKGROUP,
    clusters: 2,
    columns: 1,
    segment: SHORT,
    before: 0,
  },
];

interface Problem extends Shape {
  readonly x: Floats;
  readonly centroids: Floats;
  readonly labels: Uint32Array<ArrayBuffer>;
  readonly weights: Floats | undefined;
  readonly byFours: boolean;
}

function problem(
  random: Random,
  draw: Draw,
  weighted: boolean,
  byFours: boolean,
  shape: Shape,
): Problem {
  const { rows, clusters, columns } = shape;
  return {
    ...shape,
    x: rowsOf(random, draw, rows, columns),
    centroids: rowsOf(random, draw, clusters, columns),
    labels: indices(random, rows, clusters),
    weights: weighted ? floats(random, wholeWeight, rows) : undefined,
    byFours,
  };
}

/** [partial, costs] by the kernel. */
async function accumulated(lab: Lab, kernel: KernelSource, drawn: Problem, halted = 0) {
  const { rows, clusters, columns, segment, before, x, centroids, labels, weights, byFours } =
    drawn;
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const segments = Math.ceil(rows / segment);
  const first = before * segment;
  const total = first + rows + 1;
  const order = blankBits(segments * segment);
  const ends = blankBits(clusters * segments);
  for (let s = 0; s < segments; s++) {
    const own = labels.subarray(s * segment, (s + 1) * segment);
    const groups = groupRows(own, clusters, own);
    order.set(
      groups.order.map((row) => first + s * segment + row),
      s * segment,
    );
    groups.ends.forEach((end, k) => (ends[k * segments + s] = s * segment + end));
  }
  const { partial, costs } = await lab.run(kernel, {
    constants: { WEIGHTED: weights !== undefined, SEGMENT: segment, BY_FOURS: byFours },
    shape: { first, rows, quads, clusters, first_segment: before },
    buffers: {
      points: packedAt(x, rows, width, first, total),
      centroids,
      order,
      ends,
      weights: weights ? poisonedAt(weights, first, total) : blank(4),
      state: Uint32Array.of(0, halted),
      partial: blank(segments * clusters * (width + 4)),
      costs: blank((before + segments) * quads),
    },
    invocations: segments * quads,
  });
  return [partial, costs] as const;
}

/** [partial, costs] by the twin, one segment and one quad of columns at a time. */
function expected({ rows, clusters, columns, segment, before, x, centroids, ...drawn }: Problem) {
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const segments = Math.ceil(rows / segment);
  const weights = drawn.weights ?? ones(rows);
  // The weights are not the kernel's to write.
  const partial = Float64Array.from(blank(segments * clusters * (width + 4)));
  const costs = new Float64Array(segments * quads);
  const quadOf = (matrix: Floats, q: number, from: number, to: number) =>
    matrix.filter((_, at) => {
      const row = Math.floor(at / width);
      return row >= from && row < to && Math.floor((at % width) / 4) === q;
    });
  for (let s = 0; s < segments; s++) {
    const [from, to] = [s * segment, Math.min((s + 1) * segment, rows)];
    for (let q = 0; q < quads; q++) {
      const { residuals, inertia } = twin(
        quadOf(x, q, from, to),
        to - from,
        quadOf(centroids, q, 0, clusters),
        clusters,
        4,
        drawn.labels.subarray(from, to),
        weights.subarray(from, to),
      );
      costs[s * quads + q] = inertia;
      for (let k = 0; k < clusters; k++) {
        const entry = (s * clusters + k) * (width + 4);
        partial.set(residuals.subarray(4 * k, 4 * k + 4), entry + 4 * q);
      }
    }
  }
  return [partial, writtenAt(costs, before * quads, (before + segments) * quads)] as const;
}

export const accumulate: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    const shapes = weightedToo(SHAPES).flatMap((shape) =>
      [false, true].map((byFours) => ({ ...shape, byFours })),
    );
    await compareEach(shapes, async (shape) => {
      const drawn = problem(random, grid, shape.weighted, shape.byFours, shape);
      const [partial, costs] = await accumulated(lab, kernel, drawn);
      const [twinPartial, twinCosts] = expected(drawn);
      expectExact(partial, twinPartial, `${JSON.stringify(shape)}: partial`);
      expectExact(costs, twinCosts, `${JSON.stringify(shape)}: costs`);
    });
    const drawn = problem(random, uniform, true, true, SHAPES[1]);
    const [partial, costs] = await accumulated(lab, kernel, drawn);
    const [twinPartial, twinCosts] = expected(drawn);
    const because = 'up to SEGMENT differences within [-2, 2], weighted by up to 3';
    expectClose(partial, twinPartial, sumRoundings(SEGMENT + 2, 6 * SEGMENT, because));
    expectClose(costs, twinCosts, roundings(SEGMENT + 7, 'squared differences, none negative'));
    await compareEach([1, 2, 3], async (halted) => {
      const [untouched, unwritten] = await accumulated(lab, kernel, drawn, halted);
      expectEqual(untouched, blank(untouched.length), `halted by ${halted}: partial`);
      expectEqual(unwritten, blank(unwritten.length), `halted by ${halted}: costs`);
    });
  },
  mutations: [
    ['at < run_end; at++', 'at < run_end; at += 2'],
    ['shape.first_segment + segment', 'segment'],
    ['segment >= segments', 'segment + 1 >= segments'],
    ['ends[k * segments + segment]', 'ends[segment * shape.clusters + k]'],
    ['sum_at += shape.quads + 1', 'sum_at += shape.quads'],
    ['before.residuals + weighted', 'before.residuals + residual'],
    ['before.cost + dot(weighted, residual)', 'before.cost + dot(residual, residual)'],
    ['total += sums.cost', 'total = sums.cost'],
    ['rows.z, third)', 'rows.z, fourth)'],
    ['at + 4 <= run_end', 'at + 3 <= run_end'],
    ['centroids[k * shape.quads + q]', 'centroids[k]'],
  ],
};
