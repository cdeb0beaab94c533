import source from '../../../shaders/scores/distance_sums.wgsl';
import { distanceSums as twin } from '../../../src/ops/scores/distance_sums.twin.js';
import { expectClose } from '../expect.js';
import {
  ACROSS_BLOCKS,
  around,
  COLUMNS,
  constant,
  grid,
  packedAt,
  poisonedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
  writtenAt,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact, roundings } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const TILE = constant(source, 'TILE');
const TILE_ROWS = constant(source, 'ROWS') * WORKGROUP;

/** Rows of the runs. */
const FEW = [3, 1];

const SHAPES = [
  ...around(TILE_ROWS).map((rows) => ({ rows, columns: 4, first: 0, runs: FEW })),
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 2, first: 2, runs: FEW })),
  ...ACROSS_BLOCKS.map((shape) => ({ ...shape, runs: FEW })),
  ...COLUMNS.map((columns) => ({ rows: 7, columns, first: 3, runs: [TILE + 1, 2] })),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17].map((other) => ({
    rows: 5,
    columns: 6,
    first: 1,
    runs: [2, other, 1],
  })),
  { rows: 3, columns: 1, first: 0, runs: new Array<number>(FOLDED_WORKGROUPS).fill(2) },
  { rows: TILE_ROWS + 3, columns: 3, first: 1, runs: [4, 2, 3, 1, 2] },
].map((shape) => ({ ...shape, draw: grid, squared: true }));

const ROOTS = { rows: 40, columns: 18, first: 2, runs: [30, 5, 9], draw: uniform, squared: false };

export const distanceSums: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach([...SHAPES, ROOTS], async ({ rows, columns, first, runs, draw, squared }) => {
      const quads = quadsOf(columns);
      const width = 4 * quads;
      // More rows before and behind those of the dispatch.
      const stride = first + rows + 2;
      const skipped = 2;
      const ends = runs.map((_, r) => runs.slice(0, r + 1).reduce((a, b) => a + b, skipped));
      const ranges = runs.map((count, r) => ({ first: ends[r] - count, end: ends[r] }));
      const others = rowsOf(random, draw, ends.at(-1)!, columns);
      const x = rowsOf(random, draw, rows, columns);
      // Some rows are among the others.
      x.set(others.subarray(skipped * width, (skipped + 1) * width), (rows - 1) * width);
      const { partial } = await lab.run(kernel, {
        constants: { SQUARED: squared },
        shape: { first, rows, quads, runs: runs.length, stride },
        buffers: {
          points: packedAt(x, rows, width, first, stride),
          others: poisonedAt(others, 0, others.length + 3 * width),
          runs: Uint32Array.from(ranges.flatMap((range) => [range.first, range.end])),
          partial: blank(runs.length * stride),
        },
        invocations: runs.length * Math.ceil(rows / TILE_ROWS) * WORKGROUP,
      });
      const sums = twin(x, rows, width, others, ranges, squared);
      const expected = Float64Array.from(
        ranges.flatMap((_, r) => [
          ...writtenAt(sums.subarray(r * rows, (r + 1) * rows), first, stride),
        ]),
      );
      const what = JSON.stringify({ rows, columns, first, runs, squared });
      if (draw === grid) expectExact(partial, expected, what);
      else {
        // A root halves what its square is off by; WGSL's own is off by some 5.
        expectClose(partial, expected, {
          ...roundings(width + 2 + 5 + 3 + Math.ceil(Math.max(...runs) / TILE), 'sums of roots'),
          what,
        });
      }
    });
  },
  mutations: [
    ['rows % BLOCK_ROWS', 'rows % (BLOCK_ROWS / 2)'],
    ['run >= shape.runs', 'run > shape.runs'],
    ['shape.first + min(own', 'min(own'],
    ['vec4u(shape.rows - 1))', 'vec4u(shape.rows - 2))'],
    ['own[i] < shape.rows', 'own[i] <= shape.rows'],
    ['WORKGROUP * vec4u(0, 1, 2, 3)', 'WORKGROUP * vec4u(0, 1, 2, 2)'],
    ['j < end; j += TILE', 'j + 1 < end; j += TILE'],
    ['j = runs[run].x', 'j = 0u'],
    ['j + 1 < end', 'j + 1 <= end'],
    ['j + 4 < end', 'j + 5 < end'],
    ['j + 7 < end', 'true'],
    ['s3 += squares(x, others[y.w + q])', 's3 += squares(x, others[y.z + q])'],
    ['s6 += squares(x, others[z.z + q])', 's6 += squares(x, others[z.z])'],
    ['run * shape.stride', 'run * shape.rows'],
    ['shape.first + own[i]', 'own[i]'],
    ['return sqrt(squared)', 'return squared'],
    ['if (SQUARED)', 'if (!SQUARED)'],
    ['p += BLOCK_ROWS', 'p += 1'],
    ['fma(residual.z', 'fma(residual.w'],
  ],
};
