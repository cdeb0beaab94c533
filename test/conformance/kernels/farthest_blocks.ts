import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/sums/farthest_blocks.wgsl';
import { farthestPick as twin } from '../../../src/ops/sums/farthest_pick.twin.js';
import { expectEqual } from '../expect.js';
import { around, constant, type Floats, floats, ones, seeded, wholeWeight } from './data.js';
import { compareEach, type KernelTest, weightedToo } from './kernel_test.js';
import { blank, blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const BLOCK = constant(source, 'BLOCK');
/** Blocks this short make many of them cheap. */
const SHORT = 3;

interface Shape {
  readonly rows: number;
  readonly block: number;
  /** Blocks of other chunks. */
  readonly before: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, ...around(BLOCK), 2 * BLOCK + 1].map((rows) => ({ rows, block: BLOCK, before: 1 })),
  ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((blocks) => ({
    rows: SHORT * blocks - 1,
    block: SHORT,
    before: 4,
  })),
];

/** What the buffers hold after a round. */
interface Round {
  readonly costs: Floats;
  readonly best: Floats;
  readonly best_row: Uint32Array<ArrayBuffer>;
}

async function compareOne(
  lab: Lab,
  kernel: KernelSource,
  { rows, block, before, weighted }: Shape & { weighted: boolean },
): Promise<void> {
  const random = seeded();
  const start = before * block;
  const blocks = Math.ceil(rows / block);
  const weights = weighted ? floats(random, wholeWeight, rows) : ones(rows);
  // Struck out are a row in the middle, those just outside the chunk, and its last and first.
  const struck = [Math.floor(rows / 2), rows, -1, rows - 1, 0];

  function twinRound(costs: Floats): Round {
    const found = Array.from({ length: blocks }, (_, b) =>
      twin(costs, weights, b * block, Math.min((b + 1) * block, rows)),
    );
    return {
      costs,
      best: Float32Array.of(...blank(before), ...found.map(({ cost }) => cost)),
      best_row: Uint32Array.of(...blankBits(before), ...found.map(({ row }) => start + row)),
    };
  }

  // Few different costs: ties in every block.
  const costs = floats(random, () => random.below(5), rows);
  const rounds = [0, 1, 2, 3, 4, 5].map((done) =>
    twinRound(costs.map((cost, row) => (struck.slice(0, done).includes(row) ? -1 : cost))),
  );
  const unwritten = {
    costs,
    best: blank(before + blocks),
    best_row: blankBits(before + blocks),
  };
  await compareEach([...rounds.entries()], async ([round, expected]) => {
    const what = JSON.stringify({ weighted, rows, block, round });
    const picks = Uint32Array.from(struck.slice(0, round), (row) => start + row);
    const result = await lab.run(kernel, {
      constants: { WEIGHTED: weighted, BLOCK: block },
      shape: { start, rows, round, first_block: before },
      buffers: {
        weights: weighted ? weights : blank(4),
        picks,
        ...(round === 0 ? unwritten : rounds[round - 1]),
      },
      invocations: blocks,
    });
    expectEqual(result.best, expected.best, `${what}: best`);
    expectEqual(result.best_row, expected.best_row, `${what}: best_row`);
    expectEqual(result.costs, expected.costs, `${what}: costs`);
  });
}

export const farthestBlocks: KernelTest = {
  source,
  compare: (lab, kernel) =>
    compareEach(weightedToo(SHAPES), (shape) => compareOne(lab, kernel, shape)),
  mutations: [
    ['first >= shape.rows', 'first > shape.rows'],
    ['min(first + BLOCK, shape.rows)', 'min(first + BLOCK - 1, shape.rows)'],
    ['cost > highest', 'cost >= highest'],
    ['weights[row] == 0', 'weights[row] <= 1'],
    ['taken >= shape.start + end', 'taken > shape.start + end'],
    ['costs[taken - shape.start] = -1', 'costs[taken - shape.start] = 0'],
    ['shape.start + row', 'row'],
    ['shape.first_block + block', 'block'],
  ],
};
