import source from '../../../shaders/products/gram_subgroups.wgsl';
import { gram as twin } from '../../../src/ops/products/gram.twin.js';
import { expectClose, expectEqual } from '../expect.js';
import { around, constant, grid, packedAt, quadsOf, rowsOf, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact, sumRoundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const TILE = 16;
const LANES = [4, 8];

const SHAPES = [
  ...[1, 2, 3, 5, 6, 7, 12].map((rows) => ({ rows, runRows: 6, columns: 9, firstRun: 0 })),
  ...[1, 4, 5, ...around(TILE), 33].map((columns) => ({
    rows: 5,
    runRows: 8,
    columns,
    firstRun: 0,
  })),
  ...around(WORKGROUP).map((quads) => ({
    rows: 3,
    runRows: 4,
    columns: 4 * quads - 1,
    firstRun: 0,
  })),
  { rows: 17, runRows: 4, columns: 6, firstRun: 2 },
  // Only rows from the first run on lie in the buffer: row 0 would lie before it.
  { rows: 19, runRows: 4, columns: 6, firstRun: 3, alone: true },
  { rows: 2 * FOLDED_WORKGROUPS, runRows: 2, columns: 3, firstRun: 0 },
].map((shape) => ({ alone: false, ...shape, draw: grid }));

export const gramSubgroups: KernelTest = {
  source,
  needs: 'subgroups',
  variants: LANES.map((lanes) => ({ LANES: lanes })),
  async compare(lab, kernel) {
    const random = seeded(kernel);
    const rounded = { ...SHAPES[0], rows: 64, runRows: 64, columns: 20, draw: uniform };
    for (const lanes of LANES.filter((size) => size <= lab.runtime.subgroupSize)) {
      await compareEach([...SHAPES, rounded], async (shape) => {
        const { rows, runRows, columns, firstRun, alone, draw } = shape;
        const quads = quadsOf(columns);
        const width = 4 * quads;
        const tiles = Math.ceil(quads / 4);
        const runs = Math.ceil(rows / runRows);
        const first = 3;
        const missing = alone ? firstRun * runRows : 0;
        const held = rows - missing;
        const x = rowsOf(random, draw, rows, columns);
        const length = tiles * TILE * width;
        const { partial } = await lab.run(kernel, {
          constants: { LANES: lanes },
          shape: {
            first: (first - missing) >>> 0,
            rows,
            quads,
            run_rows: runRows,
            first_run: firstRun,
          },
          buffers: {
            points: packedAt(x.subarray(missing * width), held, width, first, first + held + 2),
            partial: blank(runs * length),
          },
          invocations: (runs - firstRun) * tiles * Math.ceil(quads / WORKGROUP) * WORKGROUP,
        });
        const what = JSON.stringify({ lanes, rows, runRows, columns, firstRun });
        const before = firstRun * length;
        expectEqual(partial.slice(0, before), blank(before), `${what}: runs before`);
        for (let run = firstRun; run < runs; run++) {
          const part = x.subarray(run * runRows * width, (run + 1) * runRows * width);
          const products = twin(part, part.length / width, width);
          // Up to the diagonal; what lies above it nobody reads.
          const below = Array.from({ length: columns }, (_, i) => i).flatMap((i) =>
            Array.from({ length: i + 1 }, (__, j) => i * width + j),
          );
          const actual = Float32Array.from(below, (at) => partial[run * length + at]);
          const expected = below.map((at) => products[at]);
          if (draw === grid) expectExact(actual, expected, `${what}: run ${run}`);
          else expectClose(actual, expected, sumRoundings(rows, rows, 'products within 1'));
        }
      });
    }
  },
  mutations: [
    ['start >= shape.rows', 'start > shape.rows'],
    ['first_quad > 4 * tile + 3', 'first_quad > 4 * tile - 1'],
    ['min(start + shape.run_rows, shape.rows)', 'start + shape.run_rows'],
    ['next > row', 'true'],
    ['shape.first_run + workgroup', 'workgroup'],
    ['min(quad, shape.quads - 1)', 'first_quad'],
    ['$((j + 4) % LANES)', '$((j + 3) % LANES)'],
    [' + q$(i / 4)[$(i % 4)] * y_next', ''],
    ['at + $i * step] = product$i', 'at + $i * step] = product$(i / 2)'],
  ],
};
