import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/assign/assign.wgsl';
import directSource from '../../../shaders/assign/assign_direct.wgsl';
import fewSource from '../../../shaders/assign/assign_few.wgsl';
import narrowSource from '../../../shaders/assign/assign_narrow.wgsl';
import type { Random } from '../../../src/math/random.js';
import { assign as twin, undecidedRows } from '../../../src/ops/assign/assign.twin.js';
import { rowNorms } from '../../../src/ops/assign/row_norms.twin.js';
import { squaredDistance } from '../../../src/ops/assign/squared_distance.twin.js';
import { expectEqual, expectThat } from '../expect.js';
import {
  around,
  COLUMNS,
  constant,
  type Draw,
  grid,
  indices,
  packedAt,
  poisonedAt,
  quadsOf,
  rowsOf,
  seeded,
  uniform,
} from './data.js';
import { compareEach, type KernelTest, permutation } from './kernel_test.js';
import { emptyList, listed } from './undecided.js';
import { blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const TILE = constant(source, 'ROWS') * WORKGROUP;
/** Centroids that the library may have a kernel take at a time. */
const TILES = [4, 6, 8, 10, 12, 14, 16] as const;
const WIDEST_TILE = constant(source, 'TILE');
/** Other widths of a workgroup that the library may choose. */
const WIDER = [{ WORKGROUP: 128 }, { WORKGROUP: 256 }];
/** What the host gives for padding: a norm, and a place that rows have no square distance to. */
const NEVER = 3e38;
const FAR = 1e19;
/** What `changed` holds already. */
const CHANGED_BEFORE = 5;

interface Shape {
  readonly rows: number;
  readonly clusters: number;
  readonly columns: number;
  readonly first: number;
}

const SHAPES: readonly Shape[] = [
  ...[1, ...around(WORKGROUP), ...around(TILE)].map((rows) => ({
    rows,
    clusters: 9,
    columns: 3,
    first: 0,
  })),
  ...[1, 5, 8, 11, 13, ...around(WIDEST_TILE), 2 * WIDEST_TILE, 30].map((clusters) => ({
    rows: 50,
    clusters,
    columns: 5,
    first: 4,
  })),
  ...COLUMNS.map((columns) => ({ rows: 70, clusters: 12, columns, first: TILE })),
  { rows: TILE, clusters: 5, columns: 6, first: TILE / 2 },
  { rows: FOLDED_WORKGROUPS * TILE, clusters: 2, columns: 1, first: 4 },
];

interface Problem extends Shape {
  readonly x: Float32Array;
  readonly centroids: Float32Array;
  /** Of the rows before, too. */
  readonly labels: Uint32Array<ArrayBuffer>;
}

function problem(random: Random, draw: Draw, shape: Shape): Problem {
  const { rows, clusters, columns, first } = shape;
  const labels = blankBits(first + rows);
  labels.set(indices(random, rows, clusters), first);
  return {
    ...shape,
    x: rowsOf(random, draw, rows, columns),
    centroids: rowsOf(random, draw, clusters, columns),
    labels,
  };
}

/** The kernel, a final text of it. */
interface Variant {
  readonly kernel: KernelSource;
  readonly constants: KernelConstants;
}

/** Whether a kernel leaves rows to be decided by another. */
const leavesRows = ({ bindings }: KernelSource) =>
  bindings.some(({ name }) => name === 'undecided');

async function assigned(
  lab: Lab,
  { kernel, constants }: Variant,
  { rows, clusters, columns, first, x, centroids, labels }: Problem,
  halted = 0,
) {
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const given: Readonly<Record<string, unknown>> = { ...kernel.constants, ...constants };
  // A kernel without tiles takes one centroid at a time, or one a lane.
  const tile = Number(given.TILE ?? (given.SUBGROUPS === 'true' ? given.LANES : 1)) || 1;
  const paddedClusters = Math.ceil(clusters / tile) * tile;
  const paddedCentroids = new Float32Array(paddedClusters * width);
  for (let k = clusters; k < paddedClusters; k++) paddedCentroids[k * width] = FAR;
  paddedCentroids.set(centroids);
  const halfNorms = new Float32Array(paddedClusters).fill(NEVER);
  halfNorms.set(rowNorms(centroids, clusters, width).map((norm) => norm / 2));
  const total = first + rows + 1;
  const halves = kernel.bindings.some(({ name }) => name === 'half_norms')
    ? { half_norms: halfNorms }
    : {};
  const common = {
    points: packedAt(x, rows, width, first, total),
    centroids: paddedCentroids,
    ...halves,
    state: Uint32Array.of(4, halted),
    labels,
    changed: Uint32Array.of(CHANGED_BEFORE),
  };
  const dispatch = {
    constants,
    shape: { first, rows, quads, padded_clusters: paddedClusters },
    invocations: Math.ceil(rows / Number(given.ROWS)),
  };
  if (!leavesRows(kernel)) {
    const buffers = await lab.run(kernel, { ...dispatch, buffers: common });
    return { ...buffers, undecided: undefined };
  }
  return lab.run(kernel, {
    ...dispatch,
    buffers: {
      ...common,
      norms: poisonedAt(rowNorms(x, rows, width), first, total),
      undecided: emptyList(total),
    },
  });
}

/** The rows that it labels have their nearest centroid; those that it leaves open are the twin's. */
async function compareExactly(lab: Lab, variant: Variant, drawn: Problem): Promise<void> {
  const { rows, clusters, columns, first } = drawn;
  const what = JSON.stringify({ ...variant.constants, rows, clusters, columns, first });
  const width = 4 * quadsOf(columns);
  const { labels, changed, undecided } = await assigned(lab, variant, drawn);
  const expected = drawn.labels.slice();
  expected.set(twin(drawn.x, rows, drawn.centroids, clusters, width).labels, first);
  if (undecided) {
    const open = undecidedRows(drawn.x, rows, drawn.centroids, clusters, width).map(
      (row) => first + row,
    );
    expectEqual(listed(undecided), Uint32Array.from(open), `${what}: undecided`);
    for (const row of open) expected[row] = drawn.labels[row];
  }
  expectEqual(labels, expected, `${what}: labels`);
  const moved = expected.filter((label, i) => label !== drawn.labels[i]).length;
  expectEqual(changed, Uint32Array.of(CHANGED_BEFORE + moved), `${what}: changed`);
}

/** Rows as they are at two places far apart in turn: what tells those of one place apart scores round away. */
function parted(matrix: Float32Array, { columns }: Shape): Float32Array<ArrayBuffer> {
  const width = 4 * quadsOf(columns);
  return Float32Array.from(matrix, (value, at) => {
    const place = Math.floor(at / width) % 2 === 0 ? 64 : -64;
    return at % width < columns ? place + value : 0;
  });
}

/**
 * What rounding hides is left open, or decided by direct differences; all else is right. Groups of
 * centroids far apart, each so close together that scores lose every digit of their differences.
 */
async function compareRounded(lab: Lab, variant: Variant, shape: Shape): Promise<void> {
  const random = seeded(variant.kernel);
  const fine: Draw = () => random.below(5) / 16;
  for (const draw of [uniform, fine]) {
    const plain = problem(random, draw, shape);
    const drawn =
      draw === uniform
        ? plain
        : { ...plain, x: parted(plain.x, plain), centroids: parted(plain.centroids, plain) };
    const { rows, clusters, columns, first, x, centroids } = drawn;
    const { labels, undecided } = await assigned(lab, variant, drawn);
    const open = new Set(undecided && listed(undecided));
    const width = 4 * quadsOf(columns);
    const { costs } = twin(x, rows, centroids, clusters, width);
    for (let i = 0; i < rows; i++) {
      const label = labels[first + i];
      expectThat(label < clusters, `row ${i} is labelled ${label} of ${clusters}.`);
      if (open.has(first + i)) continue;
      const excess = squaredDistance(x, i, centroids, label, width) - costs[i];
      // Two direct sums may each be off by a rounding for each of three steps a column.
      const slack = 2 * (columns + 3) * 2 ** -24 * costs[i];
      expectThat(excess <= slack, `row ${i}: its centroid is ${excess} farther than the nearest.`);
    }
    const most = draw === uniform ? rows / 10 : rows;
    expectThat(open.size <= most, `${open.size} of ${rows} rows were left open.`);
  }
}

async function compareHalted(lab: Lab, variant: Variant, drawn: Problem): Promise<void> {
  await compareEach([1, 2, 3], async (halted) => {
    const { labels, changed } = await assigned(lab, variant, drawn, halted);
    expectEqual(labels, drawn.labels, `halted by ${halted}: labels`);
    expectEqual(changed, Uint32Array.of(CHANGED_BEFORE), `halted by ${halted}: changed`);
  });
}

async function compare(lab: Lab, variant: Variant): Promise<void> {
  const random = seeded(variant.kernel);
  await compareEach(SHAPES, (shape) => compareExactly(lab, variant, problem(random, grid, shape)));
  const shape = { rows: 300, clusters: 20, columns: 32, first: 0 };
  await compareRounded(lab, variant, shape);
  await compareHalted(lab, variant, problem(random, grid, SHAPES[0]));
}

/** The usual tile at every shape; the others where they differ from it. */
async function compareTiles(
  lab: Lab,
  kernel: KernelSource,
  constants: KernelConstants,
  tiles: readonly number[] = TILES,
) {
  await compare(lab, { kernel, constants });
  const random = seeded();
  for (const TILE of tiles) {
    if (TILE === WIDEST_TILE) continue;
    await compareEach([1, ...around(TILE), 2 * TILE], (clusters) =>
      compareExactly(
        lab,
        { kernel, constants: { ...constants, TILE } },
        problem(random, grid, { rows: 50, clusters, columns: 5, first: 4 }),
      ),
    );
  }
}

export const assign: KernelTest = {
  source,
  variants: [...TILES.map((TILE) => ({ TILE })), ...WIDER],
  compare: (lab, kernel) => compareTiles(lab, kernel, {}),
  // Few, as some drivers take seconds to compile each.
  mutations: [
    ['max(best.score, score)', 'score'],
    ['max(best.reach, ', 'min(best.reach, '],
    ['list_undecided(start + firstTrailingBit(open))', 'list_undecided(start)'],
    ['4 * quads) + 4', '4 * quads) + 400000'],
    ['quads.k$i = centroids[at + $i', 'quads.k$i = centroids[at + $(i / 2)'],
    ['#repeat i 0..TILE\n  dots', '#repeat i 0..TILE - 1\n  dots'],
    ['closer(best, dots.k$i, k + $i)', 'closer(best, dots.k$i, k)'],
  ],
};

const LANES = [4, 8, 16];

export const assignSubgroups: KernelTest = {
  source: permutation(source, 'with subgroups', { SUBGROUPS: 'true' }),
  needs: 'subgroups',
  variants: [...LANES.flatMap((lanes) => TILES.map((TILE) => ({ TILE, LANES: lanes }))), ...WIDER],
  async compare(lab, kernel) {
    const most = lab.runtime.subgroupSize;
    for (const lanes of LANES.filter((size) => size <= most)) {
      // Drivers of 8 lanes may take twice as many centroids.
      await compareTiles(lab, kernel, { LANES: lanes }, lanes === 8 ? [...TILES, 32] : TILES);
    }
  },
  mutations: [
    ['now != before', 'now == now'],
    ['start + vec4u(0, 1, 2, 3) < vec4u(shape.first + shape.rows)', 'vec4<bool>(true)'],
    ['stands & owned', 'owned'],
    ['min(start, shape.first + shape.rows - 1)', 'start + 4'],
    ['$(i % LANES)', '$((i + 1) % LANES)'],
    ['c$(i / LANES)', 'c0'],
    ['mine + $(j * LANES) < TILE', 'mine + $(j * LANES) + 1 < TILE'],
  ],
};

/** Rows so wide, the workgroups' edges, and every number of centroids. */
async function compareWidths(
  lab: Lab,
  variant: Variant,
  widths: readonly number[],
  counts: readonly number[],
): Promise<void> {
  const { kernel, constants } = variant;
  const random = seeded(kernel);
  const { ROWS, WORKGROUP: workgroup } = { ...kernel.constants, ...constants };
  const tile = Number(ROWS) * Number(workgroup);
  const most = counts[counts.length - 1];
  const [widest] = widths;
  const narrowest = widths[widths.length - 1];
  await compareEach(
    [
      ...[1, ...around(WORKGROUP), ...around(tile / 2), ...around(tile)].map((rows) => ({
        rows,
        clusters: most,
        columns: narrowest,
        first: 0,
      })),
      ...widths.map((columns) => ({ rows: 70, clusters: most, columns, first: tile })),
      ...counts.map((clusters) => ({ rows: 50, clusters, columns: widest, first: 4 })),
      { rows: FOLDED_WORKGROUPS * tile, clusters: 2, columns: narrowest, first: 4 },
    ],
    (shape) => compareExactly(lab, variant, problem(random, grid, shape)),
  );
  const shape = { rows: 300, clusters: most, columns: widest, first: 0 };
  await compareRounded(lab, variant, shape);
  await compareHalted(lab, variant, problem(random, grid, { ...shape, rows: 50 }));
}

const QUADS = [1, 2, 3, 4];
const widthsOf = (quads: number) => [4 * quads, 4 * quads - 1, 4 * quads - 2, 4 * quads - 3];
const ANY_COUNT = [1, 2, 3, 16, 20];

export const assignNarrow: KernelTest = {
  source: narrowSource,
  variants: [...QUADS.map((quads) => ({ QUADS: quads })), ...WIDER],
  async compare(lab, kernel) {
    for (const quads of QUADS) {
      const variant = { kernel, constants: { QUADS: quads } };
      await compareWidths(lab, variant, widthsOf(quads), ANY_COUNT);
    }
  },
  mutations: [
    ['k * QUADS + $q', 'k * QUADS + $(q / 2)'],
    ['score, c.q$q, rows.q$q', 'score, c.q$q, rows.q$(q / 2)'],
    ['fma(x[2], vec4f(-c.z)', 'fma(x[2], vec4f(-c.y)'],
    ['settle(other, best_of_others)', 'settle(other, best)'],
    ['start + 4 * WORKGROUP', 'start + 3 * WORKGROUP'],
  ],
};

/** As the host asks for them. */
const NARROW_SUBGROUPS = [
  { QUADS: 1, ROWS: 8 },
  { QUADS: 2, ROWS: 8 },
  { QUADS: 3, ROWS: 4 },
  { QUADS: 4, ROWS: 4 },
];

export const assignNarrowSubgroups: KernelTest = {
  source: permutation(narrowSource, 'with subgroups', { SUBGROUPS: 'true' }),
  needs: 'subgroups',
  variants: NARROW_SUBGROUPS,
  async compare(lab, kernel) {
    const most = lab.runtime.subgroupSize;
    for (const lanes of LANES.filter((size) => size <= most)) {
      for (const shape of NARROW_SUBGROUPS) {
        const variant = { kernel, constants: { ...shape, LANES: lanes } };
        await compareWidths(lab, variant, widthsOf(shape.QUADS), ANY_COUNT);
      }
    }
  },
  mutations: [
    ['subgroup_lane % LANES', '0'],
    ['mine.half_norm, $i', 'mine.half_norm, 0'],
    ['mine.q$q, $i', 'mine.q$(q / 2), $i'],
    ['c$i, rows, k + $i', 'c$i, rows, k'],
    ['c$i, others, k + $i', 'c0, others, k + $i'],
  ],
};

/** Centroids that lie where the compiler knows: fours. */
const FOURS = TILES.filter((tile) => tile % 4 === 0);
const countsOf = (tile: number) => [tile - 3, tile - 2, tile - 1, tile];

/** All numbers of few centroids. */
async function compareFours(lab: Lab, { kernel, constants }: Variant, columns: number) {
  const random = seeded(kernel);
  for (const TILE of FOURS) {
    await compareEach(countsOf(TILE), (clusters) =>
      compareExactly(
        lab,
        { kernel, constants: { ...constants, TILE } },
        problem(random, grid, { rows: 50, clusters, columns, first: 4 }),
      ),
    );
  }
}

export const assignFew: KernelTest = {
  source: fewSource,
  variants: [...QUADS.flatMap((quads) => FOURS.map((TILE) => ({ QUADS: quads, TILE }))), ...WIDER],
  async compare(lab, kernel) {
    for (const quads of QUADS) {
      const variant = { kernel, constants: { QUADS: quads } };
      await compareWidths(lab, variant, widthsOf(quads), countsOf(WIDEST_TILE));
    }
    await compareFours(lab, { kernel, constants: { QUADS: 2 } }, 7);
  },
  mutations: [
    ['load_centroid($i), rows, $i', 'load_centroid($i), rows, 0'],
    ['#repeat i 0..TILE', '#repeat i 0..TILE - 1'],
  ],
};

const DIRECT_COLUMNS = [1, 2, 3];

export const assignDirect: KernelTest = {
  source: directSource,
  variants: [
    ...DIRECT_COLUMNS.flatMap((columns) =>
      [0, ...FOURS].map((TILE) => ({ COLUMNS: columns, TILE })),
    ),
    ...WIDER,
  ],
  async compare(lab, kernel) {
    for (const columns of DIRECT_COLUMNS) {
      const constants = { COLUMNS: columns };
      await compareWidths(lab, { kernel, constants }, [columns], ANY_COUNT);
      await compareFours(lab, { kernel, constants }, columns);
    }
    const constants = { COLUMNS: 3, TILE: WIDEST_TILE };
    await compareWidths(lab, { kernel, constants }, [3], countsOf(WIDEST_TILE));
  },
  mutations: [
    ['squared < best.squared', 'squared <= best.squared'],
    ['centroids[$i], $i', 'centroids[$i], 0'],
    ['#repeat i 0..TILE', '#repeat i 0..TILE - 1'],
    ['#repeat j 1..COLUMNS', '#repeat j 1..COLUMNS - 1'],
    ['residual[$j], residual[$j]', 'residual[$j], residual[$(j - 1)]'],
    ['start + 4 * WORKGROUP', 'start + 3 * WORKGROUP'],
  ],
};
