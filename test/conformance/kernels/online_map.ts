import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/maps/online_map.wgsl';
import {
  type GridDistance,
  type GridShape,
  type Neighbourhood,
  UnitGrid,
} from '../../../src/math/unit_grid.js';
import { onlineMap as twin } from '../../../src/ops/maps/online_map.twin.js';
import { gridConstants, gridShape, placesOf } from '../../../src/ops/maps/unit_grid.js';
import { expectClose } from '../expect.js';
import { constant, quadsOf, rowsOf, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const KINDS: readonly Neighbourhood[] = ['gaussian', 'bubble', 'mexicanHat'];

interface Shape {
  readonly map: GridShape;
  readonly count: number;
  readonly columns: number;
  readonly kind: number;
  readonly radius: number;
  readonly distance?: GridDistance;
}

const plane = (rows: number, columns: number): GridShape => ({
  rows,
  columns,
  grid: 'rectangular',
  torus: false,
});
const hexagonalTorus = (rows: number, columns: number): GridShape => ({
  rows,
  columns,
  grid: 'hexagonal',
  torus: true,
});

const SHAPES: readonly Shape[] = [
  // Lanes with no unit, with one, and with two.
  ...[
    [1, 1],
    [5, 51],
    [8, 32],
    [1, 257],
    [18, 29],
  ].map(([rows, columns], i) => ({
    map: plane(rows, columns),
    count: 12,
    columns: 3,
    kind: i % 3,
    radius: 1.6,
  })),
  ...[1, 4, 5, 9].flatMap((columns) =>
    [0, 1, 2].map((kind) => ({
      map: hexagonalTorus(6, 5),
      count: 9,
      columns,
      kind,
      radius: 1.5 + 0.25 * kind,
    })),
  ),
  { map: plane(5, 5), count: 8, columns: 2, kind: 0, radius: 1.5, distance: 'maximum' },
  // The bubble's very edge; the unit alone; nearly alone.
  { map: hexagonalTorus(4, 6), count: 8, columns: 2, kind: 1, radius: 1 },
  ...KINDS.map((_, kind) => ({ map: plane(4, 4), count: 8, columns: 2, kind, radius: 0 })),
  { map: plane(4, 4), count: 8, columns: 2, kind: 2, radius: 0.1 },
];

export const onlineMap: KernelTest = {
  source,
  variants: KINDS.map(gridConstants),
  async compare(lab, kernel: KernelSource) {
    const random = seeded();
    const problems = SHAPES.map((shape) => {
      const { map, count, columns, radius, distance } = shape;
      const grid = new UnitGrid(map, distance);
      const x = rowsOf(random, uniform, count, columns);
      // The first row lies on units of several lanes, and on several of one: ties go to the lowest.
      const weights = rowsOf(random, uniform, grid.units, columns);
      const width = 4 * quadsOf(columns);
      weights.forEach((_, at) => {
        const unit = Math.floor(at / width);
        const ties = unit % 5 === 1 || unit % WORKGROUP === 1;
        weights[at] = ties ? x[at % width] : weights[at];
      });
      const steps = Float32Array.from({ length: 2 * count }, (_, at) =>
        at % 2 === 0 ? radius : 0.3 / (1 + at),
      );
      return { ...shape, grid, x, weights, steps };
    });
    await compareEach(problems, async ({ grid, x, weights, steps, columns, kind, count }) => {
      const quads = quadsOf(columns);
      const { units } = grid;
      const turned = weights.map((_, at) => {
        const [quad, unit] = [Math.floor(at / (4 * units)), Math.floor(at / 4) % units];
        return weights[(unit * quads + quad) * 4 + (at % 4)];
      });
      const result = await lab.run(kernel, {
        constants: gridConstants(KINDS[kind]),
        shape: { count, quads, units, ...gridShape(grid) },
        buffers: {
          rows: x,
          steps,
          places: placesOf(grid),
          weights: turned,
          costs: blank(count),
          squared: blank(units),
        },
        invocations: WORKGROUP,
      });
      const expected = twin(grid, KINDS[kind], weights, 4 * quads, x, steps);
      const back = Float64Array.from(weights, (_, at) => {
        const [unit, quad] = [Math.floor(at / (4 * quads)), Math.floor(at / 4) % quads];
        return result.weights[(quad * units + unit) * 4 + (at % 4)];
      });
      const because = 'a few roundings of float32 a row, of numbers below 4, row after row';
      const what = JSON.stringify({ ...grid.shape, columns, kind });
      const tolerance = { absolute: count * 2e-6, because };
      expectClose(back, expected.weights, { ...tolerance, what: `weights ${what}` });
      expectClose(result.costs, expected.costs, { ...tolerance, what: `costs ${what}` });
    });
  },
  mutations: [
    ['sum < closest', 'sum <= closest'],
    ['nearest[lane + half] < nearest[lane]', 'false'],
    ['other < least[lane] ||', ''],
    ['unit < shape.units; unit += WORKGROUP', 'unit < WORKGROUP; unit += WORKGROUP'],
    ['period - distance', 'period'],
    ['max(right, down) * max(right, down)', 'right * down'],
    ['shape.maximum != 0', 'false'],
    ['shape.row_square * down', 'down'],
    ['shape.period_right)', 'shape.period_rows)'],
    ['square <= EDGE', 'square < 1.0'],
    ['h *= 1.0 - squared', 'h *= 1.0 + squared'],
    ['0.5 * (least', '(least'],
    ['h *= cost / squared[unit]', 'h *= 1.0'],
    ['&& squared[unit] > cost', ''],
    ['steps[row].y', 'steps[0].y'],
    ['costs[row] = cost', 'costs[row] = closest'],
    ['q * shape.units + unit;', 'unit * shape.quads + q;'],
  ],
};
