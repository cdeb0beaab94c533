import source from '../../../shaders/products/gram_listed.wgsl';
import { listedProducts as twin } from '../../../src/ops/products/listed_products.twin.js';
import { BLOCK_ROWS, packedIndex } from '../../../src/rows/pack.twin.js';
import { expectClose, expectEqual } from '../expect.js';
import { around, constant, grid, packedAt, quadsOf, rowsOf, seeded, uniform } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { expectExact, sumRoundings } from './tolerance.js';

const BLOCK = constant(source, 'WORKGROUP');
const TILE = 4;
const LANES = [4, 8];
/** Numbers that an item leaves. */
const LENGTH = 4 * TILE * 4 * BLOCK;
/** Rows from which lists are drawn: past the packed layout's boundary between blocks. */
const ROWS = BLOCK_ROWS + 9;
/** Short, so that a few rows make several runs. */
const RUN = 4;

interface Shape {
  readonly columns: number;
  /** Rows of each item's list. */
  readonly listed: number;
  /** Items before the dispatch's and after them. */
  readonly before: number;
  readonly after: number;
  readonly items: number;
}

const usual: Shape = { columns: 33, listed: 7, before: 1, after: 0, items: 3 };
const SHAPES: readonly Shape[] = [
  ...[1, 2, ...around(RUN), ...around(2 * RUN)].map((listed) => ({ ...usual, listed })),
  ...[1, 5, ...around(16), 33].map((columns) => ({ ...usual, columns })),
  ...around(BLOCK).map((quads) => ({ ...usual, columns: 4 * quads })),
  ...around(2 * BLOCK).map((quads) => ({ ...usual, columns: 4 * quads, items: 6 })),
  { ...usual, before: 2, after: 1 },
  { ...usual, columns: 9, items: FOLDED_WORKGROUPS, after: 1 },
];

export const gramListed: KernelTest = {
  source,
  needs: 'subgroups',
  variants: LANES.map((lanes) => ({ LANES: lanes })),
  async compare(lab, kernel) {
    const random = seeded(kernel);
    const long = { ...usual, columns: 20, listed: 50 };
    const shapes = [
      ...SHAPES.map((shape) => ({ ...shape, draw: grid })),
      { ...long, draw: uniform },
    ];
    for (const lanes of LANES.filter((size) => size <= lab.runtime.subgroupSize)) {
      await compareEach(shapes, async ({ draw, ...shape }) => {
        const { columns, listed, before, after, items } = shape;
        const quads = quadsOf(columns);
        const width = 4 * quads;
        const tiles = Math.ceil(quads / TILE);
        const positions = TILE * tiles;
        const x = rowsOf(random, draw, ROWS, columns);
        // Last to first, the very first again up to a whole tile.
        const order = Uint32Array.from({ length: positions }, (_, at) =>
          Math.max(0, quads - 1 - at),
        );
        const count = before + items + after;
        const lists = Array.from({ length: count }, () =>
          Array.from({ length: listed }, () => random.below(ROWS)),
        );
        const table = lists.flatMap((_, t) => {
          const tile = t % tiles;
          const blocks = Math.ceil((positions - TILE * tile) / BLOCK);
          return [tile, t * listed, (t + 1) * listed, random.below(blocks)];
        });
        const { partial } = await lab.run(kernel, {
          constants: { LANES: lanes, RUN },
          shape: { first_item: before, first_kept: before - 1, items: before + items, positions },
          buffers: {
            points: packedAt(x, ROWS, width, 0, ROWS),
            order,
            rows: Uint32Array.from(lists.flat(), (row) => packedIndex(row, 0, quads) / 4),
            items: Uint32Array.from(table),
            partial: blank((items + 1) * LENGTH),
          },
          invocations: items * BLOCK,
        });
        const what = JSON.stringify({ lanes, ...shape });
        expectEqual(partial.slice(0, LENGTH), blank(LENGTH), `${what}: the slot before`);
        const columnsOf = (first: number, length: number) =>
          Array.from({ length: 4 * length }, (_, at) => {
            const position = Math.min(first + Math.floor(at / 4), positions - 1);
            return 4 * order[position] + (at % 4);
          });
        for (let t = 0; t < items; t++) {
          const [tile, , , block] = table.slice(4 * (before + t));
          const left = columnsOf(TILE * tile, TILE);
          const right = columnsOf(TILE * tile + BLOCK * block, BLOCK);
          const expected = twin(x, width, lists[before + t], left, right);
          const actual = partial.slice((t + 1) * LENGTH, (t + 2) * LENGTH);
          if (draw === grid) expectExact(actual, expected, `${what}: item ${t}`);
          else expectClose(actual, expected, sumRoundings(listed, listed, 'products within 1'));
        }
      });
    }
  },
  mutations: [
    ['index >= shape.items', 'index > shape.items'],
    ['shape.first_item + group.x', 'group.x'],
    ['index - shape.first_kept', 'index - shape.first_item'],
    ['min(position, shape.positions - 1)', 'position'],
    ['4 * item.x + WORKGROUP * item.w + lane', '4 * item.x + lane'],
    ['min(start + RUN, item.z)', 'start + RUN'],
    ['min(i + 1, end - 1)', 'i'],
    ['i + 1 < end', 'true'],
    ['start > item.y', 'start >= item.y'],
    ['start > item.y', 'false'],
    ['$((j + 4) % LANES)', '$((j + 3) % LANES)'],
    [' + q$(i / 4)[$(i % 4)] * y_next', ''],
    ['product$i += partial[at + $i', 'product$i += partial[at + $(i / 2)'],
    ['at + $i * WORKGROUP] = product$i', 'at + $i * WORKGROUP] = product$(i / 2)'],
  ],
};
