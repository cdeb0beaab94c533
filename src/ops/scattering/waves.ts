/**
 * What scattering does to spectra and waves beside products. A spectrum or a wave of n x m complex numbers lies as
 * two real products leave it: 2 n x 2 m, real and imaginary parts side by side, the numbers being those of the
 * upper half plus i times those of the lower.
 */
import filterSpectraKernel from '../../../shaders/scattering/filter_spectra.wgsl';
import moduliKernel from '../../../shaders/scattering/moduli.wgsl';
import type { AlgebraOp, Matrix } from '../algebra/algebra.js';
import { runOver } from '../algebra/device_elementwise.js';
import { bufferOf } from '../algebra/device_matrix.js';

/** Which spectra of a stack are filtered, and that of the result every step-th number is kept, down and across. */
export interface FilterOptions {
  readonly first: number;
  readonly items: number;
  readonly step: number;
}

/** Multiply-adds that a term of the sums is worth. */
const TERM_WORK = 24;

/** Filters (a stack of real n x m, m / step even) times each of the spectra: a stack of n / step x 2 m / step. */
export const filterSpectra: AlgebraOp<
  [spectra: Matrix, filters: Matrix, options: FilterOptions],
  Matrix
> = {
  async device({ desk, make }, spectra, filters, { first, items, step }) {
    const { count } = filters;
    const rows = filters.rows / step;
    const pairs = filters.columns / step / 2;
    const result = await make({ rows, columns: 4 * pairs, count: items * count });
    await runOver(
      ...([desk, filterSpectraKernel, {}] as const),
      { first_item: first, items, count, rows, pairs, step },
      { x: bufferOf(spectra), filters: bufferOf(filters), y: bufferOf(result) },
      items * count * rows * pairs,
      TERM_WORK * step ** 2,
    );
    return result;
  },
  async twin() {
    const { filtered } = await import('./waves.twin.js');
    return async ({ make, nth, pause }, spectra, filters, { first, items, step }) => {
      const { count } = filters;
      const [rows, columns] = [filters.rows / step, filters.columns / step];
      const result = make({ rows, columns: 2 * columns, count: items * count });
      for (let i = 0; i < items * count; i++) {
        const x = nth(spectra, first + Math.floor(i / count)).values;
        const filter = nth(filters, i % count).values;
        nth(result, i).values.set(filtered(x, filter, { rows, columns, step }));
        await pause();
      }
      return result;
    };
  },
};

/** The moduli of waves: n x m of each. */
export const moduli: AlgebraOp<[waves: Matrix], Matrix> = {
  async device({ desk, make }, waves) {
    const { count: items } = waves;
    const [rows, columns] = [waves.rows / 2, waves.columns / 2];
    const result = await make({ rows, columns, count: items });
    await runOver(
      ...([desk, moduliKernel, {}, { items, rows, pairs: columns / 2 }] as const),
      { x: bufferOf(waves), y: bufferOf(result) },
      items * rows * Math.ceil(columns / 4),
    );
    return result;
  },
  async twin() {
    const twin = await import('./waves.twin.js');
    return async ({ make, nth, pause }, waves) => {
      const [rows, columns] = [waves.rows / 2, waves.columns / 2];
      const result = make({ rows, columns, count: waves.count });
      for (let i = 0; i < waves.count; i++) {
        nth(result, i).values.set(twin.moduli(nth(waves, i).values, rows, columns));
        await pause();
      }
      return result;
    };
  },
};
