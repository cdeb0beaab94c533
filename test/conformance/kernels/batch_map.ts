import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/maps/batch_map.wgsl';
import {
  type GridDistance,
  type GridShape,
  type Neighbourhood,
  UnitGrid,
} from '../../../src/math/unit_grid.js';
import { createPause } from '../../../src/math/event_loop.js';
import { rowNorms } from '../../../src/ops/assign/row_norms.twin.js';
import { batchStep as twin } from '../../../src/ops/maps/batch_map.twin.js';
import { gridConstants, gridShape, placesOf } from '../../../src/ops/maps/unit_grid.js';
import { expectClose, expectEqual } from '../expect.js';
import { constant, floats, quadsOf, rowsOf, seeded, uniform, wholeWeight } from './data.js';
import { compareEach, type KernelTest, permutation } from './kernel_test.js';
import { blank } from './lab.js';

const EPOCHS = constant(source, 'EPOCHS');
const UNITS = constant(source, 'UNITS');
/** Columns of a block of quads. */
const BLOCK = 4 * constant(source, 'BLOCK');
/** Numbers of a ClusterSum, and where the weight is in it. */
const [SUM, WEIGHT] = [8, 5];

interface Shape {
  readonly map: GridShape;
  readonly columns: number;
  readonly kind: Neighbourhood;
  readonly radius: number;
  readonly distance?: GridDistance;
  readonly epoch?: number;
  /** The first unit of the dispatch. */
  readonly first?: number;
  /** Only units up to this one have rows. */
  readonly lastUsed?: number;
  readonly tolerance?: number;
}

const plane = (rows: number, columns: number): GridShape => ({
  ...{ rows, columns, grid: 'rectangular' as const, torus: false },
});
const hexagonalTorus = (rows: number, columns: number): GridShape => ({
  ...{ rows, columns, grid: 'hexagonal' as const, torus: true },
});
const KINDS: readonly Neighbourhood[] = ['gaussian', 'bubble', 'mexicanHat'];

const SHAPES: readonly Shape[] = [
  // A workgroup's units, tiles of them, and dispatches that fold.
  ...[
    [1, 1],
    [1, 7],
    [2, 4],
    [3, 3],
    [7, 9],
    [5, 13],
    [1, 256],
  ].map(([rows, columns], i) => ({
    ...{ map: plane(rows, columns), columns: 3, kind: KINDS[i % 3], radius: 1.6, epoch: 31 * i },
  })),
  ...[1, 4, 5, 9, BLOCK, BLOCK + 1, 2 * BLOCK + 5].flatMap((columns) =>
    KINDS.map((kind) => ({ map: hexagonalTorus(4, 3), columns, kind, radius: 1.7 })),
  ),
  { map: plane(5, 5), columns: 2, kind: 'gaussian', radius: 1.5, distance: 'maximum' },
  { map: plane(3, 5), columns: 6, kind: 'gaussian', radius: 2, first: 8 },
  { map: plane(1, 257), columns: 3, kind: 'gaussian', radius: 40, first: 4 },
  // The bubble's very edge; the unit alone, as near the end of K-means.
  { map: hexagonalTorus(4, 6), columns: 2, kind: 'bubble', radius: 1 },
  ...KINDS.map((kind) => ({ map: plane(4, 4), columns: 2, kind, radius: 0 })),
  // Units far from all that have rows: they follow the nearest of those, and beyond a reach none.
  {
    ...{ map: plane(1, 30), columns: 2, kind: 'gaussian', radius: 1, lastUsed: 2 },
    tolerance: 2e-3,
  },
  { map: plane(1, 30), columns: 2, kind: 'gaussian', radius: 0.5, lastUsed: 2, tolerance: 2e-3 },
];

function problem(shape: Shape) {
  const random = seeded();
  const { map, columns, radius, distance, lastUsed = Number.POSITIVE_INFINITY } = shape;
  const grid = new UnitGrid(map, distance);
  const { units } = grid;
  const quads = quadsOf(columns);
  const counts = Float32Array.from({ length: units }, (_, i) =>
    i <= lastUsed ? wholeWeight(random) : 0,
  );
  // The first and the last have rows, whatever was drawn.
  counts[0] = 2;
  counts[Math.min(lastUsed, units - 1)] = 3;
  const width = 4 * quads;
  const residuals = rowsOf(random, uniform, units, columns).map(
    (value, at) => value * counts[Math.floor(at / width)],
  );
  const totals = floats(random, uniform, SUM * units * quads);
  for (let entry = 0; entry < units * quads; entry++) {
    totals.set(residuals.subarray(4 * entry, 4 * entry + 4), SUM * entry);
    totals[SUM * entry + WEIGHT] = counts[Math.floor(entry / quads)];
  }
  return {
    ...{ ...shape, grid, quads, counts, residuals, totals, radius: Math.fround(radius) },
    references: rowsOf(random, uniform, units, columns),
  };
}

async function compareOne(
  lab: Parameters<KernelTest['compare']>[0],
  kernel: KernelSource,
  constants: KernelConstants,
  shape: Shape,
): Promise<void> {
  const { grid, quads, counts, residuals, totals, references, kind, radius } = problem(shape);
  const { epoch = 0, first = 0, tolerance = 3e-5 } = shape;
  const { units } = grid;
  const width = 4 * quads;
  const { WORKGROUP: workgroup } = { ...kernel.constants, ...constants };
  const radii = Float32Array.from({ length: EPOCHS }, (_, slot) => 0.4 + slot);
  radii[epoch % EPOCHS] = radius;
  const result = await lab.run(kernel, {
    constants: { ...constants, ...gridConstants(kind) },
    shape: { first, units, quads, ...gridShape(grid) },
    buffers: {
      places: placesOf(grid),
      radii,
      state: Uint32Array.of(epoch, 0, 0, 0),
      totals,
      references,
      weights: blank(units * width),
      half_norms: blank(units),
    },
    invocations: Math.ceil((units - first) / UNITS) * Number(workgroup),
  });
  const expected = await twin(
    ...([grid, kind, radius, references] as const),
    { residuals: Float64Array.from(residuals), weightSums: Float64Array.from(counts) },
    createPause(undefined),
  );
  const what = JSON.stringify(shape);
  expectClose(result.weights.subarray(first * width), expected.subarray(first * width), {
    absolute: tolerance,
    because: 'means of numbers below 4, whose weights hold exponentials of float32',
    what,
  });
  expectEqual(result.weights.subarray(0, first * width), blank(first * width), `${what}: before`);
  const norms = rowNorms(result.weights, units, width).map((norm) => norm / 2);
  expectClose(result.half_norms.subarray(first), norms.subarray(first), {
    relative: (width + 8) * 2 ** -23,
    because: 'half of a sum of squares',
    what: `${what}: half norms`,
  });
}

export const batchMap: KernelTest = {
  source,
  variants: KINDS.map(gridConstants),
  async compare(lab, kernel) {
    await compareEach(SHAPES, (shape) => compareOne(lab, kernel, {}, shape));
  },
  mutations: [
    ['min(begin + lane % UNITS', 'min(begin + lane % 2'],
    ['shape.first + UNITS *', 'UNITS *'],
    ['state[ITERATIONS] % EPOCHS', 'state[ITERATIONS]'],
    ['other$l.weight > 0.0);\n    #end', 'true);\n    #end'],
    ['least - squared', '-squared'],
    ['squared > REACH', 'squared > 3.0e4 * REACH'],
    ['square <= EDGE', 'square < 1.0'],
    ['h *= 1.0 - squared', 'h *= 1.0 + squared'],
    ['period - distance', 'period'],
    ['shape.row_square * down', 'down'],
    ['shape.maximum != 0', 'false'],
    ['* abs(h$l)', '* h$l'],
    ['held(i + $l, other$l.weight, unit)', '1.0'],
    ['own < other)', 'true)'],
    ['.residuals / count', '.residuals'],
    ['other.weight * references', 'references'],
    ['abs(h$l) - counts$l', '0.0 * counts$l'],
    ['tile < shape.units; tile', 'tile < 1; tile'],
    ['reached = plus_reached(reached, part)', 'reached = part'],
    ['block < shape.quads; block', 'block < BLOCK; block'],
    ['plus_reached(reached, parts[other])', 'reached'],
    ['min(least, nearest[other])', 'least'],
    ['writes && block + $q < shape.quads', 'writes'],
    ['reached.all > 0.0', 'true'],
    ['norm += dot', 'norm = dot'],
    ['0.5 * norm', 'norm'],
  ],
};

const LANES = [4, UNITS];

export const batchMapSubgroups: KernelTest = {
  source: permutation(source, 'with subgroups', { SUBGROUPS: 'true' }),
  needs: 'subgroups',
  variants: LANES.flatMap((lanes) =>
    KINDS.map((kind) => ({ LANES: lanes, WORKGROUP: UNITS, ...gridConstants(kind) })),
  ),
  async compare(lab, kernel) {
    const most = lab.runtime.subgroupSize;
    for (const lanes of LANES.filter((size) => size <= most)) {
      const constants = { LANES: lanes, WORKGROUP: UNITS };
      await compareEach(SHAPES, (shape) => compareOne(lab, kernel, constants, shape));
    }
  },
  mutations: [
    ['subgroup_lane % LANES', '0u'],
    ['i < shape.units)', 'true)'],
    ['mine.place, $i', 'mine.place, 0'],
    ['mine.weight, $i', 'mine.weight, 0'],
    ['mine.q$q, $i', 'mine.q0, $i'],
  ],
};
