import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/seed_trials.wgsl';
import { costsWith } from '../../../src/reference/seeding.js';
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
import { expectExact, roundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const BLOCK = constant(source, 'BLOCK');
/** Candidates that the library may have the kernel take at a time. */
const TILES = [4, 8] as const;
const TILE = constant(source, 'TILE');
/** Blocks this short make many of them cheap; rows are taken four at a time. */
const SHORT = 4;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly block: number;
  /** Blocks of the chunk before those of the dispatch. */
  readonly before: number;
  readonly firstTrial: number;
  readonly paddedTrials: number;
  /** TILE where absent. */
  readonly tile?: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, ...around(4), ...around(BLOCK), ...around(BLOCK + 4), 2 * BLOCK + 3].map((rows) => ({
    rows,
    columns: 5,
    block: BLOCK,
    before: 0,
    firstTrial: 0,
    paddedTrials: TILE,
  })),
  ...COLUMNS.map((columns) => ({
    rows: 11,
    columns,
    block: SHORT,
    before: 2,
    firstTrial: TILE,
    paddedTrials: 3 * TILE,
  })),
  ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((blocks) => ({
    rows: SHORT * blocks,
    columns: 1,
    block: SHORT,
    before: 0,
    firstTrial: 0,
    paddedTrials: TILE,
  })),
  ...[0, 4].map((firstTrial) => ({
    rows: 2 * BLOCK + 3,
    columns: 5,
    block: BLOCK,
    before: 1,
    firstTrial,
    paddedTrials: 8,
    tile: 4,
  })),
];

async function compareOne(
  lab: Lab,
  kernel: KernelSource,
  { draw, weighted, ...shape }: Shape & { draw: Draw; weighted: boolean },
): Promise<void> {
  const { rows, columns, block, before, firstTrial, paddedTrials, tile = TILE } = shape;
  const what = JSON.stringify({ weighted, ...shape });
  const random = seeded(kernel);
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const first = before * block;
  const total = first + rows + 1;
  const blocks = Math.ceil(rows / block);
  const firstBlock = before + 1;
  const x = rowsOf(random, draw, rows, columns);
  const candidates = rowsOf(random, draw, paddedTrials, columns);
  const weights = weighted ? floats(random, wholeWeight, rows) : ones(rows);
  const closest = floats(random, () => random.below(64) / 16, rows);
  const length = (firstBlock + blocks) * paddedTrials;
  const { potentials } = await lab.run(kernel, {
    constants: { WEIGHTED: weighted, BLOCK: block, TILE: tile },
    shape: {
      first,
      rows,
      quads,
      padded_trials: paddedTrials,
      first_trial: firstTrial,
      first_block: firstBlock,
    },
    buffers: {
      points: packedAt(x, rows, width, first, total),
      candidates,
      closest: poisonedAt(closest, first, total),
      weights: weighted ? poisonedAt(weights, first, total) : blank(4),
      potentials: blank(length),
    },
    invocations: blocks,
  });
  const expected = writtenAt([], 0, length);
  for (let b = 0; b < blocks; b++) {
    const [from, to] = [b * block, Math.min((b + 1) * block, rows)];
    for (let t = firstTrial; t < firstTrial + tile; t++) {
      expected[(firstBlock + b) * paddedTrials + t] = costsWith(
        x.subarray(from * width, to * width),
        to - from,
        width,
        weights.subarray(from, to),
        closest.subarray(from, to),
        candidates.subarray(t * width),
      ).potential;
    }
  }
  const because = `${block} weighted squared distances, none negative`;
  if (draw === grid) expectExact(potentials, expected, what);
  else expectClose(potentials, expected, { ...roundings(width + 3 + block, because), what });
}

export const seedTrials: KernelTest = {
  source,
  variants: [false, true].flatMap((WEIGHTED) => TILES.map((tile) => ({ WEIGHTED, TILE: tile }))),
  async compare(lab, kernel) {
    const drawn = SHAPES.map((shape) => ({ ...shape, draw: grid }));
    const shapes = weightedToo([...drawn, { ...SHAPES[0], draw: uniform }]);
    await compareEach(shapes, (shape) => compareOne(lab, kernel, shape));
  },
  mutations: [
    ['min(start + BLOCK, end)', 'min(start + BLOCK - 4, end)'],
    ['select(vec4f(), vec4f(1), first', 'select(vec4f(1), vec4f(1), first'],
    ['candidates[at + 5', 'candidates[at + 4'],
    ['shape.padded_trials + shape.first_trial', 'shape.padded_trials'],
    ['shape.first_block + block', 'block'],
    ['min(nearest, d6)', 'd6'],
    ['TILE > 4', 'TILE > 8'],
    ['t < TILE', 't < 8'],
  ],
};
