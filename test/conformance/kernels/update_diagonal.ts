import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/mixtures/update_diagonal.wgsl';
import { expectClose, expectEqual } from '../expect.js';
import { constant, quadsOf, seeded } from './data.js';
import type { KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { momentTotals } from './mixture_sums.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const LEAST = 2 ** -28;
const NONE = 0xffffffff;

interface Problem {
  readonly clusters: number;
  readonly columns: number;
  /** Variances less the ridge, [clusters][columns]. */
  readonly variances: Float64Array;
  readonly ridge: number;
  /** Columns' scales. */
  readonly scaleOf: (column: number) => number;
}

const near = (j: number) => 2 ** ((j % 5) - 2);
/** Scales whose squares float32 does not hold. */
const far = (j: number) => 2 ** (30 * ((j % 5) - 3));

/** Each column's unit, 1 / scale, over the largest. */
function unitsOf({ columns, scaleOf }: Problem): Float64Array {
  const units = Float64Array.from({ length: columns }, (_, j) => 1 / scaleOf(j));
  const largest = Math.max(...units);
  return units.map((unit) => unit / largest);
}

async function updated(lab: Lab, kernel: KernelSource, kind: number, p: Problem, halted = 0) {
  const { clusters, columns, variances } = p;
  const units = unitsOf(p);
  const quads = quadsOf(columns);
  const width = 4 * quads;
  // A step of 1/2 and a weight of 4 whose effects cancel exactly.
  const products = new Float32Array(clusters * width * width);
  for (let k = 0; k < clusters; k++) {
    for (let j = 0; j < columns; j++) {
      products[(k * width + j) * width + j] = 4 * (variances[k * columns + j] + 0.25);
    }
  }
  const components = Float32Array.from({ length: 2 * clusters }, (_, at) => (at % 2 ? -at : 4));
  const table = new Float32Array(2 * width).fill(1);
  for (let j = 0; j < columns; j++) {
    table[j] = ridgeOf(p, j);
    table[width + j] = units[j];
  }
  return lab.run(kernel, {
    constants: { KIND: kind },
    shape: { clusters, quads, columns, least: LEAST },
    buffers: {
      totals: momentTotals({
        clusters,
        columns,
        weights: new Float32Array(clusters),
        residuals: new Float32Array(clusters * width),
        products,
      }),
      moves: new Float32Array(clusters * width).fill(0.5),
      components,
      columns: table,
      state: Uint32Array.of(0, halted, NONE),
      factors: blank(clusters * width + 4),
      offsets: blank(clusters + 1),
    },
    invocations: clusters,
  });
}

/** In squared scaled units. */
function ridgeOf({ ridge, scaleOf }: Problem, j: number): number {
  return ridge * scaleOf(j) ** 2;
}

/** The variances that the kernel is to take the roots of; of KIND 1 in the largest unit. */
function expectedVariances(kind: number, p: Problem) {
  const { columns, variances } = p;
  const ridges = variances.map((_, at) => ridgeOf(p, at % columns));
  if (kind === 2) return ridges;
  const full = variances.map((value, at) => value + ridges[at]);
  if (kind === 0) return full;
  const units = unitsOf(p);
  return full.map((_, at) => {
    const k = Math.floor(at / columns);
    let mean = 0;
    for (let j = 0; j < columns; j++) mean += (full[k * columns + j] * units[j] ** 2) / columns;
    return mean;
  });
}

async function compareOne(lab: Lab, kernel: KernelSource, kind: number, p: Problem): Promise<void> {
  const { clusters, columns } = p;
  const what = JSON.stringify({ kind, clusters, columns, scales: p.scaleOf.name });
  const width = 4 * quadsOf(columns);
  const { factors, offsets, state } = await updated(lab, kernel, kind, p);
  const own = expectedVariances(kind, p);
  const units = unitsOf(p);
  const expectedFactors = Float64Array.from(blank(clusters * width + 4));
  const expectedOffsets = Float64Array.from(blank(clusters + 1));
  for (let k = 0; k < clusters; k++) {
    expectedOffsets[k] = -(2 * k + 1);
    for (let j = 0; j < columns; j++) {
      const root = 1 / Math.sqrt(own[k * columns + j]);
      expectedFactors[k * width + j] = kind === 1 ? root * units[j] : root;
      expectedOffsets[k] += Math.log(root);
    }
  }
  const because =
    'variances of 1/4 and more, beside which steps of 1/2 cancel; roots and logarithms';
  expectClose(factors, expectedFactors, { relative: 4e-6, because, what: `${what}: factors` });
  expectClose(offsets, expectedOffsets, {
    relative: 1e-6,
    absolute: 4e-6 * columns,
    because,
    what: `${what}: offsets`,
  });
  expectEqual(state, Uint32Array.of(0, 0, NONE), `${what}: state`);
}

export const updateDiagonal: KernelTest = {
  source,
  variants: [0, 1, 2].map((KIND) => ({ KIND })),
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...[1, 3, 4, 5, 9].map((columns) => [3, columns] as const),
      ...[WORKGROUP - 1, WORKGROUP, WORKGROUP + 1, FOLDED_WORKGROUPS * WORKGROUP].map(
        (clusters) => [clusters, 2] as const,
      ),
    ];
    for (const kind of [0, 1, 2]) {
      for (const [clusters, columns] of shapes) {
        const variances = Float64Array.from(
          { length: clusters * columns },
          () => (1 + random.below(16)) / 4,
        );
        const common = { clusters, columns, variances, ridge: 0.125 };
        await compareOne(lab, kernel, kind, { ...common, scaleOf: near });
        if (kind === 1 && columns > 4) {
          await compareOne(lab, kernel, kind, { ...common, ridge: 0, scaleOf: far });
        }
      }
    }
    // Component 2 and 4 have no variance, in one column or in all.
    for (const kind of [0, 1]) {
      const singular = new Float64Array(15).fill(1);
      for (const at of kind === 0 ? [7, 13] : [6, 7, 8, 12, 13, 14]) singular[at] = 0;
      const p = { clusters: 5, columns: 3, variances: singular, ridge: 0, scaleOf: near };
      const failed = await updated(lab, kernel, kind, p);
      expectEqual(failed.state, Uint32Array.of(0, 0, 2), 'the first singular component');
      const least = await updated(lab, kernel, kind, { ...p, ridge: LEAST / 4, scaleOf: () => 2 });
      expectEqual(least.state, Uint32Array.of(0, 0, 2), 'the first of the least variance');
      const above = await updated(lab, kernel, kind, { ...p, ridge: LEAST / 2, scaleOf: () => 2 });
      expectEqual(above.state, Uint32Array.of(0, 0, NONE), 'variances above the least');
      const halted = await updated(lab, kernel, kind, p, 1);
      expectEqual(halted.offsets, blank(6), 'offsets of a fit that has halted');
      expectEqual(halted.state, Uint32Array.of(0, 1, NONE), 'state of a fit that has halted');
    }
  },
  mutations: [
    ['atomicLoad(&state[HALTED]) != 0', 'false'],
    ['k >= shape.clusters', 'k > shape.clusters'],
    ['- step * step', ''],
    ['+ ridge', ''],
    ['own <= shape.least', 'own < shape.least'],
    ['own <= shape.least', 'own <= 4 * shape.least'],
    ['atomicMin', 'atomicMax'],
    ['inverseSqrt(own)', 'own'],
    ['root * unit', 'root'],
    ['log(root)', 'log(root * unit)'],
    ['components[k].y + logs', 'logs'],
    ['* unit * unit /', '* unit /'],
    ['j < shape.columns', 'j < 4 * shape.quads'],
  ],
};
