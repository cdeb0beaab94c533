/** How the bounded assignment finds the rows to scan. */
import type { KernelSource } from '../../../host/kernel.js';
import driftsSource from '../../../shaders/assign/bounds_drifts.wgsl';
import filterSource from '../../../shaders/assign/bounds_filter.wgsl';
import type { Random } from '../../../src/math/random.js';
import { nextFrame, slackOf, uncleared } from '../../../src/ops/assign/bounds.twin.js';
import { rowNorms } from '../../../src/ops/assign/row_norms.twin.js';
import { squaredDistance } from '../../../src/ops/assign/squared_distance.twin.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';
import {
  bitsOf,
  dealt,
  floatsOf,
  frameOf,
  membersOf,
  MOST_GROUPS,
  OUTWARD,
  ROUNDING,
} from './bounds_data.js';
import { around, COLUMNS, constant, grid, packedAt, quadsOf, rowsOf, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';

const DRIFTS = constant(driftsSource, 'DRIFTS');
const TRAVEL = constant(driftsSource, 'TRAVEL');
const NEVER = constant(driftsSource, 'NEVER');
const FILTER_WORKGROUP = constant(filterSource, 'WORKGROUP');
const GROWTH = 1 + 2 ** -18;
/** Rows that share lists. */
const LIST_ROWS = 40;

async function compareDrifts(
  lab: Lab,
  kernel: KernelSource,
  { k, count, halted }: { k: number; count: number; halted: number },
): Promise<void> {
  const random = seeded();
  const what = JSON.stringify({ k, count, halted });
  const size = Math.ceil(k / count) + 1;
  const groups = dealt(k, count);
  const draws = (length: number) => Float32Array.from({ length }, () => 1 + random.next());
  const [moves, norms, travel] = [draws(k), draws(k), draws(count)];
  const before = frameOf(7, 0, travel, new Float32Array(k), groups);
  const { frame, member_norms } = await lab.run(kernel, {
    shape: { clusters: k, groups: count, group_size: size, growth: GROWTH },
    buffers: {
      groups: membersOf(groups, size, k),
      moves,
      half_norms: norms,
      state: Uint32Array.of(3, halted),
      frame: before,
      member_norms: blank(count * size),
    },
    invocations: 1,
  });
  if (halted) {
    expectEqual(frame[1], 1, `${what}: halted`);
    expectEqual(frame.slice(2), before.slice(2), `${what}: frame`);
    return;
  }
  const doubled = norms.map((norm) => 2 * norm);
  const twin = nextFrame(groups, moves, doubled, travel);
  const expected = frameOf(twin.reach, 0, twin.travel, twin.drifts, groups);
  expectClose(frame, expected, { ...OUTWARD, what: `${what}: frame` });
  const least = [twin.reach, 0, ...twin.travel, ...twin.drifts];
  const found = [frame[0], frame[1], ...frame.subarray(TRAVEL, TRAVEL + count)];
  for (let c = 0; c < k; c++) found.push(frame[DRIFTS + 2 * c]);
  found.forEach((value, i) => {
    expectThat(value >= least[i], `${what}: ${value} is below ${least[i]}.`);
  });
  const expectedNorms = new Float32Array(count * size).fill(NEVER);
  groups.forEach((group, g) => {
    group.forEach((c, i) => {
      expectedNorms[g * size + i] = norms[c];
    });
  });
  expectEqual(member_norms, expectedNorms, `${what}: member_norms`);
}

export const boundsDrifts: KernelTest = {
  source: driftsSource,
  compare: (lab, kernel) =>
    compareEach(
      [
        { k: 1, count: 1, halted: 0 },
        { k: 7, count: 3, halted: 0 },
        { k: 9, count: 3, halted: 2 },
        ...around(MOST_GROUPS).flatMap((count) =>
          count > MOST_GROUPS ? [] : [{ k: 2 * count + 1, count, halted: 0 }],
        ),
      ],
      (shape) => compareDrifts(lab, kernel, shape),
    ),
  mutations: [
    ['sqrt(moves[k])', 'moves[k]'],
    ['2 * half_norms[k]', 'half_norms[k]'],
    ['max(most, drift)', 'drift'],
    ['* shape.growth + TINY', ''],
    ['member_norms[member] = NEVER;', ''],
    ['frame[TRAVEL + g] + most', 'frame[TRAVEL + g]'],
    ['i < WORKGROUP', 'i < 1'],
  ],
};

interface FilterShape {
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  readonly first: number;
  readonly halted?: number;
  readonly tightens: boolean;
}

/** Rows whose bounds clear them, rows that their distance clears, and rows that must be scanned. */
function boundsOf(random: Random, distance: number, count: number) {
  const kind = random.below(3);
  const upper = distance + (kind === 0 ? 0.25 : 4);
  const lower = Float32Array.from({ length: count }, () =>
    kind === 2 ? 4 * random.next() * distance : distance + 1 + random.next(),
  );
  return { upper, lower };
}

async function compareFilter(lab: Lab, kernel: KernelSource, shape: FilterShape): Promise<void> {
  const { rows: n, columns, count, first, halted = 0, tightens } = shape;
  const what = JSON.stringify(shape);
  const random = seeded();
  const quads = quadsOf(columns);
  const width = 4 * quads;
  const k = 2 * count;
  const stride = first + n + 1;
  const groups = dealt(k, count);
  const x = rowsOf(random, grid, n, columns);
  const centroids = rowsOf(random, grid, k, columns);
  const labels = new Uint32Array(stride).fill(k);
  const drifts = Float32Array.from({ length: k }, () => random.next() / 8);
  const travel = Float32Array.from({ length: count }, () => random.next());
  const reach = 3;
  const norms = rowNorms(x, n, width);
  const rows = blankBits(3 * stride);
  const lower = blankBits(count * stride);
  const blocks = Math.ceil(n / LIST_ROWS);
  const expected = {
    rows: rows.slice(),
    lists: Array.from({ length: blocks * count }, (): number[] => []),
  };
  for (let i = 0; i < n; i++) {
    const row = first + i;
    labels[row] = random.below(k);
    const distance = Math.sqrt(squaredDistance(x, i, centroids, labels[row], width));
    const given = boundsOf(random, distance, count);
    const stored = given.lower.map((bound, g) => bound + travel[g]);
    rows.set(bitsOf([norms[i]]), row);
    rows.set(bitsOf([given.upper]), stride + row);
    stored.forEach((bound, g) => {
      lower.set(bitsOf([bound]), g * stride + row);
    });
    const frame = { reach, travel: Float64Array.from(travel), drifts: Float64Array.from(drifts) };
    const slack = slackOf(norms[i], reach, ROUNDING);
    const own = labels[row] % count;
    const loose = given.upper + drifts[labels[row]];
    const isCleared = uncleared(own, loose, stored, frame, slack).length === 0;
    const upper = isCleared || !tightens ? loose : distance;
    const open = uncleared(own, upper, stored, frame, slack);
    const block = Math.floor(i / LIST_ROWS);
    for (const g of open) expected.lists[block * count + g].push(row);
    expected.rows.set(bitsOf([norms[i]]), row);
    expected.rows.set(bitsOf([upper]), stride + row);
    expected.rows[2 * stride + row] = open.reduce((set, g) => (set | (1 << g)) >>> 0, 0);
  }
  const result = await lab.run(kernel, {
    constants: { TIGHTENS: tightens },
    shape: {
      first,
      rows: n,
      stride,
      quads,
      groups: count,
      list_rows: LIST_ROWS,
      rounding: ROUNDING,
      growth: GROWTH,
    },
    buffers: {
      points: packedAt(x, n, width, first, stride),
      centroids,
      labels,
      frame: frameOf(reach, halted, travel, drifts, groups),
      rows,
      lower,
      counts: new Uint32Array(blocks * count),
      lists: blankBits(blocks * count * LIST_ROWS),
    },
    invocations: n,
  });
  if (halted) {
    expectEqual(result.rows, rows, `${what}: rows`);
    expectEqual(result.counts, new Uint32Array(blocks * count), `${what}: counts`);
    return;
  }
  expectEqual(result.rows.slice(2 * stride), expected.rows.slice(2 * stride), `${what}: computed`);
  const uppers = (all: Uint32Array) => floatsOf(all.subarray(stride + first, stride + first + n));
  expectClose(uppers(result.rows), uppers(expected.rows), { ...OUTWARD, what: `${what}: upper` });
  uppers(result.rows).forEach((upper, i) => {
    const least = uppers(expected.rows)[i];
    expectThat(upper >= least, `${what}: row ${i}: upper is ${upper}, below ${least}.`);
  });
  expectEqual(
    result.rows.slice(0, stride + first),
    expected.rows.slice(0, stride + first),
    `${what}: norms`,
  );
  const after = lower.slice();
  expected.lists.forEach((list, l) => {
    expectEqual(result.counts[l], list.length, `${what}: count of list ${l}`);
    const whole = result.lists.slice(l * LIST_ROWS, (l + 1) * LIST_ROWS);
    const filled = whole.slice(0, list.length);
    filled.forEach((row, place) => {
      after[(l % count) * stride + row] = place;
    });
    expectEqual(filled.sort(), Uint32Array.from(list), `${what}: list ${l}`);
    expectEqual(
      whole.slice(list.length),
      blankBits(LIST_ROWS - list.length),
      `${what}: past list ${l}`,
    );
  });
  expectEqual(result.lower, after, `${what}: lower`);
}

export const boundsFilter: KernelTest = {
  source: filterSource,
  compare: (lab, kernel) =>
    compareEach(
      [
        ...around(FILTER_WORKGROUP).map((rows) => ({ rows, columns: 5, count: 3, first: 3 })),
        ...around(LIST_ROWS).map((rows) => ({ rows, columns: 5, count: 2, first: 5 })),
        ...COLUMNS.map((columns) => ({ rows: 40, columns, count: 2, first: 0 })),
        { rows: 300, columns: 6, count: MOST_GROUPS, first: 250 },
        { rows: FOLDED_WORKGROUPS * FILTER_WORKGROUP, columns: 2, count: 1, first: 1 },
        { rows: 50, columns: 3, count: 2, first: 0, halted: 1 },
      ].flatMap((shape) => [false, true].map((tightens) => ({ ...shape, tightens }))),
      (shape) => compareFilter(lab, kernel, shape),
    ),
  mutations: [
    ['+ frame[DRIFTS + 2 * label]) * UP', ') * UP'],
    ['- frame[TRAVEL + g]', ''],
    ['if (TIGHTENS)', 'if (!TIGHTENS)'],
    ['frame[FRAME_HALTED] != 0', 'false'],
    ['* shape.growth + TINY', '* 1.5'],
    ['computed |= 1u << u32(frame', 'computed |= 0u * u32(frame'],
    ['list * shape.list_rows + place', 'place'],
    ['index / shape.list_rows', 'row / shape.list_rows'],
    ['lower[g * shape.stride + row] = place;', ''],
  ],
};
