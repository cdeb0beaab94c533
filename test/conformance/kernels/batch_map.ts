import type { KernelSource } from '../../../host/kernel.js';
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
import { gridShape, placesOf } from '../../../src/ops/maps/unit_grid.js';
import { expectClose, expectEqual } from '../expect.js';
import { constant, floats, quadsOf, rowsOf, seeded, uniform, wholeWeight } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const EPOCHS = constant(source, 'EPOCHS');
/** Units of a workgroup. */
const UNITS = 4;
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
  // Fours of units, tiles of them, and dispatches that fold.
  ...[
    [1, 1],
    [1, 3],
    [1, 5],
    [7, 9],
    [8, 8],
    [5, 13],
    [1, 256],
  ].map(([rows, columns], i) => ({
    ...{ map: plane(rows, columns), columns: 3, kind: KINDS[i % 3], radius: 1.6, epoch: 31 * i },
  })),
  // Quads: fewer lanes than the workgroup, as many, and more.
  ...[1, 4, 5, 9, 4 * WORKGROUP, 4 * WORKGROUP + 1].flatMap((columns) =>
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
  shape: Shape,
): Promise<void> {
  const { grid, quads, counts, residuals, totals, references, kind, radius } = problem(shape);
  const { epoch = 0, first = 0, tolerance = 3e-5 } = shape;
  const { units } = grid;
  const width = 4 * quads;
  const radii = Float32Array.from({ length: EPOCHS }, (_, slot) => 0.4 + slot);
  radii[epoch % EPOCHS] = radius;
  const result = await lab.run(kernel, {
    shape: {
      ...{ first, units, quads },
      lanes: Math.min(WORKGROUP, 2 ** Math.ceil(Math.log2(quads))),
      ...gridShape(grid, kind),
    },
    buffers: {
      places: placesOf(grid),
      radii,
      state: Uint32Array.of(epoch, 0, 0, 0),
      totals,
      references,
      weights: blank(units * width),
      half_norms: blank(units),
    },
    invocations: Math.ceil((units - first) / UNITS) * WORKGROUP,
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
  async compare(lab, kernel) {
    await compareEach(SHAPES, (shape) => compareOne(lab, kernel, shape));
  },
  mutations: [
    ['min(begin + lane % 4', 'min(begin + lane % 2'],
    ['shape.first + 4 *', '4 *'],
    ['state[ITERATIONS] % EPOCHS', 'state[ITERATIONS]'],
    ['shape.quads].weight > 0.0', 'shape.quads].weight > -1.0'],
    ['least - squared', '-squared'],
    ['squared > REACH', 'squared > 3.0e4 * REACH'],
    ['s <= EDGE', 's < 1.0'],
    ['(1.0 - s) * bell', '(1.0 + s) * bell'],
    ['period - distance', 'period'],
    ['shape.row_square * down', 'down'],
    ['shape.maximum != 0', 'false'],
    ['= abs(share)', '= share'],
    ['held(i, count, unit)', '1.0'],
    ['own < other)', 'true)'],
    ['.residuals / count', '.residuals'],
    ['4 * j + 2] * sum', '4 * j + 1] * sum'],
    ['counts[j] * references', 'counts[slice] * references'],
    ['size - share', '0.0 * share'],
    ['tile < shape.units; tile', 'tile < 1; tile'],
    ['top += part', 'top = part'],
    ['block < shape.quads; block', 'block < shape.lanes; block'],
    ['lane + shape.lanes; j', 'lane + 1; j'],
    ['lane < shape.lanes && has_quad', 'lane < shape.lanes'],
    ['all.x > 0.0', 'true'],
    ['norms[j] +=', 'norms[j] ='],
    ['0.5 * norm', 'norm'],
    ['lane < min(4, shape.units - begin)', 'lane < 4'],
  ],
};
