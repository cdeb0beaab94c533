import { MAX_F32 } from '../../../host/kernel.js';
import source from '../../../shaders/algebra/linear_combination.wgsl';
import { finish, setDiagonal } from '../../../src/ops/algebra/elementwise.twin.js';
import { around, constant, floats, grid, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { lengthOf, placedIn, writtenIn } from './matrices.js';
import { expectExact } from './tolerance.js';

const WORKGROUP = constant(source, 'WORKGROUP');

const SHAPES = [
  ...around(WORKGROUP).map((rows) => ({ rows, columns: 3 })),
  ...[1, 4, 5, 8].map((columns) => ({ columns, flags: 7 })),
  { rows: 4, columns: 9, items: 3, diagonal: 2, flags: 1 },
  { rows: 9, columns: 9, wider: 2, first: 3, own: 2, flags: 5 },
  { rows: 70, columns: 7, from: WORKGROUP, threshold: 0.25, least: 0 },
  { rows: FOLDED_WORKGROUPS * WORKGROUP, columns: 2 },
].map((shape) => ({
  ...{ rows: 6, items: 1, wider: 0, first: 0, own: 0, diagonal: 0, flags: 0, from: 0 },
  ...{ threshold: 0, least: -MAX_F32, ...shape },
}));

export const linearCombination: KernelTest = {
  source,
  variants: [0, 1, 2, 3].map((TERMS) => ({ TERMS })),
  async compare(lab, kernel) {
    const random = seeded();
    const shapes = SHAPES.map((shape, s) => ({ ...shape, terms: s % 4 }));
    await compareEach(shapes, async (shape) => {
      const { rows, columns, items, wider, first, own, diagonal, flags, from, terms } = shape;
      const stride = Math.ceil(columns / 4) + wider;
      const c = { rows: rows * items, columns, first, stride };
      const factors = [0.5, -2, 0.25];
      // Terms that lie elsewhere in their rows than C does.
      const places = factors.map((_, t) => ({ ...c, first: t, stride: stride + t }));
      const values = factors.map(() => floats(random, grid, c.rows * columns));
      const before = floats(random, grid, c.rows * columns);
      const bias = floats(random, grid, 4 * Math.ceil(columns / 4));
      const held = own === 0 ? blank(lengthOf(c)) : placedIn(before, c);
      const results = await lab.run(kernel, {
        constants: { TERMS: terms },
        shape: {
          ...{ first: from, all_rows: c.rows, rows, columns, flags, own, diagonal },
          ...{ c_first: first, c_stride: stride },
          ...{ threshold: shape.threshold, least: shape.least },
          ...Object.fromEntries(
            factors.flatMap((factor, t) => [
              [`factor${t}`, factor],
              [`first${t}`, places[t].first],
              [`stride${t}`, places[t].stride],
            ]),
          ),
        },
        buffers: {
          x0: placedIn(values[0], places[0]),
          x1: placedIn(values[1], places[1]),
          x2: placedIn(values[2], places[2]),
          ...{ bias, c: held },
        },
        invocations: c.rows * Math.ceil(columns / 4) - from,
      });
      const sums = Float64Array.from(before, (value, at) =>
        factors
          .slice(0, terms)
          .reduce((sum, factor, t) => sum + factor * values[t][at], own * value),
      );
      for (let item = 0; item < items; item++) {
        const one = sums.subarray(item * rows * columns, (item + 1) * rows * columns);
        setDiagonal(one, columns, (value) => value + diagonal);
        finish(one, columns, {
          ...(flags & 1 && { bias }),
          softThreshold: shape.threshold,
          clampAtZero: shape.least === 0,
          zeroDiagonal: (flags & 2) !== 0,
        });
        for (let at = 0; at < one.length; at++) {
          if (flags & 4 && at % columns > Math.floor(at / columns)) one[at] = 0;
        }
      }
      const quads = Math.ceil(columns / 4);
      const isWritten = (i: number, j: number) => i * quads + Math.floor(j / 4) >= from;
      expectExact(results.c, writtenIn(sums, c, held, isWritten), JSON.stringify(shape));
    });
  },
  mutations: [
    ['row >= shape.all_rows', 'row > shape.all_rows'],
    ['shape.first + (', '('],
    ['shape.c_first + row', 'row'],
    ['shape.first$t', 'shape.first0'],
    ['row % shape.rows', 'row'],
    ['sum + shape.diagonal', 'sum'],
    ['column > vec4u(row)', 'column >= vec4u(row)'],
    ['shape.flags & BIASED', 'shape.flags & LOWER'],
    ['vec4f(shape.least)', 'v'],
  ],
};
