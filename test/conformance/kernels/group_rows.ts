import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/sums/group_rows.wgsl';
import sortingSource from '../../../shaders/sums/sort_rows.wgsl';
import type { Random } from '../../../src/math/random.js';
import { groupRows as twin } from '../../../src/ops/sums/group_rows.twin.js';
import { expectEqual } from '../expect.js';
import { around, constant, indices, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { type Batch, listed, placeOf, runsOf } from './row_groups.js';

const WORKGROUP = constant(source, 'WORKGROUP');
/** Invocations that sort a segment: few, as processors wait for each at every barrier. */
const SORTERS = 32;
const SEGMENT = constant(source, 'SEGMENT');
/** Segments and runs this short make many of them cheap. */
const SHORT = { segment: 4, run: 4 };

interface Shape extends Batch {
  readonly rows: number;
  readonly clusters: number;
  /** Segments of the chunk before those of the dispatch. */
  readonly before: number;
}

/** @param perWorkgroup segments that a workgroup takes */
const shapes = (perWorkgroup: number): readonly Shape[] => [
  ...[...around(SEGMENT), 2 * SEGMENT + 1].map((rows) => ({
    rows,
    clusters: 5,
    segment: SEGMENT,
    run: constant(source, 'RUN'),
    before: 1,
    firstSegment: 17,
  })),
  ...[1, 2, 30].map((clusters) => ({ ...SHORT, rows: 18, clusters, before: 2, firstSegment: 3 })),
  ...[...around(perWorkgroup), FOLDED_WORKGROUPS * perWorkgroup].map((segments) => ({
    ...SHORT,
    rows: SHORT.segment * segments - 1,
    clusters: 3,
    before: 0,
    firstSegment: 0,
  })),
];

interface Problem extends Shape {
  readonly labels: Uint32Array<ArrayBuffer>;
  readonly owners: Uint32Array<ArrayBuffer>;
}

/** Where half of the rows keep their label. */
function problem(random: Random, shape: Shape): Problem {
  const labels = indices(random, shape.rows, shape.clusters);
  const others = indices(random, shape.rows, shape.clusters);
  return { ...shape, labels, owners: labels.map((l, i) => (random.below(2) ? others[i] : l)) };
}

async function grouped(lab: Lab, kernel: KernelSource, drawn: Problem, amended = 0, halted = 0) {
  const { rows, clusters, segment, run, before, firstSegment, labels, owners } = drawn;
  const segments = Math.ceil(rows / segment);
  const first = before * segment;
  // Rows more than there are, whose labels would be counted.
  const among = (values: Uint32Array) => Uint32Array.of(...blankBits(first), ...values, 0, 0, 0, 0);
  const sorts = 'KEYS' in kernel.constants;
  return lab.run(kernel, {
    constants: { SEGMENT: segment, RUN: run, ...(sorts && { WORKGROUP: SORTERS }) },
    shape: { first, rows, clusters, first_segment: firstSegment },
    buffers: {
      labels: among(labels),
      state: Uint32Array.of(0, halted, 0, 0, amended),
      owners: among(owners),
      order: blankBits(segments * 3 * segment),
      ranges: blankBits(clusters * run * runsOf(drawn, segments)),
    },
    invocations: sorts ? segments * SORTERS : segments,
  });
}

/** What the kernel must leave, by the twin, one segment at a time. */
function compareOne(
  drawn: Problem,
  amended: number,
  actual: Awaited<ReturnType<typeof grouped>>,
  what: string,
): void {
  const { rows, clusters, segment, before, labels, owners } = drawn;
  const first = before * segment;
  const segments = Math.ceil(rows / segment);
  const ranges = blankBits(actual.ranges.length);
  for (let s = 0; s < segments; s++) {
    const [start, end] = [s * segment, Math.min((s + 1) * segment, rows)];
    const own = twin(
      labels.subarray(start, end),
      clusters,
      amended > 0 ? owners.subarray(start, end) : undefined,
    );
    // What lies after the entries is the kernel's own.
    const at = 3 * segment * s;
    const order = actual.order.subarray(at, at + own.rows.length);
    expectEqual(order, listed(own, first + start), `${what}: order of segment ${s}`);
    for (let k = 0; k < clusters; k++) {
      ranges[placeOf(drawn, segments, k, s)] = own.begins[k] + own.ends[k] * 0x10000;
    }
  }
  expectEqual(actual.ranges, ranges, `${what}: ranges`);
  const summed = Uint32Array.of(...blankBits(first), ...labels, 0, 0, 0, 0);
  expectEqual(actual.owners, summed, `${what}: owners`);
}

const compareAt =
  (perWorkgroup: number): KernelTest['compare'] =>
  async (lab, kernel) => {
    const random = seeded();
    const plain = shapes(perWorkgroup);
    const all = plain.flatMap((shape) => [0, 1, 7].map((amended) => ({ ...shape, amended })));
    await compareEach(all, async ({ amended, ...shape }) => {
      const drawn = problem(random, shape);
      const actual = await grouped(lab, kernel, drawn, amended);
      compareOne(drawn, amended, actual, JSON.stringify({ amended, ...shape }));
    });
    await compareEach([1, 2, 3, 4], async (halted) => {
      const held = await grouped(lab, kernel, problem(random, plain[0]), 0, halted);
      expectEqual(held.order, blankBits(held.order.length), `halted by ${halted}: order`);
      expectEqual(held.ranges, blankBits(held.ranges.length), `halted by ${halted}: ranges`);
    });
  };

export const groupRows: KernelTest = {
  source,
  compare: compareAt(WORKGROUP),
  mutations: [
    ['min(start + SEGMENT, shape.first + shape.rows)', 'start + SEGMENT'],
    ['shape.first + segment * SEGMENT', 'segment * SEGMENT'],
    ['ranges[k * stride + place] = 0;', ''],
    ['at += entries', 'at += entries + 1'],
    ['ranges[joined] += 0x10000;', ''],
    ['ranges[left] += 0x10000;', ''],
    ['row | LEAVES', 'row'],
    ['if (now[i] != before[i])', 'if (now[i] != before[0])'],
    ['state[AMENDED] != 0', 'state[AMENDED] == 1'],
    ['owners[row / 4][row % 4] = now;', ''],
    ['+ segment;', ';'],
    ['segment >= segments', 'segment + 1 >= segments'],
  ],
};

export const sortRows: KernelTest = {
  source: sortingSource,
  compare: compareAt(1),
  mutations: [
    ['min(SEGMENT, shape.first + shape.rows - start)', 'u32(SEGMENT)'],
    ['shape.first + segment * SEGMENT', 'segment * SEGMENT'],
    ['2 * i + 1', '2 * i'],
    ['row | LEAVES', 'row'],
    ['i % step', '0'],
    ['(low & width) == 0', 'true'],
    ['size < count', '2 * size < count'],
    ['keys[i] = 0xffffffff;', 'keys[i] = 0;'],
    ['place_of((k + 1)', 'place_of((k)'],
    ['keys[middle] < key', 'keys[middle] <= key'],
    ['state[AMENDED] != 0', 'state[AMENDED] == 1'],
    ['owners[start + i] = now;', ''],
    ['+ segment;', ';'],
    ['segment >= segments', 'segment + 1 >= segments'],
  ],
};
