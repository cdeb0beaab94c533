import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/mixtures/whiten.wgsl';
import { packFrame } from '../../../src/ops/mixtures/layout.js';
import { packedIndex, packedLength } from '../../../src/rows/pack.twin.js';
import { whiten as twin } from '../../../src/ops/mixtures/whiten.twin.js';
import { expectClose, expectEqual } from '../expect.js';
import {
  ACROSS_BLOCKS,
  constant,
  floats,
  grid,
  packedAt,
  quadsOf,
  seeded,
  uniform,
} from './data.js';
import type { KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, sumRoundings } from './tolerance.js';

/** Rows of a workgroup. */
const TILE = 4 * constant(source, 'WORKGROUP');

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly clusters: number;
  readonly first: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, 3, 4, 5, 8, 9, 12, 13, 17].map((columns) => ({ rows: 5, columns, clusters: 3, first: 1 })),
  ...[TILE - 1, TILE, TILE + 1].map((rows) => ({ rows, columns: 8, clusters: 2, first: 0 })),
  ...ACROSS_BLOCKS.map((shape) => ({ ...shape, clusters: 2 })),
  { rows: 2, columns: 5, clusters: FOLDED_WORKGROUPS + 1, first: 0 },
];

/** All clusters but the first, so that where they begin counts; and what the twin says. */
async function compareOne(lab: Lab, kernel: KernelSource, shape: Shape, tied: boolean, halted = 0) {
  const random = seeded(kernel);
  const { rows, columns: d, clusters: k, first } = shape;
  const exact = rows !== 40;
  const draw = exact ? grid : uniform;
  const quads = quadsOf(d);
  const x = floats(random, draw, rows * d);
  const centres = Float64Array.from(floats(random, draw, k * d));
  const factors = Float64Array.from(floats(random, draw, (tied ? 1 : k) * d * d));
  const packed = packFrame({ centres, factors }, new Float64Array(d).fill(1));
  const rowStride = 256 * Math.ceil(rows / 256);
  const length = packedLength(rowStride * (k - 1), quads);
  const { whitened } = await lab.run(kernel, {
    shape: {
      ...{ first, rows, quads, first_cluster: 1, last_cluster: k, row_stride: rowStride },
      factor_stride: tied ? 0 : packed.factors!.length / k / 4,
    },
    buffers: {
      points: packedAt(x, rows, d, first, first + rows + 1),
      means: Float32Array.from(packed.means),
      factors: Float32Array.from(packed.factors!),
      state: Uint32Array.of(0, halted),
      whitened: blank(length),
    },
    invocations: ((k - 1) * Math.ceil(rows / TILE) * TILE) / 4,
  });
  const expected = Float64Array.from(blank(length));
  const values = twin(x, rows, d, centres, factors);
  for (let c = 1; c < k; c++) {
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < 4 * quads; j++) {
        const at = packedIndex((c - 1) * rowStride + row, j, quads);
        expected[at] = j < d ? values[(c * rows + row) * d + j] : 0;
      }
    }
  }
  const what = JSON.stringify({ tied, ...shape });
  if (halted) expectEqual(whitened, blank(length), 'rows of a fit that has halted');
  else if (exact) expectExact(whitened, expected, what);
  else {
    const because = 'products of factors within [-1, 1] and differences within [-2, 2]';
    expectClose(whitened, expected, sumRoundings(d + 2, 2 * d, because));
  }
}

export const whiten: KernelTest = {
  source,
  async compare(lab, kernel) {
    for (const tied of [false, true]) {
      for (const shape of SHAPES) await compareOne(lab, kernel, shape, tied);
    }
    const drawn = { rows: 40, columns: 11, clusters: 4, first: 0 };
    await compareOne(lab, kernel, drawn, false);
    await compareOne(lab, kernel, drawn, false, 1);
  },
  mutations: [
    ['shape.first + min', 'min'],
    ['rows[i] < shape.rows', 'rows[i] <= shape.rows'],
    ['own * shape.row_stride', 'own * shape.rows'],
    ['shape.first_cluster + own', 'own'],
    ['k >= shape.last_cluster', 'k > shape.last_cluster'],
    ['k * shape.factor_stride', 'k'],
    ['q <= 2 * pair', 'q < 2 * pair'],
    ['2 * pair + 1 < shape.quads', 'false'],
    ['columns_at(factor + 4)', 'columns_at(factor)'],
    ['pair * (8 * pair + 4)', 'pair * 12'],
  ],
};
