import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/sums/update.wgsl';
import type { Random } from '../../../src/math/random.js';
import { rowNorms } from '../../../src/ops/assign/row_norms.twin.js';
import { squaredDistance } from '../../../src/ops/assign/squared_distance.twin.js';
import { update as twin } from '../../../src/ops/sums/update.twin.js';
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

/** What length 1 is where rows are directions. */
const UNIT = 4;

/** Numbers of a ClusterSum, and where in it: the weight, and the largest it has been. */
const SUM = 8;
const [WEIGHT, MOST_WEIGHT] = [5, 7];

interface Problem extends Shape {
  /** [clusters][quads] vec4. */
  readonly references: Floats;
  /** [clusters][quads] vec4. */
  readonly old: Floats;
  /** Sums of residuals, [clusters][quads] vec4. */
  readonly residuals: Floats;
  readonly weights: Floats;
  readonly mostWeights: Floats;
  /** What directions are less of, at UNIT, [quads] vec4. */
  readonly shift: Floats;
}

function problem(random: Random, shape: Shape): Problem {
  const { clusters, columns } = shape;
  const old = rowsOf(random, uniform, clusters, columns);
  const residuals = rowsOf(random, uniform, clusters, columns);
  const references = rowsOf(random, uniform, clusters, columns);
  const weights = Float32Array.from({ length: clusters }, () => wholeWeight(random));
  // Up to, just at, and above 16 times the weight.
  const mostWeights = weights.map((weight) => weight * (15 + random.below(3)));
  const shift = rowsOf(random, uniform, 1, columns).map((value) => value / columns);
  return { ...shape, references, old, residuals, weights, mostWeights, shift };
}

async function updated(
  lab: Lab,
  kernel: KernelSource,
  normalize: boolean,
  { clusters, columns, references, old, residuals, weights, mostWeights, shift }: Problem,
  { halted = 0, empties = 0 } = {},
) {
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const totals = new Float32Array(SUM * clusters * quads);
  for (let entry = 0; entry < clusters * quads; entry++) {
    totals.set(residuals.subarray(4 * entry, 4 * entry + 4), SUM * entry);
    totals[SUM * entry + WEIGHT] = weights[Math.floor(entry / quads)];
    totals[SUM * entry + MOST_WEIGHT] = mostWeights[Math.floor(entry / quads)];
  }
  return lab.run(kernel, {
    constants: { NORMALIZE: normalize },
    shape: {
      clusters,
      quads,
      unit: UNIT,
      shift_gap: shift.reduce((gap, value) => gap - (value / UNIT) ** 2, 1),
    },
    buffers: {
      totals,
      references: Float32Array.of(...references, ...shift),
      old,
      state: Uint32Array.of(0, halted, 0, empties),
      updated: blank(clusters * width),
      half_norms: blank(clusters),
      moves: blank(clusters),
      checks: blank(4 * clusters),
    },
    invocations: clusters,
  });
}

/** The twin for directions at UNIT, which it takes at 1. */
function directed(
  [c, k, d, residuals, weightSums]: readonly [Floats, number, number, Floats, Floats],
  shift: Floats,
): Float64Array {
  const [from, sums, by] = [c, residuals, shift].map((values) =>
    Float64Array.from(values, (value) => value / UNIT),
  );
  const { centroids } = twin(from, k, d, sums, weightSums, 'cosine', by);
  return centroids.map((value) => value * UNIT);
}

async function compareOne(
  lab: Lab,
  kernel: KernelSource,
  normalize: boolean,
  drawn: Problem,
): Promise<void> {
  const { clusters, columns, references, old, residuals, weights, mostWeights, shift } = drawn;
  const what = JSON.stringify({ normalize, clusters, columns });
  const width = 4 * quadsOf(columns);
  const {
    updated: written,
    half_norms,
    moves,
    checks,
  } = await updated(lab, kernel, normalize, drawn);
  const rowOf = (matrix: Floats, k: number) => matrix.subarray(k * width, (k + 1) * width);
  const [norms, travelled] = [new Float64Array(clusters), new Float64Array(clusters)];
  for (let k = 0; k < clusters; k++) {
    const weight = weights[k];
    // A cluster of no weight stays where it is, not at its reference.
    const from = weight > 0 ? references : old;
    const one = [
      rowOf(from, k),
      1,
      width,
      rowOf(residuals, k),
      weights.subarray(k, k + 1),
    ] as const;
    const mean = twin(...one, 'euclidean').centroids;
    const close = sumRoundings(5, 2, 'c + r / w: a division of 2.5 ULP, a product and a sum');
    // A mean's error counts the more the shorter the mean that is scaled to length 1.
    const whole = mean.map((value, j) => value + shift[j]);
    const length = Math.sqrt(rowNorms(whole, 1, width)[0]) / UNIT;
    expectClose(
      rowOf(written, k),
      normalize ? directed(one, shift) : mean,
      normalize
        ? {
            absolute:
              ((close.absolute ?? 0) * 2 * Math.sqrt(width)) / length +
              UNIT * (width + 4) * 2 ** -22,
            because: `${close.because}; then the length's rounding`,
            what: `${what}: centroid ${k}`,
          }
        : { ...close, what: `${what}: centroid ${k}` },
    );
    norms[k] = rowNorms(rowOf(written, k), 1, width)[0] / 2;
    travelled[k] = squaredDistance(rowOf(written, k), 0, rowOf(old, k), 0, width);
    const lag = squaredDistance(rowOf(old, k), 0, rowOf(references, k), 0, width);
    const along = rowOf(old, k).reduce(
      (sum, value, j) => sum + (value - rowOf(references, k)[j]) * rowOf(residuals, k)[j],
      0,
    );
    const [correction, away, ...flags] = checks.subarray(4 * k, 4 * k + 4);
    expectClose([correction], [weight * lag - 2 * along], {
      ...sumRoundings(width + 6, width * 2 * (2 * weight + 2), 'w |c - r|^2 - 2 (c - r) . s'),
      what: `${what}: correction of ${k}`,
    });
    const lead = squaredDistance(rowOf(written, k), 0, rowOf(references, k), 0, width);
    expectClose([away], [weight * lead], {
      ...roundings(width + 3, `weighted squares over ${width} columns`),
      what: `${what}: how far ${k} is from its reference`,
    });
    const shrunk = 16 * weight < mostWeights[k] ? 1 : 0;
    expectEqual(Float32Array.from(flags), Float32Array.of(shrunk, 0), `${what}: shrunk ${k}`);
  }
  const squares = roundings(width + 1, `half of ${width} squares`);
  expectClose(half_norms, norms, { ...squares, what: 'half norms' });
  const steps = squaredDistanceRoundings(width);
  expectClose(moves, travelled, { ...steps, what: 'moves' });
}

/** Clusters whose rows cancel out have no direction to take: they stay. */
async function compareCancelled(lab: Lab, kernel: KernelSource, random: Random): Promise<void> {
  const plain = problem(random, { clusters: 6, columns: 5 });
  const drawn = { ...plain, references: plain.old, shift: new Float32Array(plain.shift.length) };
  const { old, residuals, weights } = drawn;
  residuals.set(old.map((value) => -value));
  weights.fill(1);
  // The last three miss zero by what float32 sums of unit vectors leave.
  for (let at = old.length / 2; at < old.length; at++) residuals[at] += (at % 3) * 2 ** -24;
  const result = await updated(lab, kernel, true, drawn);
  expectSameBits(result.updated, old, 'centroids of cancelled clusters');
  expectEqual(result.moves, new Float32Array(6), 'moves of cancelled clusters');
}

/** In a narrow cone of directions the digits of what they share are not those that tell them apart. */
async function compareCone(lab: Lab, kernel: KernelSource, random: Random): Promise<void> {
  const columns = 6;
  const width = 4 * quadsOf(columns);
  const narrow = 2 ** -13;
  const plain = problem(random, { clusters: 5, columns });
  const [axis] = [rowsOf(random, uniform, 1, columns)];
  const length = Math.sqrt(rowNorms(axis, 1, width)[0]);
  const shift = axis.map((value) => (UNIT * value) / length);
  const small = (values: Floats) => values.map((value) => value * narrow);
  const drawn = {
    ...plain,
    shift,
    references: small(plain.references),
    old: small(plain.old),
    residuals: small(plain.residuals),
    weights: plain.weights.fill(2),
  };
  const result = await updated(lab, kernel, true, drawn);
  for (let k = 0; k < drawn.clusters; k++) {
    const rowOf = (matrix: Floats) => matrix.subarray(k * width, (k + 1) * width);
    const one = [
      rowOf(drawn.references),
      1,
      width,
      rowOf(drawn.residuals),
      drawn.weights.subarray(k, k + 1),
    ] as const;
    expectClose(rowOf(result.updated), directed(one, shift), {
      absolute: narrow * width * 2 ** -20,
      because: 'sums of products of what the mean misses, relative to that',
      what: `centroid ${k} in a narrow cone`,
    });
  }
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
    await compareCone(lab, kernel, random);
    const drawn = problem(random, SHAPES[0]);
    const reasons = [...[1, 2, 3, 4].map((halted) => ({ halted })), { empties: 2 }];
    await compareEach(reasons, async (reason) => {
      const result = await updated(lab, kernel, false, drawn, reason);
      for (const name of ['updated', 'half_norms', 'moves', 'checks'] as const) {
        const what = `${JSON.stringify(reason)}: ${name}`;
        expectEqual(result[name], blank(result[name].length), what);
      }
    });
  },
  mutations: [
    ['|| state[EMPTIES] != 0', ''],
    ['k >= shape.clusters', 'k > shape.clusters'],
    ['if (weight > 0)', 'if (true)'],
    ['references[at + q] + 1 / weight', 'old[at + q] + 1 / weight'],
    ['weight * lag - 2', 'weight * lag - 3'],
    ['weight * total(away)', 'total(away)'],
    ['LOST * weight < totals', 'LOST * weight <= totals'],
    ['unit / length', '1'],
    ['>= shortest * shortest', '> 0 * shortest'],
    ['= weight > 0 && total(whole)', '= total(whole)'],
    ['gap < 0.5 * unit * unit', 'false'],
    ['2 * total(product)', 'total(product)'],
    ['let m = references[shift + q]', 'let m = references[q]'],
    ['0.5 * total(norm)', 'total(norm)'],
    ['updated[at + q] - old[at + q]', 'updated[at + q]'],
  ],
};
