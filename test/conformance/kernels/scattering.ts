import filterSource from '../../../shaders/scattering/filter_spectra.wgsl';
import moduliSource from '../../../shaders/scattering/moduli.wgsl';
import { filtered, moduli as moduliTwin } from '../../../src/ops/scattering/waves.twin.js';
import { expectClose } from '../expect.js';
import { around, constant, floats, grid, seeded } from './data.js';
import { compareEach, type KernelTest } from './kernel_test.js';
import { blank, FOLDED_WORKGROUPS } from './lab.js';
import { placedIn } from './matrices.js';
import { expectExact, roundings } from './tolerance.js';

const WORKGROUP = constant(filterSource, 'WORKGROUP');

const SPECTRA = [
  ...around(WORKGROUP).map((rows) => ({ rows, pairs: 1, step: 1, items: 1, count: 1 })),
  { rows: 3, pairs: 2, step: 2, items: 3, count: 2 },
  { rows: 2, pairs: 3, step: 4, items: 2, count: 3, firstItem: 1 },
  { rows: 5, pairs: 3, step: 1, items: 2, count: 4, from: 7 },
  { rows: FOLDED_WORKGROUPS * WORKGROUP, pairs: 1, step: 1, items: 1, count: 1 },
].map((shape) => ({ firstItem: 0, from: 0, ...shape }));

export const filterSpectra: KernelTest = {
  source: filterSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(SPECTRA, async (tested) => {
      const { rows, pairs, step, items, count, firstItem, from } = tested;
      const size = { rows: step * rows, columns: 2 * step * pairs };
      const spectrum = 4 * size.rows * size.columns;
      const x = floats(random, grid, (firstItem + items) * spectrum);
      const filters = floats(random, grid, count * size.rows * size.columns);
      const maps = items * count;
      const { y } = await lab.run(kernel, {
        shape: { first: from, first_item: firstItem, items, count, rows, pairs, step },
        buffers: {
          ...{ x, filters: placedIn(filters, { ...size, items: count }) },
          y: blank(4 * maps * rows * pairs),
        },
        invocations: maps * rows * pairs - from,
      });
      const expected = Float64Array.from(y);
      for (let map = 0; map < maps; map++) {
        const first = (firstItem + Math.floor(map / count)) * spectrum;
        const own = Float64Array.from(x.subarray(first, first + spectrum));
        const at = (map % count) * size.rows * size.columns;
        const filter = Float64Array.from(filters.subarray(at, at + size.rows * size.columns));
        expected.set(
          filtered(own, filter, { rows, columns: 2 * pairs, step }),
          4 * map * rows * pairs,
        );
      }
      expected.set(blank(4 * from));
      expectExact(y, expected, JSON.stringify(tested));
    });
  },
  mutations: [
    ['shape.first + (', '('],
    ['map >= shape.items * shape.count', 'map > shape.items * shape.count'],
    ['shape.first_item + map', 'map'],
    ['map % shape.count * height', '0u'],
    ['(width + 1) / 2 * 2', 'width'],
    ['a += shape.rows', 'a += height'],
    ['c += shape.pairs', 'c += width'],
    ['spectrum + height + a', 'spectrum + a'],
    ['lower.yxwz', 'lower'],
    ['vec4f(-1, 1, -1, 1)', 'vec4f(1)'],
    ['.xxyy', '.xxxx'],
  ],
};

const WAVES = [
  ...around(WORKGROUP).map((rows) => ({ rows, pairs: 2, items: 1 })),
  ...[1, 2, 3, 5].map((pairs) => ({ rows: 3, pairs, items: 4 })),
  { rows: 4, pairs: 5, items: 3, from: 5 },
  { rows: FOLDED_WORKGROUPS * WORKGROUP, pairs: 1, items: 1 },
].map((shape) => ({ from: 0, ...shape }));

export const moduli: KernelTest = {
  source: moduliSource,
  async compare(lab, kernel) {
    const random = seeded();
    await compareEach(WAVES, async (tested) => {
      const { rows, pairs, items, from } = tested;
      const quads = Math.ceil(pairs / 2);
      const wave = 8 * rows * pairs;
      const x = floats(random, grid, items * wave);
      const { y } = await lab.run(kernel, {
        shape: { first: from, items, rows, pairs },
        buffers: { x, y: blank(4 * items * rows * quads) },
        invocations: items * rows * quads - from,
      });
      const expected = Array.from({ length: items }, (_, item) => {
        const own = Float64Array.from(x.subarray(item * wave, (item + 1) * wave));
        return [...placedIn(moduliTwin(own, rows, 2 * pairs), { rows, columns: 2 * pairs })];
      }).flat();
      expectClose(y, [...blank(4 * from), ...expected.slice(4 * from)], {
        ...roundings(12, 'a root of two squares'),
        what: JSON.stringify(tested),
      });
    });
  },
  mutations: [
    ['shape.first + (', '('],
    ['item >= shape.items', 'item > shape.items'],
    ['(shape.pairs + 1) / 2', 'shape.pairs'],
    ['2 * item * shape.rows', 'item * shape.rows'],
    ['upper + shape.rows * shape.pairs', 'upper'],
    ['lower.yxwz', 'lower'],
    ['vec4f(-1, 1, -1, 1)', 'vec4f(1)'],
    ['squares.yw', 'squares.xz'],
    ['pair + 1 < shape.pairs', 'true'],
    ['x[lower + 1]', 'x[lower]'],
  ],
};
