import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/converge.wgsl';
import { converge as twin } from '../../../src/reference/converge.js';
import { expectEqual, expectThat } from '../expect.js';
import { around, constant, floats, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
/** Fewer slots than the library's are soon used up. */
const HISTORY = 5;
/** Labels changed in the iteration before. */
const BEFORE = 11;

interface Shape {
  readonly entries: number;
  readonly clusters: number;
  readonly iterations: number;
  readonly halted: number;
  readonly empties: number;
  readonly changed: number;
  /** The tolerance less what the centroids moved. */
  readonly spare: number;
}

const ordinary: Shape = {
  entries: 10,
  clusters: 3,
  iterations: 4,
  halted: 0,
  empties: 0,
  changed: 7,
  spare: -1,
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
  ...[1, 2, 3].map((halted) => ({ ...ordinary, halted, changed: 0, spare: 0 })),
  { ...ordinary, halted: 1, empties: 1 },
];

async function compareOne(lab: Lab, kernel: KernelSource, shape: Shape): Promise<void> {
  const what = JSON.stringify(shape);
  const { entries, clusters, iterations, halted, empties, changed, spare } = shape;
  const random = seeded();
  // Quarters below 2: sums are exact.
  const quarters = (length: number) => floats(random, () => random.below(8) / 4, length);
  const costs = quarters(entries);
  const moves = quarters(clusters);
  const tolerance = spare + moves.reduce((sum, move) => sum + move, 0);
  const result = await lab.run(kernel, {
    constants: { HISTORY },
    shape: { clusters, entries, tolerance },
    buffers: {
      costs,
      moves,
      empties: Uint32Array.of(empties),
      state: Uint32Array.of(iterations, halted, BEFORE),
      changed: Uint32Array.of(changed),
      history: blank(HISTORY * WORKGROUP),
    },
    invocations: 1,
  });
  const expected = twin({ iterations, halted, costs, moves, empties, changed, tolerance });
  const last = expected.iterations > iterations ? changed : BEFORE;
  const state = Uint32Array.of(expected.iterations, expected.halted, last);
  expectEqual(result.state, state, `${what}: state`);
  expectEqual(result.changed, Uint32Array.of(expected.changed), `${what}: changed`);
  const slot = (iterations % HISTORY) * WORKGROUP;
  const history = result.history.slice();
  if (expected.objective !== undefined) {
    const lanes = result.history.subarray(slot, slot + WORKGROUP);
    const objective = lanes.reduce((sum, lane) => sum + lane, 0);
    expectThat(
      objective === expected.objective,
      `${what}: the objective is ${objective}, expected ${expected.objective}.`,
    );
    history.fill(blank(1)[0], slot, slot + WORKGROUP);
  }
  expectEqual(history, blank(history.length), `${what}: other slots of the history`);
}

export const converge: KernelTest = {
  source,
  compare: (lab, kernel) => compareEach(SHAPES, (shape) => compareOne(lab, kernel, shape)),
  mutations: [
    ['halted != 0', 'false'],
    ['empties[0] != 0', 'false'],
    ['i < shape.entries', 'i + 1 < shape.entries'],
    ['k < shape.clusters', 'k + 1 < shape.clusters'],
    ['iteration % HISTORY', 'iteration % (HISTORY + 1)'],
    ['iteration > 0 &&', ''],
    ['moved <= shape.tolerance', 'moved < shape.tolerance'],
    ['moved += lane_moves[i]', 'moved = lane_moves[i]'],
    ['iteration + 1', 'iteration'],
    ['changed[0] = 0;', ''],
    ['state[CHANGED] = changed[0];', ''],
  ],
};
