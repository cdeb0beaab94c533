import source from '../../../shaders/mixtures/softmax.wgsl';
import { largestScore, softmax as twin } from '../../../src/ops/mixtures/softmax.twin.js';
import { expectClose, expectEqual } from '../expect.js';
import { around, constant, floats, poisonedAt, seeded, writtenAt } from './data.js';
import { type KernelTest, switches } from './kernel_test.js';
import { blank, blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');

/** exp of x is off by 3 + 2 |x| ULP, log by 3, a division by 2.5: WGSL's table of accuracies. */
const because = 'exp, log and division have errors of some ULP, and k terms are added';

interface Shape {
  readonly rows: number;
  readonly clusters: number;
  readonly first: number;
  /** Scores lie within this of 0. */
  readonly spread: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, 2, 7].map((clusters) => ({ rows: 5, clusters, first: 3, spread: 4 })),
  ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((rows) => ({
    rows,
    clusters: 3,
    first: 0,
    spread: 2,
  })),
  // Scores whose exponentials float32 does not hold.
  { rows: 20, clusters: 5, first: 0, spread: 3000 },
];

async function compareOne(
  lab: Lab,
  kernel: typeof source,
  weighted: boolean,
  labelled: boolean,
  { rows, clusters, first, spread }: Shape,
  halted = 0,
): Promise<void> {
  const what = JSON.stringify({ weighted, labelled, rows, clusters, spread, halted });
  const random = seeded();
  const stride = rows + 2;
  const length = first + rows + 1;
  // Few distinct values: ties are common.
  const scores = floats(random, () => ((random.below(9) - 4) / 4) * spread, clusters * rows);
  const weights = floats(random, () => random.below(5) / 4, rows);
  const laid = new Float32Array(clusters * stride);
  for (let k = 0; k < clusters; k++) {
    laid.set(poisonedAt(scores.subarray(k * rows, (k + 1) * rows), 0, stride), k * stride);
  }
  const result = await lab.run(kernel, {
    constants: { WEIGHTED: weighted, LABELLED: labelled },
    shape: { first, rows, clusters, score_stride: stride },
    buffers: {
      weights: poisonedAt(weights, first, length),
      state: Uint32Array.of(0, halted),
      scores: laid,
      log_sums: blank(length),
      entropies: blank(length),
      labels: blankBits(length),
    },
    invocations: rows,
  });
  if (halted !== 0) {
    expectEqual(result.scores, laid, `${what}: scores`);
    expectEqual(result.log_sums, blank(length), `${what}: log sums`);
    return;
  }
  const { responsibilities, logSums, entropies } = twin(scores, clusters, rows);
  const weight = (row: number) => (weighted ? weights[row] : 1);
  const expectedScores = Float64Array.from(laid);
  for (let k = 0; k < clusters; k++) {
    for (let row = 0; row < rows; row++) {
      expectedScores[k * stride + row] = weight(row) * responsibilities[k * rows + row];
    }
  }
  // Past the rows lies poison, which is compared too.
  expectClose(result.scores, expectedScores, {
    relative: 2e-5,
    absolute: 1e-30,
    because: `${because}; differences of up to ${2 * spread} times 2^-24 lie below the exp`,
    what: `${what}: responsibilities`,
  });
  expectClose(
    result.log_sums,
    writtenAt(
      logSums.map((v, row) => v * weight(row)),
      first,
      length,
    ),
    {
      relative: 1e-6,
      absolute: 2e-6,
      because,
      what: `${what}: log sums`,
    },
  );
  expectClose(
    result.entropies,
    writtenAt(
      entropies.map((v, row) => v * weight(row)),
      first,
      length,
    ),
    { absolute: 1e-5, relative: 1e-5, because, what: `${what}: entropies` },
  );
  const labels = blankBits(length);
  if (labelled) labels.set(largestScore(scores, clusters, rows), first);
  expectEqual(result.labels, labels, `${what}: labels`);
}

export const softmax: KernelTest = {
  source,
  async compare(lab, kernel) {
    for (const { WEIGHTED, LABELLED } of switches(source)) {
      for (const shape of SHAPES) {
        await compareOne(lab, kernel, WEIGHTED === true, LABELLED === true, shape);
      }
    }
    await compareOne(lab, kernel, false, true, SHAPES[0], 1);
  },
  mutations: [
    ['score > most', 'score < most'],
    ['score > most', 'score >= most'],
    ['row >= shape.rows', 'row > shape.rows'],
    ['weight / sum', '1 / sum'],
    ['most + log(sum)', 'log(sum)'],
    ['mean / sum', 'mean'],
    ['shape.first + row', 'row'],
    ['(LABELLED)', '(!LABELLED)'],
    ['best / shape.score_stride', 'best / shape.rows'],
  ],
};
