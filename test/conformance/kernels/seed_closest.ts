import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/seeding/seed_closest.wgsl';
import { runSums } from '../../../src/ops/sums/run_sums.twin.js';
import { costsWith } from '../../../src/ops/seeding/seeding.twin.js';
import { expectClose } from '../expect.js';
import {
  around,
  COLUMNS,
  constant,
  type Draw,
  floats,
  grid,
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
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, roundings, squaredDistanceRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const BLOCK = constant(source, 'BLOCK');
/** Blocks this short make many of them cheap; rows are taken four at a time. */
const SHORT = 4;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly block: number;
  /** Blocks of the chunk before those of the dispatch. */
  readonly before: number;
  /** Centres taken into account before, and now. */
  readonly known: number;
  readonly centres: number;
}

const SHAPES: readonly Shape[] = [
  ...[
    ...[1, ...around(4), ...around(BLOCK), ...around(BLOCK + 4), 2 * BLOCK + 3],
    // More than a workgroup takes at a time.
    5 * WORKGROUP + 1,
  ].map((rows) => ({
    rows,
    columns: 5,
    block: BLOCK,
    before: 0,
    known: 1,
    centres: 1,
  })),
  ...COLUMNS.map((columns) => ({
    rows: 11,
    columns,
    block: SHORT,
    before: 2,
    known: 0,
    centres: 2,
  })),
  ...[1, 3].map((centres) => ({
    rows: 10,
    columns: 2,
    block: SHORT,
    before: 1,
    known: 2,
    centres,
  })),
  ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((blocks) => ({
    rows: SHORT * blocks,
    columns: 1,
    block: SHORT,
    before: 0,
    known: 1,
    centres: 1,
  })),
];

async function compareOne(
  lab: Lab,
  kernel: KernelSource,
  { draw, weighted, ...shape }: Shape & { draw: Draw; weighted: boolean },
): Promise<void> {
  const { rows, columns, block, before, known, centres } = shape;
  const what = JSON.stringify({ weighted, ...shape });
  const random = seeded(kernel);
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const first = before * block;
  const total = first + rows + 1;
  const blocks = Math.ceil(rows / block);
  const x = rowsOf(random, draw, rows, columns);
  const places = rowsOf(random, draw, known + centres, columns);
  const weights = weighted ? floats(random, wholeWeight, rows) : ones(rows);
  const lower = (from: Float64Array, centre: number) =>
    costsWith(x, rows, width, weights, from, places.subarray(centre * width)).costs;
  // With no centre known before, whatever `closest` holds is overwritten.
  let costs: Float64Array = new Float64Array(rows).fill(Number.POSITIVE_INFINITY);
  for (let centre = 0; centre < known; centre++) costs = lower(costs, centre);
  const held = known === 0 ? new Float64Array(rows).fill(-1) : costs;
  for (let centre = known; centre < known + centres; centre++) costs = lower(costs, centre);

  // The kernel is told of one block more before it than the chunk has: blocks of other chunks.
  const firstBlock = before + 1;
  const { closest, masses } = await lab.run(kernel, {
    constants: { WEIGHTED: weighted, BLOCK: block },
    shape: {
      first,
      rows,
      quads,
      first_centre: known,
      centres,
      fresh: known === 0 ? 1 : 0,
      first_block: firstBlock,
    },
    buffers: {
      points: packedAt(x, rows, width, first, total),
      centres: places,
      weights: weighted ? poisonedAt(weights, first, total) : blank(4),
      closest: poisonedAt(held, first, total),
      masses: blank(firstBlock + blocks),
    },
    invocations: blocks,
  });
  const expectedClosest = poisonedAt(costs, first, total);
  const weightedCosts = costs.map((cost, i) => weights[i] * cost);
  const sums = runSums(weightedCosts, block);
  const expectedMasses = writtenAt(sums, firstBlock, firstBlock + blocks);
  if (draw === grid) {
    expectExact(closest, expectedClosest, `${what}: closest`);
    expectExact(masses, expectedMasses, `${what}: masses`);
  } else {
    expectClose(closest, expectedClosest, { ...squaredDistanceRoundings(width), what });
    const because = `${block} weighted squared distances, none negative`;
    expectClose(masses, expectedMasses, { ...roundings(width + 3 + block, because), what });
  }
}

export const seedClosest: KernelTest = {
  source,
  async compare(lab, kernel) {
    const drawn = SHAPES.map((shape) => ({ ...shape, draw: grid }));
    const shapes = weightedToo([...drawn, { ...SHAPES[0], draw: uniform }]);
    await compareEach(shapes, (shape) => compareOne(lab, kernel, shape));
  },
  mutations: [
    ['start >= end', 'start > end'],
    ['min(start + BLOCK, end)', 'min(start + BLOCK + 4, end)'],
    ['min(start + BLOCK, end)', 'min(start + BLOCK - 4, end)'],
    ['shape.fresh == 0', 'false'],
    ['shape.fresh == 0', 'true'],
    ['shape.first_centre + m', 'm'],
    ['m < shape.centres', 'm < 1'],
    ['own[i] < stop', 'own[i] <= stop'],
    ['first += 4 * WORKGROUP', 'first += 8 * WORKGROUP'],
    ['weights[row] * closest[row]', 'closest[row]'],
    ['shape.first_block + block', 'block'],
    ['dot(e2, e2)', 'dot(e1, e1)'],
  ],
};
