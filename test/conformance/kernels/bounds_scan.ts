/** How the bounded assignment scans the rows it found, and what becomes of them. */
import type { KernelConstants, KernelSource } from '../../../host/kernel.js';
import scanSource from '../../../shaders/assign/bounds_scan.wgsl';
import settleSource from '../../../shaders/assign/bounds_settle.wgsl';
import {
  type Nearest,
  scan as twinScan,
  settle as twinSettle,
  slackOf,
} from '../../../src/ops/assign/bounds.twin.js';
import { marginOf } from '../../../src/ops/assign/assign.twin.js';
import { rowNorms } from '../../../src/ops/assign/row_norms.twin.js';
import { expectClose, expectEqual } from '../expect.js';
import { bitsOf, dealt, floatsOf, frameOf, membersOf, OUTWARD, ROUNDING } from './bounds_data.js';
import { around, constant, grid, indices, packedAt, quadsOf, rowsOf, seeded } from './data.js';
import { compareEach, type KernelTest, permutation } from './kernel_test.js';
import { blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { emptyList, listed } from './undecided.js';

const DEFAULT_WORKGROUP = constant(scanSource, 'WORKGROUP');
const ROWS_PER_INVOCATION = 4;
const ITEM = ROWS_PER_INVOCATION * DEFAULT_WORKGROUP;
const SETTLE_WORKGROUP = constant(settleSource, 'WORKGROUP');
const TILES = [4, 8, 12, 16] as const;
const LANES = [4, 8, 16];
const NEVER = 3e38;
/** No squared distance is above this. */
const MOST_SQUARED = 2e34;
/** Rows that share lists. */
const LIST_ROWS = 40;

interface ScanShape {
  /** Lengths of the lists, those of all groups for some rows, then those for others. */
  readonly counts: readonly number[];
  /** As many as lists when absent. */
  readonly count?: number;
  readonly k: number;
  readonly columns: number;
  readonly tiles: number;
  /** Which of the lists; all when absent. */
  readonly lists?: readonly [first: number, count: number];
}

async function compareScan(
  lab: Lab,
  kernel: KernelSource,
  constants: KernelConstants,
  shape: ScanShape,
): Promise<void> {
  const { counts, count = counts.length, k, columns, tiles } = shape;
  const [firstList, owned] = shape.lists ?? [0, counts.length];
  const tile = Number(constants.TILE);
  const what = JSON.stringify({ ...constants, ...shape });
  const random = seeded();
  const n = 90;
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const size = tiles * tile;
  const groups = dealt(k, count);
  const listRows = Math.max(...counts) + 3;
  const x = rowsOf(random, grid, n, columns);
  const centroids = rowsOf(random, grid, k, columns);
  const norms = rowNorms(centroids, k, width);
  const member_norms = new Float32Array(count * size).fill(NEVER);
  groups.forEach((group, g) => {
    group.forEach((c, i) => {
      member_norms[g * size + i] = norms[c] / 2;
    });
  });
  const lists = blankBits(counts.length * listRows);
  counts.forEach((length, l) => {
    lists.set(indices(random, length, n), l * listRows);
  });
  const results = blankBits(4 * counts.length * listRows);
  const expected = results.slice();
  const squares = rowNorms(x, n, width);
  counts.slice(firstList, firstList + owned).forEach((length, own) => {
    const l = firstList + own;
    const group = groups[l % count];
    for (let place = 0; place < length; place++) {
      const at = l * listRows + place;
      const { best, second, label } = twinScan(x, lists[at], centroids, width, group);
      const score = (squared: number) => (squared - squares[lists[at]]) / 2;
      // Padding, or what the search begins with where a group fills its tiles.
      const none = group.length < size ? NEVER : 3.4e38;
      const scores = [score(best), Number.isFinite(second) ? score(second) : none];
      expected.set([...bitsOf(scores), label, 0], 4 * at);
    }
  });
  const result = await lab.run(kernel, {
    constants,
    shape: {
      quads,
      clusters: k,
      groups: count,
      group_size: size,
      list_rows: listRows,
      first_list: firstList,
      lists: owned,
    },
    buffers: {
      points: packedAt(x, n, width, 0, n),
      centroids,
      member_norms,
      groups: membersOf(groups, size, k),
      counts: Uint32Array.from(counts),
      lists,
      results,
    },
    invocations: { WORKGROUP: DEFAULT_WORKGROUP, ...constants }.WORKGROUP * owned,
  });
  expectEqual(result.results, expected, what);
}

async function compareTile(lab: Lab, kernel: KernelSource, constants: KernelConstants) {
  const TILE = Number(constants.TILE);
  const plain = { counts: [5, 0, 70], k: 3 * TILE - 2, columns: 5, tiles: 1 };
  await compareEach<ScanShape>(
    [
      plain,
      { ...plain, k: 3 * TILE, columns: 8 },
      { ...plain, k: 3, columns: 1 },
      { ...plain, k: 5 * TILE + 1, tiles: 2, columns: 9 },
    ],
    (shape) => compareScan(lab, kernel, constants, shape),
  );
  // The rest does not depend on the tile, and the narrowest compiles fastest.
  if (TILE !== 4) return;
  await compareEach<ScanShape>(
    [
      ...[1, ...around(DEFAULT_WORKGROUP), ...around(ITEM)].map((count) => ({
        ...plain,
        counts: [count, 0, count + 1],
      })),
      { ...plain, counts: [3, 0, ITEM + 1, 7, 5, 1], count: 3 },
      { ...plain, counts: [3, 5, 9, 7, 5, 1, 4, 2], k: 7, count: 2, lists: [3, 4] },
      {
        ...plain,
        counts: Array.from({ length: FOLDED_WORKGROUPS }, (_, l) => l % 3),
        count: 3,
        columns: 1,
      },
    ],
    (shape) => compareScan(lab, kernel, constants, shape),
  );
}

const SCAN_MUTATIONS: KernelTest['mutations'] = [
  ['score < best.score', 'score <= best.score'],
  ['max(best.score, score)', 'score'],
  ['list % shape.groups', 'own'],
  ['shape.first_list + own', 'own'],
  ['first = start + lane', 'first = lane'],
  ['quads.k$i = centroids[at$i', 'quads.k$i = centroids[at$(i / 2)'],
];

export const boundsScan: KernelTest = {
  source: scanSource,
  variants: TILES.map((TILE) => ({ TILE })),
  async compare(lab, kernel) {
    for (const TILE of TILES) await compareTile(lab, kernel, { TILE });
  },
  mutations: SCAN_MUTATIONS,
};

export const boundsScanSubgroups: KernelTest = {
  source: permutation(scanSource, 'with subgroups', { SUBGROUPS: 'true' }),
  needs: 'subgroups',
  variants: LANES.flatMap((lanes) => TILES.map((TILE) => ({ TILE, LANES: lanes }))),
  async compare(lab, kernel) {
    for (const lanes of LANES.filter((size) => size <= lab.runtime.subgroupSize)) {
      for (const TILE of TILES) await compareTile(lab, kernel, { TILE, LANES: lanes });
    }
    for (const WORKGROUP of [8, 64]) {
      await compareTile(lab, kernel, { TILE: 4, LANES: 4, WORKGROUP });
    }
  },
  mutations: [
    ['list % shape.groups', 'own'],
    ['$(i % LANES)', '$((i + 1) % LANES)'],
    ['c$(i / LANES)', 'c0'],
  ],
};

interface SettleShape {
  readonly rows: number;
  readonly count: number;
  readonly first: number;
  readonly halted?: number;
}

async function compareSettle(lab: Lab, kernel: KernelSource, shape: SettleShape): Promise<void> {
  const { rows: n, count, first, halted = 0 } = shape;
  const what = JSON.stringify(shape);
  const random = seeded();
  const stride = first + n + 1;
  const k = 4 * count;
  const reach = 3;
  const width = 8;
  const travel = Float32Array.from({ length: count }, () => random.next());
  const rows = blankBits(3 * stride);
  const lower = blankBits(count * stride);
  const labels = blankBits(stride);
  const results = blankBits(4 * Math.ceil(n / LIST_ROWS) * count * LIST_ROWS);
  const expectedLabels = labels.slice();
  const expectedLower = lower.slice();
  const expectedRows = rows.slice();
  const leftOpen: number[] = [];
  let moved = 0;
  for (let i = 0; i < n; i++) {
    const row = first + i;
    const norm = 4 + random.below(8);
    const open = Array.from({ length: count }, (_, g) => g).filter(() => random.below(2) === 0);
    const set = open.reduce((bits, g) => (bits | (1 << g)) >>> 0, 0);
    labels[row] = random.below(k);
    expectedLabels[row] = labels[row];
    rows.set(bitsOf([norm]), row);
    rows.set(bitsOf([99]), stride + row);
    rows[2 * stride + row] = set;
    for (let g = 0; g < count; g++) lower.set(bitsOf([50 + g]), g * stride + row);
    for (const part of [rows, lower] as const) {
      const expected = part === rows ? expectedRows : expectedLower;
      for (let at = row; at < part.length; at += stride) expected[at] = part[at];
    }
    if (open.length === 0) continue;
    // Ties between groups are common; few groups have no second cluster.
    const scanned = open.map((g): Nearest => {
      const best = random.below(6) / 2;
      const second = random.below(8) === 0 ? Number.POSITIVE_INFINITY : best + random.below(3) / 2;
      // No two rows of a list share a place.
      const place = LIST_ROWS - 1 - (i % LIST_ROWS);
      const list = Math.floor(i / LIST_ROWS) * count + g;
      const scores = [best, second].map((squared) =>
        Number.isFinite(squared) ? (squared - norm) / 2 : NEVER,
      );
      const label = g + count * random.below(4);
      results.set([...bitsOf(scores), label, 0], 4 * (list * LIST_ROWS + place));
      lower[g * stride + row] = place;
      return { best, second, label };
    });
    const settled = twinSettle(
      scanned,
      slackOf(norm, reach, ROUNDING),
      (second) => 2 * marginOf(norm, reach, Math.min(second, MOST_SQUARED), width),
    );
    if (!settled.stands) leftOpen.push(row);
    else {
      expectedLabels[row] = settled.label;
      if (settled.label !== labels[row]) moved++;
    }
    expectedRows.set(bitsOf([settled.upper]), stride + row);
    open.forEach((g, at) => {
      const bound = Math.min(settled.lower[at], Math.sqrt(MOST_SQUARED));
      expectedLower.set(bitsOf([bound + travel[g]]), g * stride + row);
    });
  }
  const result = await lab.run(kernel, {
    shape: {
      first,
      rows: n,
      stride,
      groups: count,
      list_rows: LIST_ROWS,
      quads: width / 4,
      rounding: ROUNDING,
    },
    buffers: {
      results,
      frame: frameOf(reach, halted, travel, new Float32Array(k), dealt(k, count)),
      rows,
      lower,
      labels,
      changed: Uint32Array.of(5),
      undecided: emptyList(stride),
    },
    invocations: n,
  });
  const open = listed(result.undecided);
  if (halted) {
    expectEqual(open.length, 0, `${what}: undecided`);
    expectEqual(result.labels, labels, `${what}: labels`);
    expectEqual(result.lower, lower, `${what}: lower`);
    return;
  }
  expectEqual(open, Uint32Array.from(leftOpen), `${what}: undecided`);
  expectEqual(result.labels, expectedLabels, `${what}: labels`);
  expectEqual(result.changed, Uint32Array.of(5 + moved), `${what}: changed`);
  const inBounds = (all: Uint32Array, at: number) => floatsOf(all.subarray(at, at + n));
  const uppers = inBounds(result.rows, stride + first);
  expectClose(uppers, inBounds(expectedRows, stride + first), { ...OUTWARD, what });
  for (let g = 0; g < count; g++) {
    const at = g * stride + first;
    const what_g = `${what}: lower ${g}`;
    expectClose(inBounds(result.lower, at), inBounds(expectedLower, at), {
      ...OUTWARD,
      what: what_g,
    });
    expectEqual(result.lower[at - 1], expectedLower[at - 1], `${what_g}: before`);
    expectEqual(result.lower[at + n], expectedLower[at + n], `${what_g}: after`);
  }
}

export const boundsSettle: KernelTest = {
  source: settleSource,
  compare: (lab, kernel) =>
    compareEach<SettleShape>(
      [
        ...around(SETTLE_WORKGROUP).map((rows) => ({ rows, count: 3, first: 2 })),
        { rows: 100, count: 32, first: 1 },
        { rows: FOLDED_WORKGROUPS * SETTLE_WORKGROUP, count: 1, first: 1 },
        { rows: 50, count: 4, first: 1, halted: 3 },
      ],
      (shape) => compareSettle(lab, kernel, shape),
    ),
  mutations: [
    ['if (best < score)', 'if (best < 0.5 * score)'],
    ['index / shape.list_rows', 'row / shape.list_rows'],
    ['stands && found.z == label', 'false'],
    ['+ frame[TRAVEL + g]', ''],
    ['frame[FRAME_HALTED] != 0', 'false'],
    ['labels[row] != label', 'true'],
    ['+ squared_norm + spare', '+ squared_norm - spare'],
    ['stands && found.z == label', 'found.z == label'],
    ['select(4 * margin, 0, stands)', 'select(0.0, 9.0, stands)'],
    ['max(score, best)', 'best'],
  ],
};
