import type { Pause } from '../../math/event_loop.js';
import type { LinearOperator, RecurrenceStep } from '../../math/linear_operator.js';

/** A square sparse matrix with numbers in float64; see CsrMatrix. */
export interface SparseSquare {
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

/** alpha A y + beta y + gamma x for one vector. */
export function csrTimes(
  { starts, columns, values }: SparseSquare,
  y: ArrayLike<number>,
  x: ArrayLike<number>,
  { alpha, beta, gamma }: RecurrenceStep,
): Float64Array {
  const result = new Float64Array(starts.length - 1);
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    for (let e = starts[i]; e < starts[i + 1]; e++) sum += values[e] * y[columns[e]];
    result[i] = alpha * sum + beta * y[i] + gamma * x[i];
  }
  return result;
}

const PRODUCT: RecurrenceStep = { alpha: 1, beta: 0, gamma: 0 };

/** The matrix as an operator of the host, which works in float64. */
export function csrOperator(matrix: SparseSquare, pause: Pause): LinearOperator {
  return {
    size: matrix.starts.length - 1,
    rounding: 2 ** -53,
    async times(vectors) {
      const images: Float64Array[] = [];
      for (const vector of vectors) {
        images.push(csrTimes(matrix, vector, vector, PRODUCT));
        await pause();
      }
      return images;
    },
    async recur(vectors, steps) {
      const images: Float64Array[] = [];
      for (const vector of vectors) {
        let [x, y] = [vector, vector];
        for (const step of steps) {
          [x, y] = [y, csrTimes(matrix, y, x, step)];
          await pause();
        }
        images.push(y);
      }
      return images;
    },
  };
}
