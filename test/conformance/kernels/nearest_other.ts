import source from '../../../shaders/neighbours/nearest_other.wgsl';
import { NO_ROW } from '../../../src/ops/neighbours/nearest_lists.js';
import { expectEqual } from '../expect.js';
import { around, COLUMNS, constant, grid, packedAt, quadsOf, rowsOf, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blankBits, FOLDED_WORKGROUPS } from './lab.js';

const TILE = constant(source, 'TILE');
const TILE_QUERIES = constant(source, 'ROWS') * constant(source, 'WORKGROUP');
const OFFSET = 30;

const bitsOf = (value: number) => new Uint32Array(Float32Array.of(value).buffer)[0];

/** Of coarse numbers, so that ties are common. */
const SHAPES = [
  ...around(TILE_QUERIES).map((count) => ({ count, rows: 9 })),
  ...COLUMNS.map((columns) => ({ columns, rows: 11, start: TILE })),
  ...[1, ...around(TILE), ...around(2 * TILE)].map((rows) => ({ rows })),
  { count: TILE_QUERIES + 3, rows: 5 * TILE + 1, slice: 2 * TILE, known: true },
  { count: 30, rows: 30, first: TILE_QUERIES, start: 2 * TILE, known: true },
  { count: 7, rows: FOLDED_WORKGROUPS * TILE, slice: TILE },
  { count: 6, rows: 20, start: 256 - TILE, columns: 6 },
].map((shape) => ({
  ...{ count: 10, columns: 5, first: 0, start: 0, slice: 256, known: false },
  ...shape,
}));

export const nearestOther: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(SHAPES, async (tested) => {
      const { count, columns, rows, first, start, slice, known } = tested;
      const quads = quadsOf(columns);
      const width = 4 * quads;
      const x = rowsOf(random, grid, count, columns);
      const y = rowsOf(random, grid, rows, columns);
      const about = (length: number) =>
        Array.from({ length }, () => ({ core: random.below(40) / 4, component: random.below(3) }));
      const own = about(count);
      const others = about(rows);
      const pairs = (list: typeof own) =>
        list.flatMap(({ core, component }) => [bitsOf(core), component]);
      const slices = Math.ceil(rows / slice);
      const stride = Math.ceil((first + count) / TILE_QUERIES) * TILE_QUERIES;
      const before = blankBits(2 * slices * stride);
      for (let s = 0; s < slices; s++) {
        for (let i = 0; i < count; i++) {
          const entry = known ? [bitsOf(random.below(20) / 4), 7] : NO_ROW;
          before.set(entry, 2 * (s * stride + first + i));
        }
      }
      const expected = Uint32Array.from(before);
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < rows; j++) {
          const at = 2 * (Math.floor(j / slice) * stride + first + i);
          let squared = 0;
          for (let c = 0; c < width; c++) squared += (x[i * width + c] - y[j * width + c]) ** 2;
          const near = Math.max(squared, own[i].core, others[j].core);
          const best = new Float32Array(expected.buffer)[at];
          if (near < best && own[i].component !== others[j].component) {
            expected.set([bitsOf(near), OFFSET + start + j], at);
          }
        }
      }
      const end = start + rows;
      const { found } = await lab.run(kernel, {
        shape: { first, count, quads, stride, start, end, slice, offset: OFFSET },
        buffers: {
          queries: packedAt(x, count, width, first, stride),
          points: packedAt(y, rows, width, start, end + TILE),
          own: Uint32Array.from([...blankBits(2 * first), ...pairs(own)]),
          others: Uint32Array.from([...blankBits(2 * (OFFSET + start)), ...pairs(others)]),
          found: before,
        },
        invocations: Math.ceil(count / TILE_QUERIES) * slices * constant(source, 'WORKGROUP'),
      });
      expectEqual(found, expected, JSON.stringify(tested));
    });
  },
  mutations: [
    ['shape.first + row', 'row'],
    ['shape.offset + j', 'j'],
    ['min(TILE, end - j)', 'TILE'],
    ['near < best', 'near <= best'],
    ['max(core, vec4f(bitcast<f32>(other.x)))', 'core'],
    ['max(core, vec4f(bitcast<f32>(other.x)))', 'vec4f(bitcast<f32>(other.x))'],
    ['component != vec4u(other.y)', 'component == vec4u(other.y)'],
    ['slice * shape.stride + column', 'column'],
    ['b += BLOCK_ROWS / 4', 'b += BLOCK_ROWS'],
  ],
};
