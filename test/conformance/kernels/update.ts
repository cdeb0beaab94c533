import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/update.wgsl';
import type { Random } from '../../../src/random.js';
import { rowNorms } from '../../../src/reference/row_norms.js';
import { squaredDistance } from '../../../src/reference/squared_distance.js';
import { update as twin } from '../../../src/reference/update.js';
import { expectClose, expectEqual, expectSameBits } from '../expect.js';
import {
  around,
  COLUMNS,
  constant,
  type Floats,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
  wholeWeight,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { roundings, squaredDistanceRoundings, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

interface Shape {
  readonly clusters: number;
  readonly columns: number;
}

const SHAPES: readonly Shape[] = [
  ...around(WORKGROUP).map((clusters) => ({ clusters, columns: 4 })),
  ...COLUMNS.map((columns) => ({ clusters: 9, columns })),
  { clusters: FOLDED_WORKGROUPS * WORKGROUP, columns: 1 },
  { clusters: 3, columns: 100 },
];

interface Problem extends Shape {
  /** [clusters][quads] vec4. */
  readonly old: Floats;
  /** Sums of residuals, [clusters][quads] vec4. */
  readonly residuals: Floats;
  readonly weights: Floats;
}

function problem(random: Random, shape: Shape): Problem {
  const { clusters, columns } = shape;
  const old = rowsOf(random, uniform, clusters, columns);
  const residuals = rowsOf(random, uniform, clusters, columns);
  const weights = Float32Array.from({ length: clusters }, () => wholeWeight(random));
  return { ...shape, old, residuals, weights };
}

async function updated(
  lab: Lab,
  kernel: KernelSource,
  normalize: boolean,
  { clusters, columns, old, residuals, weights }: Problem,
  { halted = 0, empties = 0 } = {},
) {
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const totals = new Float32Array(clusters * (width + 4));
  for (let k = 0; k < clusters; k++) {
    totals.set(residuals.subarray(k * width, (k + 1) * width), k * (width + 4));
    totals[k * (width + 4) + width] = weights[k];
  }
  return lab.run(kernel, {
    constants: { NORMALIZE: normalize },
    shape: { clusters, quads },
    buffers: {
      totals,
      old,
      state: Uint32Array.of(0, halted),
      empties: Uint32Array.of(empties),
      updated: blank(clusters * width),
      half_norms: blank(clusters),
      moves: blank(clusters),
    },
    invocations: clusters,
  });
}

async function compareOne(
  lab: Lab,
  kernel: KernelSource,
  normalize: boolean,
  drawn: Problem,
): Promise<void> {
  const { clusters, columns, old, residuals, weights } = drawn;
  const what = JSON.stringify({ normalize, clusters, columns });
  const width = 4 * quadsOf(columns);
  const { updated: written, half_norms, moves } = await updated(lab, kernel, normalize, drawn);
  const rowOf = (matrix: Floats, k: number) => matrix.subarray(k * width, (k + 1) * width);
  const [norms, travelled] = [new Float64Array(clusters), new Float64Array(clusters)];
  for (let k = 0; k < clusters; k++) {
    const one = [rowOf(old, k), 1, width, rowOf(residuals, k), weights.subarray(k, k + 1)] as const;
    const mean = twin(...one, 'euclidean').centroids;
    const close = sumRoundings(5, 2, 'c + r / w: a division of 2.5 ULP, a product and a sum');
    // A mean's error counts the more the shorter the mean that is scaled to length 1.
    const length = Math.sqrt(rowNorms(mean, 1, width)[0]);
    expectClose(
      rowOf(written, k),
      normalize ? twin(...one, 'cosine').centroids : mean,
      normalize
        ? {
            absolute:
              ((close.absolute ?? 0) * 2 * Math.sqrt(width)) / length + (width + 4) * 2 ** -23,
            because: `${close.because}; then the length's rounding`,
            what: `${what}: centroid ${k}`,
          }
        : { ...close, what: `${what}: centroid ${k}` },
    );
    norms[k] = rowNorms(rowOf(written, k), 1, width)[0] / 2;
    travelled[k] = squaredDistance(rowOf(written, k), 0, rowOf(old, k), 0, width);
  }
  const squares = roundings(width + 1, `half of ${width} squares`);
  expectClose(half_norms, norms, { ...squares, what: 'half norms' });
  const steps = squaredDistanceRoundings(width);
  expectClose(moves, travelled, { ...steps, what: 'moves' });
}

/** Clusters whose rows cancel out have no direction to take: they stay. */
async function compareCancelled(lab: Lab, kernel: KernelSource, random: Random): Promise<void> {
  const drawn = problem(random, { clusters: 6, columns: 5 });
  const { old, residuals, weights } = drawn;
  residuals.set(old.map((value) => -value));
  weights.fill(1);
  // The last three miss zero by what float32 sums of unit vectors leave.
  for (let at = old.length / 2; at < old.length; at++) residuals[at] += (at % 3) * 2 ** -24;
  const result = await updated(lab, kernel, true, drawn);
  expectSameBits(result.updated, old, 'centroids of cancelled clusters');
  expectEqual(result.moves, new Float32Array(6), 'moves of cancelled clusters');
}

export const update: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [false, true].flatMap((normalize) =>
      SHAPES.map((shape) => ({ ...shape, normalize })),
    );
    await compareEach(shapes, (shape) =>
      compareOne(lab, kernel, shape.normalize, problem(random, shape)),
    );
    await compareCancelled(lab, kernel, random);
    const drawn = problem(random, SHAPES[0]);
    const reasons = [{ halted: 1 }, { halted: 2 }, { halted: 3 }, { empties: 2 }];
    await compareEach(reasons, async (reason) => {
      const result = await updated(lab, kernel, false, drawn, reason);
      for (const name of ['updated', 'half_norms', 'moves'] as const) {
        const what = `${JSON.stringify(reason)}: ${name}`;
        expectEqual(result[name], blank(result[name].length), what);
      }
    });
  },
  mutations: [
    ['|| empties[0] != 0', ''],
    ['k >= shape.clusters', 'k > shape.clusters'],
    ['1 / weight, weight > 0', '1 / weight, true'],
    ['old[at + q] + scale', 'scale'],
    ['inverseSqrt(squared_length)', '1'],
    ['squared_length >= SHORTEST_MEAN', 'squared_length > 0 * SHORTEST_MEAN'],
    ['= weight > 0 && squared_length', '= squared_length'],
    ['0.5 * total(norm)', 'total(norm)'],
    ['updated[at + q] - old[at + q]', 'updated[at + q]'],
  ],
};
