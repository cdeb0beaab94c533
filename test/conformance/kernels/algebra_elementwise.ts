import lineSumsSource from '../../../shaders/algebra/line_sums.wgsl';
import scaleSource from '../../../shaders/algebra/scale.wgsl';
import shrinkSource from '../../../shaders/algebra/shrink.wgsl';
import turnSource from '../../../shaders/algebra/turn.wgsl';
import type { Summed } from '../../../src/ops/algebra/algebra.js';
import { shrink as shrinkTwin, sums } from '../../../src/ops/algebra/elementwise.twin.js';
import { transposed } from '../../../src/ops/algebra/products.twin.js';
import { around, constant, floats, grid, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { lengthOf, placedIn, writtenIn } from './matrices.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(shrinkSource, 'WORKGROUP');
const RUN = constant(lineSumsSource, 'RUN');
const quadsOf = (columns: number) => Math.ceil(columns / 4);

/** Stacks of matrices, some from a later invocation on. */
const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 4 })),
  ...[1, 3, 5, 8, 9].map((columns) => ({ rows: 6, columns })),
  { rows: 5, columns: 6, items: 3 },
  { rows: 70, columns: 7, from: WORKGROUP },
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2 },
].map((shape) => ({ items: 1, from: 0, ...shape }));

/** Whether the invocation that owns a number's vec4 was there. */
const since = (from: number, columns: number) => (i: number, j: number) =>
  i * quadsOf(columns) + Math.floor(j / 4) >= from;

export const shrink: KernelTest = {
  source: shrinkSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async (shape) => {
      const { rows, columns, items, from } = shape;
      const all = { rows: rows * items, columns };
      const [z, l] = [1, 2].map(() => floats(random, grid, all.rows * columns));
      const isZeroed = rows % 2 === 0;
      const before = blank(lengthOf(all));
      const held = placedIn(l, all);
      const results = await lab.run(kernel, {
        shape: {
          ...{ first: from, all_rows: all.rows, rows, columns, zero_diagonal: isZeroed ? 1 : 0 },
          ...{ penalty: 2, threshold: 0.75 },
        },
        buffers: {
          ...{ z: placedIn(z, all), c: before, multipliers: held },
          gap: new Uint32Array(1),
        },
        invocations: all.rows * quadsOf(columns) - from,
      });
      const [sparse, multipliers] = [new Float64Array(z.length), Float64Array.from(l)];
      const gaps = Array.from({ length: items }, (_, item) => {
        const own = (values: Float64Array) =>
          values.subarray(item * rows * columns, (item + 1) * rows * columns);
        const solution = own(Float64Array.from(z));
        // Only of what the dispatch takes.
        const there = since(from, columns);
        solution.forEach((_, at) => {
          if (!there(Math.floor(at / columns), at % columns))
            solution[at] = own(multipliers)[at] = 0;
        });
        return shrinkTwin(solution, own(sparse), own(multipliers), columns, 2, 0.75, isZeroed);
      });
      const what = JSON.stringify(shape);
      const there = since(from, columns);
      expectExact(results.c, writtenIn(sparse, all, before, there), `${what}: C`);
      const after = writtenIn(multipliers, all, held, there);
      expectExact(results.multipliers, after, `${what}: Lambda`);
      expectExact(new Float32Array(results.gap.buffer), [Math.max(...gaps)], `${what}: gap`);
    });
  },
  mutations: [
    ['index >= shape.all_rows * quads', 'index > shape.all_rows * quads'],
    ['shape.first + (', '('],
    ['quads % shape.rows', 'quads'],
    ['before / shape.penalty', 'before'],
    ['vec4f(-shape.threshold)', 'vec4f()'],
    ['shape.zero_diagonal != 0', 'true'],
    ['before + shape.penalty', 'before - shape.penalty'],
    ['max(size.z, size.w)', 'size.z'],
    ['abs(difference)', 'difference'],
    ['bitcast<u32>(max(', 'bitcast<u32>(min('],
  ],
};

export const scale: KernelTest = {
  source: scaleSource,
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = SHAPES.map((shape, s) => ({
      ...shape,
      ...{ BY_ROWS: s % 3 !== 0, BY_COLUMNS: s % 3 !== 1, IN_PLACE: s % 2 === 0 },
    }));
    await compareEach(shapes, async ({ rows, columns, items, from, ...constants }) => {
      const all = { rows: rows * items, columns };
      const x = floats(random, grid, all.rows * columns);
      const byRows = floats(random, grid, 4 * quadsOf(rows));
      const byColumns = floats(random, grid, columns);
      const { BY_ROWS, BY_COLUMNS, IN_PLACE } = constants;
      const held = IN_PLACE ? placedIn(x, all) : blank(lengthOf(all));
      const { c } = await lab.run(kernel, {
        constants,
        shape: { first: from, all_rows: all.rows, rows, quads: quadsOf(columns) },
        buffers: {
          x: IN_PLACE ? blank(lengthOf(all)) : placedIn(x, all),
          ...{ by_rows: byRows, by_columns: placedIn(byColumns, { rows: 1, columns }), c: held },
        },
        invocations: all.rows * quadsOf(columns) - from,
      });
      const scaled = Float64Array.from(x, (value, at) => {
        const row = Math.floor(at / columns) % rows;
        return value * (BY_ROWS ? byRows[row] : 1) * (BY_COLUMNS ? byColumns[at % columns] : 1);
      });
      const expected = writtenIn(scaled, all, held, since(from, columns));
      expectExact(c, expected, JSON.stringify({ rows, columns, items, from, ...constants }));
    });
  },
  mutations: [
    ['index >= shape.all_rows * shape.quads', 'index > shape.all_rows * shape.quads'],
    ['shape.first + (', '('],
    ['shape.quads % shape.rows', 'shape.quads'],
    ['index % shape.quads', '0'],
    ['(BY_ROWS', '(!BY_ROWS'],
    ['(BY_COLUMNS', '(!BY_COLUMNS'],
  ],
};

export const turn: KernelTest = {
  source: turnSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SHAPES, async ({ rows, columns, items, from }) => {
      const x = { rows, columns, items };
      const c = { rows: columns, columns: rows, items };
      const values = floats(random, grid, rows * columns * items);
      const blocks = items * quadsOf(rows) * quadsOf(columns);
      const results = await lab.run(kernel, {
        // Blocks before `first` are left out by none of these.
        shape: { first: Math.min(from, blocks - 1), items, rows, columns },
        buffers: { x: placedIn(values, x), c: blank(lengthOf(c)) },
        invocations: blocks - Math.min(from, blocks - 1),
      });
      const size = rows * columns;
      const turned = Array.from({ length: items }, (_, item) => {
        const own = Float64Array.from(values.subarray(item * size, (item + 1) * size));
        return [...transposed({ values: own, rows, columns }).values];
      });
      const isWritten = (i: number, j: number) =>
        Math.floor(j / 4) * quadsOf(columns) + Math.floor(i / 4) >= Math.min(from, blocks - 1);
      const expected = writtenIn(turned.flat(), c, blank(lengthOf(c)), isWritten);
      expectExact(results.c, expected, JSON.stringify({ rows, columns, items, from }));
    });
  },
  mutations: [
    ['item >= shape.items', 'item > shape.items'],
    ['shape.first + (', '('],
    ['shape.rows - 4 * block', '4'],
    ['shape.columns - 4 * quad', '4'],
    ['let turned = transpose(rows)', 'let turned = rows'],
    ['item * shape.columns', 'item'],
    ['index / across % down', 'index % down'],
  ],
};

const ALONG = ['COLUMNS', 'ROWS', 'DIAGONAL'] as const;
const OF: readonly Summed[] = ['values', 'squares', 'magnitudes', 'largest'];

export const lineSums: KernelTest = {
  source: lineSumsSource,
  variants: [
    ...[0, 1].flatMap((along) => OF.map((_, of) => ({ ALONG: along, OF: of }))),
    { ALONG: 2, OF: 0 },
  ],
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = [
      ...around(RUN).map((rows) => ({ rows, columns: 5 })),
      ...[1, 3, 4, 5, 8, 4 * RUN + 4].map((columns) => ({ rows: 6, columns })),
      { rows: 2 * RUN + 1, columns: 3, items: 2 },
      { rows: 5, columns: 9, items: 3, past: 2 },
      { rows: 4 * WORKGROUP + 8, columns: 4, from: WORKGROUP },
      { rows: 2, columns: 4 * FOLDED_WORKGROUPS * WORKGROUP },
      { rows: 4 * FOLDED_WORKGROUPS * WORKGROUP, columns: 1 },
    ].map((shape, s) => ({ items: 1, past: 0, from: 0, ...shape, of: s % 4 }));
    const cases = shapes.flatMap((shape) =>
      ALONG.map((name, along) => ({ ...shape, name, along })),
    );
    await compareEach(cases, async ({ name, along, columns, items, past, from, ...shape }) => {
      const isDiagonal = name === 'DIAGONAL';
      const rows = isDiagonal ? Math.min(shape.rows, columns) : shape.rows;
      const of = isDiagonal ? 0 : shape.of;
      const all = shape.rows + past;
      const x = floats(random, grid, all * columns * items);
      const runs = Math.ceil(rows / RUN);
      const made =
        name === 'COLUMNS' ? { rows: runs * items, columns } : { rows: items, columns: rows };
      const invocations = made.rows * quadsOf(made.columns);
      const first = Math.min(from, Math.floor((invocations - 1) / WORKGROUP) * WORKGROUP);
      const results = await lab.run(kernel, {
        constants: { ALONG: along, OF: of },
        shape: { first, items, all_rows: all, rows, quads: quadsOf(columns) },
        buffers: {
          x: placedIn(x, { rows: all * items, columns }),
          sums: blank(lengthOf(made)),
        },
        invocations: invocations - first,
      });
      const expected = Array.from({ length: items }, (_, item) => {
        const start = item * all * columns;
        const own = Float64Array.from(x.subarray(start, start + rows * columns));
        if (isDiagonal) return Array.from({ length: rows }, (__, i) => own[i * columns + i]);
        if (name === 'ROWS') return [...sums(own, columns, 'rows', OF[of])];
        return Array.from({ length: runs }, (__, run) => [
          ...sums(
            own.subarray(run * RUN * columns, (run + 1) * RUN * columns),
            columns,
            'columns',
            OF[of],
          ),
        ]).flat();
      }).flat();
      const isThere = since(first, made.columns);
      const written = writtenIn(expected, made, blank(lengthOf(made)), isThere);
      expectExact(results.sums, written, JSON.stringify({ name, of, rows, columns, items, from }));
    });
  },
  mutations: [
    ['item >= shape.items', 'item > shape.items'],
    ['shape.first + (', '('],
    ['item * shape.all_rows', 'item * shape.rows'],
    ['run * RUN + RUN, shape.rows', 'run * RUN + RUN, shape.all_rows'],
    ['min(4, shape.rows - row)', 'min(4, shape.all_rows - row)'],
    ['line = joined(line, some)', 'line = some'],
    ['two.yxwz', 'two'],
    ['line.zwxy', 'line'],
    ['row / 4][r]', '0][r]'],
    ['return v * v;', 'return v;'],
    ['return max(a, b)', 'return a + b'],
  ],
};
