/** Dense linear algebra on the host in float64: what the device is checked against, and what runs where there is none. */
import { ClusteringError } from '../../errors.js';
import { NotPositiveDefiniteError } from './not_positive_definite_error.js';
import { createPause } from '../../math/event_loop.js';
import { factorInPlace } from '../../math/positive_definite.js';
import type { Algebra, Epilogue, Matrix, Shape } from './algebra.js';
import {
  checkedBand,
  checkedPart,
  checkedShape,
  checkTop,
  combinedShape,
  productShape,
  refuseNotSquare,
  refuseRightSides,
  refuseScales,
  refuseShrinkage,
} from './checks.js';
import { finish, setDiagonal, shrink, sums } from './elementwise.twin.js';
import { type Dense, multiply, rowsOf, solveTriangular, transposed } from './products.twin.js';
import { emptyLists, putProducts } from './top_products.twin.js';

class HostMatrix implements Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
  values: Float64Array | undefined;

  constructor(
    { rows, columns, count }: Shape,
    values: Float64Array = new Float64Array(rows * columns * count),
  ) {
    this.rows = rows;
    this.columns = columns;
    this.count = count;
    this.values = values;
  }
}

/** @throws ClusteringError where it was freed, or is another engine's */
function valuesOf(matrix: Matrix): Float64Array {
  if (matrix instanceof HostMatrix && matrix.values) return matrix.values;
  throw new ClusteringError('disposed', 'This matrix was freed, or lies on another engine.');
}

/** The i-th of a stack. A single matrix stands for all. */
function nth(matrix: Matrix, i: number): Dense {
  const { rows, columns, count } = matrix;
  const size = rows * columns;
  const first = (i % count) * size;
  return { values: valuesOf(matrix).subarray(first, first + size), rows, columns };
}

/** @param signal once aborted, whatever is under way rejects with its reason */
export function hostAlgebra(signal?: AbortSignal): Algebra {
  const pause = createPause(signal);
  const made = new Set<HostMatrix>();

  const make = (shape: Shape): HostMatrix => {
    const matrix = new HostMatrix(shape);
    made.add(matrix);
    return matrix;
  };

  const finished = (matrix: Matrix, { bias, ...others }: Epilogue): void => {
    for (let i = 0; i < matrix.count; i++) {
      finish(nth(matrix, i).values, matrix.columns, { ...others, bias: bias && valuesOf(bias) });
    }
  };

  const algebra: Algebra = {
    description: 'cpu',
    rounding: 2 ** -53,

    matrix: async (rows, columns, values, count = 1) => {
      await pause();
      const matrix = make(checkedShape(rows, columns, count, values));
      if (values) valuesOf(matrix).set(values);
      return matrix;
    },
    read: async (matrix) => {
      await pause();
      return valuesOf(matrix).slice();
    },
    write(matrix, values) {
      checkedShape(matrix.rows, matrix.columns, matrix.count, values);
      valuesOf(matrix).set(values);
    },

    async product(a, b, options = {}) {
      const { transposeA = false, transposeB = false, alpha = 1, beta = 0, into } = options;
      const shape = productShape(a, b, options);
      const result = into ?? make(shape);
      for (let i = 0; i < shape.count; i++) {
        const left = transposeA ? transposed(nth(a, i)) : nth(a, i);
        const right = transposeB ? transposed(nth(b, i)) : nth(b, i);
        const product = await multiply(left, right, pause);
        const { values } = nth(result, i);
        for (let at = 0; at < values.length; at++) {
          values[at] = alpha * product.values[at] + (beta === 0 ? 0 : beta * values[at]);
        }
      }
      finished(result, options);
      return result;
    },
    gram: (a, { transposeA = false, ...options } = {}) =>
      algebra.product(a, a, { ...options, transposeA, transposeB: !transposeA }),

    async cholesky(a) {
      refuseNotSquare('a matrix to factor', a);
      const n = a.rows;
      const lower = make(a);
      const values = valuesOf(lower);
      values.set(valuesOf(a));
      const pivot = await factorInPlace(values, n, pause);
      if (pivot >= 0) throw new NotPositiveDefiniteError(pivot, n);
      for (let i = 0; i < n; i++) values.fill(0, i * n + i + 1, (i + 1) * n);
      return { lower, of: a };
    },
    async solve(factor, b, { refine = 0 } = {}) {
      const solved = async (rightSide: Matrix) => {
        const half = await algebra.solveLower(factor, rightSide);
        const whole = await algebra.solveLower(factor, half, { transpose: true });
        algebra.free(half);
        return whole;
      };
      const x = await solved(b);
      for (let step = 0; step < refine; step++) {
        const residual = await algebra.combine([[1, b]]);
        await algebra.product(factor.of, x, { alpha: -1, beta: 1, into: residual });
        const correction = await solved(residual);
        const terms = [[1, x] as const, [1, correction] as const];
        await algebra.combine(terms, { into: x });
        algebra.free(residual, correction);
      }
      return x;
    },
    async solveLower(factor, b, { transpose = false } = {}) {
      refuseRightSides(factor, b);
      const x = make(b);
      const solution = await solveTriangular(nth(factor.lower, 0), nth(b, 0), transpose, pause);
      valuesOf(x).set(solution.values);
      return x;
    },
    async inverse(factor, options) {
      const identity = make(factor.lower);
      setDiagonal(valuesOf(identity), identity.columns, () => 1);
      const inverse = await algebra.solve(factor, identity, options);
      algebra.free(identity);
      return inverse;
    },

    async combine(terms, options = {}) {
      const { diagonal = 0, into } = options;
      const shape = combinedShape(terms, options);
      const held = terms.map(([factor, matrix]) => [factor, valuesOf(matrix)] as const);
      const result = into ?? make(shape);
      const values = valuesOf(result);
      for (let at = 0; at < values.length; at++) {
        let sum = 0;
        for (const [factor, term] of held) sum += factor * term[at];
        values[at] = sum;
      }
      for (let i = 0; i < shape.count; i++) {
        setDiagonal(nth(result, i).values, shape.columns, (value) => value + diagonal);
      }
      finished(result, options);
      await pause();
      return result;
    },
    async shrink(step) {
      refuseShrinkage(step);
      const { solution, sparse, multipliers, penalty, zeroDiagonal = false, gap } = step;
      const { softThreshold = 1 / penalty } = step;
      let largest = 0;
      for (let i = 0; i < solution.count; i++) {
        const [z, c, l] = [solution, sparse, multipliers].map((matrix) => nth(matrix, i).values);
        const { columns } = solution;
        const one = shrink(z, c, l, columns, penalty, softThreshold, zeroDiagonal);
        largest = Math.max(largest, one);
      }
      valuesOf(gap)[0] = largest;
      await pause();
    },
    async scale(a, by) {
      const { rows, columns, count } = a;
      refuseScales(a, by);
      const [given, ofRows, ofColumns] = [a, by.rows, by.columns].map((m) => m && valuesOf(m));
      const result = by.into ?? make({ rows, columns, count });
      const values = valuesOf(result);
      for (let at = 0; at < values.length; at++) {
        const row = Math.floor(at / columns) % rows;
        values[at] = given![at] * (ofRows?.[row] ?? 1) * (ofColumns?.[at % columns] ?? 1);
      }
      await pause();
      return result;
    },
    async sums(a, along, of = 'values') {
      const { rows, columns, count } = a;
      const result = make({ rows: 1, columns: along === 'rows' ? rows : columns, count });
      for (let i = 0; i < count; i++) {
        nth(result, i).values.set(sums(nth(a, i).values, columns, along, of));
      }
      await pause();
      return result;
    },
    async transpose(a) {
      const result = make({ rows: a.columns, columns: a.rows, count: a.count });
      for (let i = 0; i < a.count; i++) nth(result, i).values.set(transposed(nth(a, i)).values);
      await pause();
      return result;
    },
    async diagonal(a) {
      const result = make({ rows: 1, columns: Math.min(a.rows, a.columns), count: a.count });
      for (let i = 0; i < a.count; i++) {
        const { values } = nth(a, i);
        nth(result, i).values.forEach((_, p, to) => (to[p] = values[p * (a.columns + 1)]));
      }
      await pause();
      return result;
    },

    async topProducts(x, r, options = {}) {
      const { k, exclude, excluded } = checkTop(x, r, options);
      const lists = emptyLists(r.rows, k);
      const columns = transposed(nth(r, 0));
      const rows = rowsOf(nth(x, 0));
      for (let i = 0; i < rows.length; i++) {
        const one = { values: rows[i], rows: 1, columns: x.columns };
        const { values } = await multiply(one, columns, pause);
        putProducts(lists, i, values, k, (j) =>
          exclude.subarray(j * excluded, (j + 1) * excluded).includes(i),
        );
      }
      return { indices: lists.rows, magnitudes: lists.magnitudes };
    },
    run: async (op, ...given) => (await op.twin())({ make, nth, pause }, ...given),

    async perform(op, given) {
      (await op.twin())(given, valuesOf);
      await pause();
    },
    record: async (work) => {
      await pause();
      return {
        async repeat(times) {
          for (let done = 0; done < times; done++) await work();
        },
        free: () => undefined,
      };
    },
    part(flat, first, rows, columns) {
      const shape = checkedPart(flat, first, rows, columns);
      return new HostMatrix(shape, valuesOf(flat).subarray(first, first + rows * columns));
    },

    band(matrix, first, rows) {
      const shape = checkedBand(matrix, first, rows);
      const { columns } = matrix;
      const values = valuesOf(matrix).subarray(first * columns, (first + rows) * columns);
      return new HostMatrix(shape, values);
    },

    free(...matrices) {
      for (const one of matrices) {
        const matrix = 'lower' in one ? one.lower : one;
        if (!(matrix instanceof HostMatrix)) continue;
        matrix.values = undefined;
        made.delete(matrix);
      }
    },
    dispose() {
      algebra.free(...made);
    },
  };
  return algebra;
}
