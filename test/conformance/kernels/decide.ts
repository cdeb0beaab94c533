import source from '../../../shaders/assign/decide.wgsl';
import { assign as twin } from '../../../src/ops/assign/assign.twin.js';
import { expectEqual } from '../expect.js';
import {
  ACROSS_BLOCKS,
  around,
  COLUMNS,
  constant,
  grid,
  indices,
  packedAt,
  quadsOf,
  rowsOf,
  seeded,
} from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blankBits } from './lab.js';
import { decidersOf, emptyList, FIRST_UNDECIDED } from './undecided.js';

const WORKGROUP = constant(source, 'WORKGROUP');
/** In the place of MANY, so that few rows are many. */
const FEW = 20;
const CHANGED_BEFORE = 5;

interface Shape {
  readonly rows: number;
  readonly clusters: number;
  readonly columns: number;
  /** Of the rows every so-and-so-manieth is listed. */
  readonly step: number;
  readonly workgroups: number;
  readonly many: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, 2, 3, 5, ...around(4 * WORKGROUP), 8 * WORKGROUP + 3].map((clusters) => ({
    rows: 40,
    clusters,
    columns: 5,
    step: 7,
    workgroups: 4,
    many: FEW,
  })),
  ...[...COLUMNS].map((columns) => ({
    rows: 30,
    clusters: 9,
    columns,
    step: 3,
    workgroups: 64,
    many: FEW,
  })),
  // An invocation a row, and more rows than invocations.
  ...around(FEW).map((rows) => ({
    rows,
    clusters: 11,
    columns: 6,
    step: 1,
    workgroups: 1,
    many: FEW,
  })),
  { rows: 600, clusters: 3, columns: 2, step: 1, workgroups: 2, many: FEW },
  ...ACROSS_BLOCKS.map(({ rows, columns, first }) => ({
    rows: first + rows,
    clusters: 4,
    columns,
    step: 5,
    workgroups: 3,
    many: 10_000,
  })),
];

export const decide: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded(kernel);
    await compareEach(SHAPES, async (shape) => {
      const { rows, clusters, columns, step, workgroups, many } = shape;
      const what = JSON.stringify(shape);
      const width = 4 * quadsOf(columns);
      const x = rowsOf(random, grid, rows, columns);
      const centroids = rowsOf(random, grid, clusters, columns);
      const picks = Array.from({ length: rows }, (_, i) => i).filter((i) => i % step === 0);
      const undecided = emptyList(rows);
      undecided.set(picks, FIRST_UNDECIDED);
      undecided.set([decidersOf(picks.length), 1, 1, picks.length]);
      const before = blankBits(rows + 1);
      before.set(indices(random, rows, clusters));
      const expected = before.slice();
      const { labels: nearest } = twin(x, rows, centroids, clusters, width);
      for (const row of picks) expected[row] = nearest[row];
      const { labels, changed } = await lab.run(kernel, {
        constants: { MANY: many },
        shape: { quads: width / 4, clusters },
        buffers: {
          points: packedAt(x, rows, width, 0, rows + 1),
          centroids,
          undecided,
          labels: before,
          changed: Uint32Array.of(CHANGED_BEFORE),
        },
        invocations: workgroups * WORKGROUP,
      });
      expectEqual(labels, expected, `${what}: labels`);
      const moved = expected.filter((label, i) => label !== before[i]).length;
      expectEqual(changed, Uint32Array.of(CHANGED_BEFORE + moved), `${what}: changed`);
    });
  },
  variants: [{}, { MANY: FEW }],
  mutations: [
    ['b.label < a.label', 'b.label > a.label'],
    ['squared < best.squared', 'squared <= best.squared'],
    ['i < count; i += 4 * groups.x)', 'i < count; i += 8 * groups.x)'],
    ['i += 4 * groups.x * WORKGROUP', 'i += 8 * groups.x * WORKGROUP'],
    ['nearest[lane + others]', 'nearest[lane]'],
    ['nearest_of(rows, lane, WORKGROUP)', 'nearest_of(rows, lane + 1, WORKGROUP)'],
    ['p += BLOCK_ROWS', 'p += vec4u(1)'],
    ['squared[2], k.z', 'squared[1], k.z'],
    ['vec4u(count - 1)', 'vec4u(count)'],
    ['labels[rows[j]] != label[j]', 'true'],
  ],
};
