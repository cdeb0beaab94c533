import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/online/follow_rows.wgsl';
import { HELD_QUADS } from '../../../src/ops/online/follow_rows.js';
import { followRows as twin } from '../../../src/ops/online/follow_rows.twin.js';
import { expectClose, expectEqual } from '../expect.js';
import {
  ACROSS_BLOCKS,
  around,
  constant,
  type Draw,
  floats,
  grid,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
  wholeWeight,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, blankBits, type Contents, type Lab } from './lab.js';
import { expectExact, squaredDistanceRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly clusters: number;
  readonly parts: number;
  readonly counted: boolean;
  readonly draw: Draw;
  readonly first?: number;
  /** Where the centroids do not fit workgroup memory. */
  readonly large?: boolean;
}

const STORED = { HELD: false, HELD_QUADS: 1 };
const HELD = { HELD: true, HELD_QUADS };

/** From 2 to 4, where each move of a mean near 3 is rounded. */
const offCentre: Draw = (random) => uniform(random) + 3;

const rates = { counted: false, draw: grid };

const SHAPES: readonly Shape[] = [
  // Around a round of centroids, of whole lanes and of shared ones; more lanes than a row has quads.
  ...around(WORKGROUP).map((clusters) => ({ rows: 4, columns: 3, clusters, parts: 1, ...rates })),
  ...around(WORKGROUP / 4).map((clusters) => ({
    rows: 4,
    columns: 9,
    clusters,
    parts: 4,
    ...rates,
  })),
  ...[1, 2, 32].map((parts) => ({ rows: 5, columns: 21, clusters: 3, parts, ...rates })),
  // A winner of more quads than there are lanes.
  { rows: 3, columns: 4 * WORKGROUP + 1, clusters: 2, parts: 32, large: true, ...rates },
  ...ACROSS_BLOCKS.map((shape) => ({ ...shape, clusters: 4, parts: 2, ...rates, first: 2 })),
  { rows: 40, columns: 6, clusters: 5, parts: 2, counted: true, draw: grid },
  { rows: 40, columns: 6, clusters: 5, parts: 2, counted: true, draw: grid, large: true },
  // So many that only what is carried keeps the means from drifting.
  { rows: 900, columns: 5, clusters: 2, parts: 1, counted: true, draw: offCentre },
];

async function compareOne(lab: Lab, kernel: KernelSource, shape: Shape): Promise<void> {
  const { rows, columns, clusters: k, parts, counted, draw, first = 0, large = false } = shape;
  const random = seeded(kernel);
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const exact = draw === grid;
  const x = rowsOf(random, draw, rows, columns);
  const centroids = rowsOf(random, draw, k, columns);
  if (exact) {
    // A row on a centroid that has copies, which other lanes and this lane's next round come to: the lowest wins.
    for (const copy of [Math.floor(k / 2), k - 1]) centroids.copyWithin(width * copy, 0, width);
    x.set(centroids.subarray(0, width));
  } else {
    // From so far that c + (x - c) is not x.
    centroids.forEach((value, at) => (centroids[at] = 4096 * value));
  }
  // Exact while they are halves; where counts divide, all rows of a cluster are to be alike.
  const given = counted
    ? floats(random, exact ? wholeWeight : () => 1, rows)
    : floats(random, () => random.below(3) / 2, rows);
  const counts = floats(random, () => (exact ? random.below(3) : 0), k);
  const total = first + rows;
  const padded = <T extends Contents>(values: T, unwritten: T): T => {
    unwritten.set(values, first);
    return unwritten;
  };
  const result = await lab.run(kernel, {
    constants: large ? STORED : HELD,
    shape: { first, count: rows, quads, clusters: k, parts, counted: counted ? 1 : 0 },
    buffers: {
      points: packedAt(x, rows, width, first, total + 2),
      rates: padded(given, blank(total)),
      centroids,
      counts: Float32Array.from({ length: 2 * k }, (_, at) => (at % 2 === 0 ? counts[at / 2] : 0)),
      winners: blankBits(total),
      costs: blank(total),
      carries: new Float32Array(k * width),
    },
    invocations: WORKGROUP,
  });
  const followers = {
    centroids: Float64Array.from(centroids),
    counts: Float64Array.from(counts),
  };
  const winners = new Uint32Array(rows);
  const costs = new Float64Array(rows);
  twin(x, [0, rows], followers, k, width, { rates: given, counted }, winners, costs);
  const what = JSON.stringify(shape);
  expectEqual(result.winners, padded(winners, blankBits(total)), `${what}: winners`);
  const since = Float64Array.from(followers.counts, (count, c) =>
    counted ? count - counts[c] : 0,
  );
  const sums = Float64Array.from({ length: 2 * k }, (_, at) =>
    at % 2 === 0 ? counts[at / 2] : since[(at - 1) / 2],
  );
  expectExact(result.counts, sums, `${what}: counts`);
  expectClose(result.centroids, followers.centroids, {
    absolute: 3 * 2 ** -23,
    because:
      'what a move loses is carried on to the next, so that no number is off by over an ulp or two',
    what: `${what}: centroids`,
  });
  expectClose(result.costs.subarray(first), costs, {
    absolute: 2 ** -20 * width,
    ...squaredDistanceRoundings(width),
    what: `${what}: costs`,
  });
}

export const followRows: KernelTest = {
  source,
  variants: [64, 256].flatMap((lanes) => [
    { ...STORED, WORKGROUP: lanes },
    { ...HELD, WORKGROUP: lanes },
  ]),
  compare: (lab, kernel) => compareEach(SHAPES, (shape) => compareOne(lab, kernel, shape)),
  mutations: [
    ['row % BLOCK_ROWS', 'row % (BLOCK_ROWS / 2)'],
    ['sum < nearest', 'sum <= nearest'],
    ['other_at < best_at[lane]', 'other_at > best_at[lane]'],
    ['p = 1u; p < parts', 'p = 2u; p < parts'],
    ['shape.first + i', 'i'],
    ['q += WORKGROUP', 'q += shape.quads'],
    ['counts[winner].x + counts[winner].y', 'counts[winner].y'],
    ['eta == 1', 'eta == 2'],
    ['- (moved - c)', '- step'],
    ['centroids[e] = held[e]', 'centroids[e] = centroids[e]'],
  ],
};
