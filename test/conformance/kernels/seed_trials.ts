import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/seeding/seed_trials.wgsl';
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
import { compareEach, type KernelTest, weightedToo, permutation } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, roundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const BLOCK = constant(source, 'BLOCK');
/** Candidates that the library may have the kernel take. */
const TILES = [4, 6, 8, 12, 16] as const;
const TILE = constant(source, 'TILE');
/** Blocks this short make many of them cheap; rows are taken four at a time. */
const SHORT = 4;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly block: number;
  /** Blocks of the chunk before those of the slice, and of the slice before those of the dispatch. */
  readonly before: number;
  readonly within: number;
  readonly chosen: number;
  readonly fresh?: boolean;
}

const SHAPES: readonly Shape[] = [
  ...[1, ...around(4), ...around(BLOCK), ...around(BLOCK + 4), 2 * BLOCK + 3].map((rows, i) => ({
    rows,
    columns: 5,
    block: BLOCK,
    before: 0,
    within: 0,
    chosen: i % TILES[0],
    fresh: i % 3 === 2,
  })),
  ...COLUMNS.map((columns) => ({
    rows: 11,
    columns,
    block: SHORT,
    before: 2,
    within: 3,
    chosen: TILES[0] - 1,
  })),
  ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((blocks) => ({
    rows: SHORT * blocks,
    columns: 1,
    block: SHORT,
    before: 0,
    within: 0,
    chosen: 1,
  })),
];

async function compareOne(
  lab: Lab,
  kernel: KernelSource,
  constants: KernelConstants,
  tile: number,
  { draw, weighted, ...shape }: Shape & { draw: Draw; weighted: boolean },
): Promise<void> {
  const { rows, columns, block, before, within, chosen, fresh = false } = shape;
  const what = JSON.stringify({ ...constants, tile, weighted, ...shape });
  const random = seeded(kernel);
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const first = (before + within) * block;
  const blocks = Math.ceil(rows / block);
  const firstBlock = before + within + 1;
  const x = rowsOf(random, draw, rows, columns);
  const candidates = rowsOf(random, draw, tile, columns);
  const weights = weighted ? floats(random, wholeWeight, rows) : ones(rows);
  const held = floats(random, () => random.below(64) / 16, rows);
  // A whole block more than the rows take.
  const stride = (within + blocks + 1) * block;
  const length = (firstBlock + blocks) * tile;
  const given = blank(tile * stride);
  given.set(held, chosen * stride + within * block);
  const { potentials, closest } = await lab.run(kernel, {
    constants: { ...constants, WEIGHTED: weighted, BLOCK: block, TILE: tile },
    shape: {
      first,
      rows,
      quads,
      first_row: within * block,
      stride,
      first_block: firstBlock,
      fresh: fresh ? 1 : 0,
    },
    buffers: {
      points: packedAt(x, rows, width, first, first + rows + 1),
      candidates,
      weights: weighted ? poisonedAt(weights, first, first + rows + 1) : blank(4),
      chosen: Uint32Array.of(chosen),
      closest: given,
      potentials: blank(length),
    },
    invocations: blocks,
  });
  const far = held.map((cost) => (fresh ? 3.4e38 : cost));
  const expected = writtenAt([], 0, length);
  const nearest = Float64Array.from(given);
  for (let t = 0; t < tile; t++) {
    for (let b = 0; b < blocks; b++) {
      const [from, to] = [b * block, Math.min((b + 1) * block, rows)];
      const { costs, potential } = costsWith(
        x.subarray(from * width, to * width),
        to - from,
        width,
        weights.subarray(from, to),
        far.subarray(from, to),
        candidates.subarray(t * width),
      );
      expected[(firstBlock + b) * tile + t] = potential;
      nearest.set(costs, t * stride + within * block + from);
    }
    // The rest of the last vec4 may hold anything.
    for (let row = rows; row % 4 > 0; row++) {
      const at = t * stride + within * block + row;
      nearest[at] = closest[at];
    }
  }
  const because = `${block} weighted squared distances, none negative`;
  if (draw === grid) {
    expectExact(potentials, expected, `${what}: potentials`);
    expectExact(closest, nearest, `${what}: closest`);
    return;
  }
  const rounded = roundings(width + 3 + block, because);
  expectClose(potentials, expected, { ...rounded, what: `${what}: potentials` });
  expectClose(closest, nearest, { ...rounded, what: `${what}: closest` });
}

/** The kernel's own tile at every shape; the others where they differ from it. */
async function compareTiles(lab: Lab, kernel: KernelSource, constants: KernelConstants) {
  const drawn = SHAPES.map((shape) => ({ ...shape, draw: grid }));
  const shapes = weightedToo([...drawn, { ...SHAPES[0], draw: uniform }]);
  await compareEach(shapes, (shape) => compareOne(lab, kernel, constants, TILE, shape));
  const one = { ...drawn.find(({ rows }) => rows > 2 * BLOCK)!, weighted: false };
  await compareEach(TILES, (tile) =>
    compareOne(lab, kernel, constants, tile, { ...one, chosen: tile - 1 }),
  );
}

export const seedTrials: KernelTest = {
  source,
  variants: [false, true].flatMap((WEIGHTED) => TILES.map((tile) => ({ WEIGHTED, TILE: tile }))),
  compare: (lab, kernel) => compareTiles(lab, kernel, {}),
  // Few, as some drivers take seconds to compile each.
  mutations: [
    ['i < BLOCK;', 'i < BLOCK - 4;'],
    ['select(vec4f(), vec4f(1), first', 'select(vec4f(1), vec4f(1), first'],
    ['candidates[at + $i', 'candidates[at + $(i / 2)'],
    ['shape.first_block + block', 'block'],
    ['min(nearest, distances.k$i)', 'distances.k$i'],
    ['#repeat i 0..TILE\n  sums', '#repeat i 0..TILE - 1\n  sums'],
    ['chosen[0] *', '0 *'],
    ['shape.fresh != 0', 'false'],
    ['shape.first_row + first', 'first'],
  ],
};

const LANES = [4, 8, 16];

export const seedTrialsSubgroups: KernelTest = {
  source: permutation(source, 'with subgroups', { SUBGROUPS: 'true' }),
  needs: 'subgroups',
  variants: LANES.flatMap((lanes) => TILES.map((tile) => ({ TILE: tile, LANES: lanes }))),
  async compare(lab, kernel) {
    const most = lab.runtime.subgroupSize;
    for (const lanes of LANES.filter((size) => size <= most)) {
      await compareTiles(lab, kernel, { LANES: lanes });
    }
  },
  mutations: [
    ['first < end', 'true'],
    ['$(i % LANES)', '$((i + 1) % LANES)'],
    ['c$(i / LANES)', 'c0'],
    ['start < end', 'true'],
  ],
};
