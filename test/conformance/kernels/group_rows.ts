import type { KernelSource } from '../../../host/kernel.js';
import source from '../../../shaders/group_rows.wgsl';
import type { Random } from '../../../src/random.js';
import { groupRows as twin } from '../../../src/reference/group_rows.js';
import { expectEqual } from '../expect.js';
import {
  around,
  constant,
  type Floats,
  floats,
  indices,
  ones,
  poisonedAt,
  seeded,
  wholeWeight,
} from './data.js';
import { compareEach, type KernelTest, weightedToo } from './kernel_test.js';
import { blank, blankBits, FOLDED_WORKGROUPS, type Lab } from './lab.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');
const SEGMENT = constant(source, 'SEGMENT');
/** Segments this short make many of them cheap. */
const SHORT = 4;

interface Shape {
  readonly rows: number;
  readonly clusters: number;
  readonly segment: number;
  /** Segments of the chunk before those of the dispatch. */
  readonly before: number;
}

const SHAPES: readonly Shape[] = [
  ...[...around(SEGMENT), 2 * SEGMENT + 1].map((rows) => ({
    rows,
    clusters: 5,
    segment: SEGMENT,
    before: 1,
  })),
  ...[1, 2, 30].map((clusters) => ({ rows: 18, clusters, segment: SHORT, before: 2 })),
  ...[...around(WORKGROUP), FOLDED_WORKGROUPS * WORKGROUP].map((segments) => ({
    rows: SHORT * segments - 1,
    clusters: 3,
    segment: SHORT,
    before: 0,
  })),
];

const QUADS = 2;

async function grouped(
  lab: Lab,
  kernel: KernelSource,
  { rows, clusters, segment, before }: Shape,
  labels: Uint32Array<ArrayBuffer>,
  weights: Floats | undefined,
  halted = 0,
) {
  const segments = Math.ceil(rows / segment);
  const first = before * segment;
  const { order, ends, partial } = await lab.run(kernel, {
    constants: { WEIGHTED: weights !== undefined, SEGMENT: segment },
    shape: { first, rows, quads: QUADS, clusters },
    buffers: {
      // A row more than there are, whose label would be counted.
      labels: Uint32Array.of(...blankBits(first), ...labels, 0),
      weights: weights ? poisonedAt(weights, first, first + rows + 1) : blank(4),
      state: Uint32Array.of(0, halted),
      order: blankBits(segments * segment),
      ends: blankBits(clusters * segments),
      partial: blank(segments * clusters * 4 * (QUADS + 1)),
    },
    invocations: segments,
  });
  return { order, ends, partial };
}

/** What the kernel must leave, by the twin, one segment at a time. */
function expected(
  { rows, clusters, segment, before }: Shape,
  labels: Uint32Array<ArrayBuffer>,
  weights: Floats,
) {
  const segments = Math.ceil(rows / segment);
  const order = blankBits(segments * segment);
  const ends = blankBits(clusters * segments);
  const partial = Float64Array.from(blank(segments * clusters * 4 * (QUADS + 1)));
  for (let s = 0; s < segments; s++) {
    const [from, to] = [s * segment, Math.min((s + 1) * segment, rows)];
    const own = twin(labels.subarray(from, to), clusters, weights.subarray(from, to));
    order.set(
      own.order.map((row) => (before + s) * segment + row),
      from,
    );
    for (let k = 0; k < clusters; k++) {
      ends[k * segments + s] = from + own.ends[k];
      const entry = 4 * ((s * clusters + k) * (QUADS + 1) + QUADS);
      partial.set([own.weightSums[k], 0, 0, 0], entry);
    }
  }
  return { order, ends, partial };
}

function labelsOf(random: Random, { rows, clusters }: Shape): Uint32Array<ArrayBuffer> {
  return indices(random, rows, clusters);
}

export const groupRows: KernelTest = {
  source,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(weightedToo(SHAPES), async ({ weighted, ...shape }) => {
      const labels = labelsOf(random, shape);
      const weights = weighted ? floats(random, wholeWeight, shape.rows) : undefined;
      const actual = await grouped(lab, kernel, shape, labels, weights);
      const wanted = expected(shape, labels, weights ?? ones(shape.rows));
      const what = JSON.stringify({ weighted, ...shape });
      expectEqual(actual.order, wanted.order, `${what}: order`);
      expectEqual(actual.ends, wanted.ends, `${what}: ends`);
      expectExact(actual.partial, wanted.partial, `${what}: partial`);
    });
    await compareEach([1, 2, 3], async (halted) => {
      const [shape] = SHAPES;
      const labels = labelsOf(random, shape);
      const held = await grouped(lab, kernel, shape, labels, undefined, halted);
      expectEqual(held.order, blankBits(held.order.length), `halted by ${halted}: order`);
      expectEqual(held.ends, blankBits(held.ends.length), `halted by ${halted}: ends`);
      expectEqual(held.partial, blank(held.partial.length), `halted by ${halted}: partial`);
    });
  },
  mutations: [
    ['min(start + SEGMENT, shape.first + shape.rows)', 'start + SEGMENT'],
    ['shape.first + segment * SEGMENT', 'segment * SEGMENT'],
    ['ends[k * segments + segment] = 0;', ''],
    ['at += count', 'at += count + 1'],
    ['place + 1', 'place'],
    ['sum += columns', 'sum += shape.quads'],
    ['.x += weights[row]', '.x += 1'],
    ['segment >= segments', 'segment > segments'],
  ],
};
