import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/rows/column_sums.wgsl';
import { columnSums as twin } from '../../../src/rows/column_sums.twin.js';
import { expectClose } from '../expect.js';
import {
  around,
  COLUMNS,
  constant,
  grid,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
  writtenAt,
} from './data.js';
import { compareEach, type KernelTest, switches } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const RUN = constant(source, 'RUN');
/** Runs this short make many of them cheap. */
const SHORT = 4;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly run: number;
  /** Runs before those of the dispatch. */
  readonly firstRun: number;
}

const SHAPES: readonly Shape[] = [
  ...around(RUN).map((rows) => ({ rows, columns: 5, run: RUN, firstRun: 0 })),
  ...COLUMNS.map((columns) => ({ rows: 6, columns, run: SHORT, firstRun: 3 })),
  ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((runs) => ({
    rows: SHORT * runs - 1,
    columns: 3,
    run: SHORT,
    firstRun: 1,
  })),
];

/** The sums by the kernel and by the twin. */
async function both(
  lab: Lab,
  kernel: KernelSource,
  squared: boolean,
  x: Float32Array,
  { rows, columns, run, firstRun }: Shape,
) {
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const first = firstRun * run;
  const total = first + rows + 1;
  const runs = Math.ceil(rows / run);
  const length = width * (firstRun + runs);
  const { sums } = await lab.run(kernel, {
    constants: { SQUARED: squared, RUN: run },
    shape: { first, rows, quads, first_run: firstRun },
    buffers: { points: packedAt(x, rows, width, first, total), sums: blank(length) },
    invocations: runs * quads,
  });
  const expected = Array.from({ length: runs }, (_, r) => {
    const part = x.subarray(r * run * width, (r + 1) * run * width);
    return [...twin(part, part.length / width, width, squared)];
  });
  return [sums, writtenAt(expected.flat(), width * firstRun, length)] as const;
}

export const columnSums: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    const shapes = switches(source).flatMap(({ SQUARED }) =>
      SHAPES.map((shape) => ({ ...shape, squared: SQUARED === true })),
    );
    await compareEach(shapes, async (shape) => {
      const { rows, columns, squared } = shape;
      const x = rowsOf(random, grid, rows, columns);
      const [sums, expected] = await both(lab, kernel, squared, x, shape);
      expectExact(sums, expected, JSON.stringify(shape));
    });
    const shape = { rows: RUN, columns: 4, run: RUN, firstRun: 0 };
    const x = rowsOf(random, uniform, RUN, 4);
    const [sums, expected] = await both(lab, kernel, false, x, shape);
    expectClose(sums, expected, sumRoundings(RUN, RUN, 'a run of values within [-1, 1]'));
  },
  mutations: [
    ['min(start + RUN, shape.rows)', 'min(start + RUN + 1, shape.rows)'],
    ['min(start + RUN, shape.rows)', 'start + RUN'],
    ['shape.first + row', 'row'],
    ['shape.first_run * shape.quads + index', 'index'],
    ['select(x, x * x, SQUARED)', 'x'],
    ['select(x, x * x, SQUARED)', 'x * x'],
  ],
};
