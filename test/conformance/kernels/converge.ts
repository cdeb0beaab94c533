import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/sums/converge.wgsl';
import { converge as twin } from '../../../src/ops/sums/converge.twin.js';
import { expectEqual, expectThat } from '../expect.js';
import { around, constant, floats, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
/** Fewer slots than the library's are soon used up. */
const HISTORY = 5;
/** Labels changed in the iteration before. */
const BEFORE = 11;

/** Numbers of a ClusterSum, and where in it: a cost, and the largest it has been. */
const SUM = 8;
const [COST, MOST_COST] = [4, 6];
const MOST_AMENDED = constant(source, 'MOST_AMENDED');

interface Shape {
  readonly entries: number;
  readonly clusters: number;
  readonly iterations: number;
  readonly halted: number;
  readonly empties: number;
  readonly changed: number;
  /** The tolerance less what the centroids moved. */
  readonly spare: number;
  /** Iterations since all rows were summed. */
  readonly amended: number;
  /** Changed labels that the next iteration may amend the sums by, less those there are. */
  readonly margin: number;
  readonly renew: boolean;
  /** How many times as large as the objective its parts have been together. */
  readonly fall: number;
  /** How far the centroids are from their references, less the objective. */
  readonly excess: number;
  /** Clusters whose weight has fallen. */
  readonly shrunk: number;
  /** Iterations that are left after this one. */
  readonly left: number;
}

const ordinary: Shape = {
  entries: 10,
  clusters: 3,
  iterations: 4,
  halted: 0,
  empties: 0,
  changed: 7,
  spare: -1,
  amended: 0,
  margin: 0,
  renew: false,
  fall: 1,
  excess: 0,
  shrunk: 0,
  left: 2,
};

const SHAPES: readonly Shape[] = [
  ordinary,
  ...[...around(WORKGROUP), 2 * WORKGROUP + 1].flatMap((size) => [
    { ...ordinary, entries: size, clusters: size, spare: 0 },
    { ...ordinary, clusters: size, spare: -0.25 },
  ]),
  // Labels are said to be the same only once there are labels to compare them with.
  { ...ordinary, iterations: 0, changed: 0 },
  { ...ordinary, iterations: 1, changed: 0 },
  { ...ordinary, changed: 1 },
  { ...ordinary, changed: 0, spare: 0 },
  { ...ordinary, iterations: 0, changed: 0, spare: 2 },
  ...[...around(HISTORY), 3 * HISTORY + 2].map((iterations) => ({ ...ordinary, iterations })),
  { ...ordinary, empties: 1 },
  { ...ordinary, empties: 2, changed: 0, spare: 0 },
  ...[1, 2, 3, 4].map((halted) => ({ ...ordinary, halted, changed: 0, spare: 0 })),
  // Whether sums were amended, and will be.
  ...[0, 1, MOST_AMENDED - 2, MOST_AMENDED - 1].flatMap((amended) => [
    { ...ordinary, amended },
    { ...ordinary, amended, margin: -1 },
    { ...ordinary, amended, renew: true },
    { ...ordinary, amended, excess: 0.25 },
    { ...ordinary, amended, fall: 16 },
    { ...ordinary, amended, fall: 17 },
    { ...ordinary, amended, shrunk: 1 },
    { ...ordinary, amended, empties: 1 },
    { ...ordinary, amended, left: 1 },
    { ...ordinary, amended, changed: 0 },
    { ...ordinary, amended, spare: 0 },
  ]),
  { ...ordinary, halted: 1, empties: 1 },
];

async function compareOne(lab: Lab, kernel: KernelSource, shape: Shape): Promise<void> {
  const what = JSON.stringify(shape);
  const { entries, clusters, iterations, halted, empties, changed, spare, amended } = shape;
  const random = seeded();
  // Quarters below 2: sums are exact.
  const quarters = (length: number) => floats(random, () => random.below(8) / 4, length);
  const sumOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0);
  const costs = quarters(entries);
  const moves = quarters(clusters);
  const corrections = quarters(clusters).map((value) => value - 0.25);
  const objective = sumOf(costs) + sumOf(corrections);
  const tolerance = spare + sumOf(moves);
  const mostCosts = quarters(entries);
  mostCosts[0] += shape.fall * objective - sumOf(mostCosts);
  const away = quarters(clusters);
  away[0] += objective + shape.excess - sumOf(away);
  const shrunk = new Float32Array(clusters).fill(1, 0, shape.shrunk);
  const totals = blank(SUM * entries);
  for (let i = 0; i < entries; i++) {
    totals[SUM * i + COST] = costs[i];
    totals[SUM * i + MOST_COST] = mostCosts[i];
  }
  const checks = blank(4 * clusters);
  for (let k = 0; k < clusters; k++) checks.set([corrections[k], away[k], shrunk[k]], 4 * k);
  const mostChanged = Math.max(0, changed + shape.margin);
  const mostIterations = iterations + 1 + shape.left;
  const result = await lab.run(kernel, {
    constants: { HISTORY },
    shape: {
      clusters,
      entries,
      tolerance,
      most_changed: mostChanged,
      renew: shape.renew ? 1 : 0,
      most_iterations: mostIterations,
    },
    buffers: {
      totals,
      moves,
      checks,
      state: Uint32Array.of(iterations, halted, BEFORE, empties, amended),
      changed: Uint32Array.of(changed),
      history: blank(HISTORY * WORKGROUP),
    },
    invocations: 1,
  });
  const expected = twin({
    iterations,
    halted,
    amended,
    costs,
    mostCosts,
    moves,
    corrections,
    away,
    shrunk,
    empties,
    changed,
    tolerance,
    mostChanged,
    renew: shape.renew,
    mostIterations,
  });
  const last = expected.iterations > iterations ? changed : BEFORE;
  const state = Uint32Array.of(
    expected.iterations,
    expected.halted,
    last,
    empties,
    expected.amended,
  );
  expectEqual(result.state, state, `${what}: state`);
  expectEqual(result.changed, Uint32Array.of(expected.changed), `${what}: changed`);
  const slot = (iterations % HISTORY) * WORKGROUP;
  const history = result.history.slice();
  if (expected.objective !== undefined) {
    const lanes = result.history.subarray(slot, slot + WORKGROUP);
    expectThat(
      sumOf(lanes) === expected.objective,
      `${what}: the objective is ${sumOf(lanes)}, expected ${expected.objective}.`,
    );
  }
  // An iteration that is to be done again is recorded again.
  if (expected.objective !== undefined || (halted === 0 && empties === 0)) {
    history.fill(blank(1)[0], slot, slot + WORKGROUP);
  }
  expectEqual(history, blank(history.length), `${what}: other slots of the history`);
}

export const converge: KernelTest = {
  source,
  compare: (lab, kernel) => compareEach(SHAPES, (shape) => compareOne(lab, kernel, shape)),
  mutations: [
    ['halted != 0', 'false'],
    ['empties != 0', 'false'],
    ['select(3u, 4u, amended != 0)', '3'],
    ['i < shape.entries', 'i + 1 < shape.entries'],
    ['k < shape.clusters', 'k + 1 < shape.clusters'],
    ['iteration % HISTORY', 'iteration % (HISTORY + 1)'],
    ['iteration > 0 &&', ''],
    ['all.moved <= shape.tolerance', 'all.moved < shape.tolerance'],
    ['all.moved += lanes[i].moved', 'all.moved = lanes[i].moved'],
    ['own.cost += checks[k].x;', ''],
    ['if (amended != 0 &&', 'if ('],
    ['is_lost || reason != 0', 'is_lost'],
    ['iteration + 2 != shape.most_iterations', 'true'],
    ['all.shrunk > 0 ||', ''],
    ['all.most_cost > LOST', 'all.most_cost >= LOST'],
    ['all.away <= all.cost', 'true'],
    ['changed[0] <= shape.most_changed', 'true'],
    ['shape.renew == 0 &&', ''],
    ['% MOST_AMENDED', ''],
    ['iteration + 1', 'iteration'],
    ['changed[0] = 0;', ''],
    ['state[CHANGED] = changed[0];', ''],
  ],
};
