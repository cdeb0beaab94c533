import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/sums/accumulate.wgsl';
import type { Random } from '../../../src/math/random.js';
import { accumulate as twin } from '../../../src/ops/sums/accumulate.twin.js';
import { groupRows } from '../../../src/ops/sums/group_rows.twin.js';
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
} from './data.js';
import { compareEach, type KernelTest, weightedToo } from './kernel_test.js';
import { blank, blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { type Batch, listed, placeOf, runsOf } from './row_groups.js';
import { expectExact, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const SEGMENT = constant(source, 'SEGMENT');
const QUADS = constant(source, 'QUADS');
/** Segments and runs this short make many of them cheap. */
const SHORT = { segment: 8, run: 4 };
/** Numbers of a ClusterSum; the last two are of totals only. */
const SUM = 8;

interface Shape extends Batch {
  readonly rows: number;
  readonly clusters: number;
  readonly columns: number;
  /** Segments of the chunk before those of the dispatch. */
  readonly before: number;
}

const SHAPES: readonly Shape[] = [
  ...[...around(SEGMENT), 2 * SEGMENT + 1].map((rows) => ({
    rows,
    clusters: 3,
    columns: 5,
    segment: SEGMENT,
    run: constant(source, 'RUN'),
    before: 1,
    firstSegment: 15,
  })),
  ...COLUMNS.map((columns) => ({
    ...SHORT,
    rows: 20,
    clusters: 7,
    columns,
    before: 2,
    firstSegment: 2,
  })),
  ...[1, 2, 30].map((clusters) => ({
    ...SHORT,
    rows: 20,
    clusters,
    columns: 2,
    before: 0,
    firstSegment: 0,
  })),
  // Batches that begin, go on, and end within a run.
  ...[1, 2, 3, 4, 5, 8, 9].flatMap((segments) =>
    [0, 1, 3].map((firstSegment) => ({
      ...SHORT,
      rows: SHORT.segment * segments - 3,
      clusters: 2,
      columns: 5,
      before: 0,
      firstSegment,
    })),
  ),
  // An invocation owns one quad of one cluster.
  ...[...around(QUADS), ...around(WORKGROUP)].map((quads) => ({
    ...SHORT,
    rows: 5,
    clusters: 2,
    columns: 4 * quads,
    before: 0,
    firstSegment: 0,
  })),
  {
    ...SHORT,
    rows: SHORT.segment * SHORT.run * FOLDED_WORKGROUPS * WORKGROUP,
    clusters: 1,
    columns: 1,
    before: 0,
    firstSegment: 0,
  },
];

interface Problem extends Shape {
  readonly x: Floats;
  readonly references: Floats;
  readonly labels: Uint32Array<ArrayBuffer>;
  /** The labels before, where sums are amended. */
  readonly owners: Uint32Array<ArrayBuffer> | undefined;
  readonly weights: Floats | undefined;
  readonly carry: Floats;
  readonly byFours: boolean;
}

interface Variant {
  readonly weighted: boolean;
  readonly amends: boolean;
  readonly byFours: boolean;
}

function problem(random: Random, draw: Draw, variant: Variant, shape: Shape): Problem {
  const { rows, clusters, columns } = shape;
  const { weighted, amends, byFours } = variant;
  const carry = floats(random, draw, SUM * clusters * quadsOf(columns));
  return {
    ...shape,
    x: rowsOf(random, draw, rows, columns),
    references: rowsOf(random, draw, clusters, columns),
    labels: indices(random, rows, clusters),
    owners: amends ? indices(random, rows, clusters) : undefined,
    weights: weighted ? floats(random, wholeWeight, rows) : undefined,
    carry: carry.map((value, at) => (at % SUM < 6 ? value : 0)),
    byFours,
  };
}

/** Entries of each segment, by the twin. */
function entriesOf({ rows, clusters, segment, labels, owners }: Problem) {
  return Array.from({ length: Math.ceil(rows / segment) }, (_, s) => {
    const [start, end] = [s * segment, Math.min((s + 1) * segment, rows)];
    return groupRows(labels.subarray(start, end), clusters, owners?.subarray(start, end));
  });
}

async function accumulated(lab: Lab, kernel: KernelSource, drawn: Problem, halted = 0) {
  const { rows, clusters, columns, segment, run, before, firstSegment } = drawn;
  const { x, references, weights, carry, byFours } = drawn;
  const quads = quadsOf(columns);
  const entries = entriesOf(drawn);
  const segments = entries.length;
  const runs = runsOf(drawn, segments);
  const first = before * segment;
  const total = first + rows + 1;
  const order = blankBits(segments * 3 * segment);
  const ranges = blankBits(clusters * run * runs);
  for (const [s, own] of entries.entries()) {
    order.set(listed(own, first + s * segment), 3 * segment * s);
    for (let k = 0; k < clusters; k++) {
      ranges[placeOf(drawn, segments, k, s)] = own.begins[k] + own.ends[k] * 0x10000;
    }
  }
  const block = Math.min(QUADS, quads);
  const { partial } = await lab.run(kernel, {
    constants: {
      WEIGHTED: weights !== undefined,
      SEGMENT: segment,
      RUN: run,
      QUADS: block,
      BY_FOURS: byFours,
    },
    shape: { quads, clusters, first_segment: firstSegment, segments },
    buffers: {
      points: packedAt(x, rows, 4 * quads, first, total),
      references,
      order,
      ranges,
      weights: weights ? poisonedAt(weights, first, total) : blank(4),
      state: Uint32Array.of(0, halted),
      carry,
      partial: blank(SUM * runs * clusters * quads),
    },
    invocations: runs * clusters * block * Math.ceil(quads / block),
  });
  return partial;
}

/** By the twin, one run and one quad of columns at a time; of a row that leaves, with less than no weight. */
function expected(drawn: Problem): Float64Array {
  const { rows, clusters, columns, segment, run, firstSegment, x, references, carry } = drawn;
  const quads = quadsOf(columns);
  const entries = entriesOf(drawn);
  const weights = drawn.weights ?? ones(rows);
  const quadOf = (matrix: Floats, row: number, q: number) =>
    matrix.subarray(4 * (row * quads + q), 4 * (row * quads + q + 1));
  const partial = new Float64Array(SUM * runsOf(drawn, entries.length) * clusters * quads);
  if (firstSegment % run > 0) partial.set(carry);
  for (const [s, { rows: places, leaves, begins, ends }] of entries.entries()) {
    const r = Math.floor(((firstSegment % run) + s) / run);
    for (let k = 0; k < clusters; k++) {
      for (let q = 0; q < quads; q++) {
        const own = places.slice(begins[k], ends[k]).map((place) => s * segment + place);
        const signed = own.map((row, i) => (leaves[begins[k] + i] ? -1 : 1) * weights[row]);
        const { residuals, inertia, weightSums } = twin(
          own.flatMap((row) => [...quadOf(x, row, q)]),
          own.length,
          quadOf(references, k, q),
          1,
          4,
          new Uint32Array(own.length),
          signed,
        );
        const at = SUM * ((r * clusters + k) * quads + q);
        [...residuals, inertia, ...weightSums].forEach((value, i) => (partial[at + i] += value));
      }
    }
  }
  return partial;
}

export const accumulate: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    const shapes = weightedToo(SHAPES).flatMap((shape) =>
      [false, true].flatMap((byFours) =>
        [false, true].map((amends) => ({ ...shape, byFours, amends })),
      ),
    );
    await compareEach(shapes, async (shape) => {
      const drawn = problem(random, grid, shape, shape);
      expectExact(await accumulated(lab, kernel, drawn), expected(drawn), JSON.stringify(shape));
    });
    const variant = { weighted: true, amends: true, byFours: true };
    const drawn = problem(random, uniform, variant, SHAPES[1]);
    const because = 'up to SEGMENT differences and squares within [-4, 4], weighted by up to 3';
    expectClose(
      await accumulated(lab, kernel, drawn),
      expected(drawn),
      sumRoundings(SEGMENT + 8, 12 * 4 * SEGMENT, because),
    );
    await compareEach([1, 2, 3, 4], async (halted) => {
      const untouched = await accumulated(lab, kernel, drawn, halted);
      expectEqual(untouched, blank(untouched.length), `halted by ${halted}`);
    });
  },
  mutations: [
    ['at < run_end; at++', 'at < run_end; at += 2'],
    ['cost += sums.cost', 'cost = sums.cost'],
    ['sums.cost = 0;', ''],
    ['run == 0 && begin > 0', 'begin > 0'],
    ['run == 0 && begin > 0', 'run == 0'],
    ['place >= begin &&', ''],
    ['&& place < end', ''],
    ['(entry & LEAVES) != 0', 'false'],
    ['place - begin', 'place'],
    ['q >= shape.quads', 'false'],
    ['run >= runs', 'run > runs'],
    ['run * entries + entry', 'entry'],
    ['entries.z, third)', 'entries.z, fourth)'],
    ['at + 4 <= run_end', 'at + 3 <= run_end'],
    ['ClusterSum(weighted, dot', 'ClusterSum(residual, dot'],
    ['dot(weighted, residual)', 'dot(residual, residual)'],
    ['references[k * shape.quads + q]', 'references[k]'],
  ],
};
