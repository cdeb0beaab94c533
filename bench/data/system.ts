/** Linear systems whose numbers and solutions float32 holds exactly. */

const REACH = 16;
/** Of the diagonal: without it the least eigenvalues are near 0, with it the condition number is about 4,000. */
const RIDGE = 1 / 16;

export interface System {
  /** n x n, positive definite: 16 - |i - j| within 16 of the diagonal, whose numbers are 1 / 16 more. */
  readonly a: Float32Array;
  /** A x, n x columns. */
  readonly b: Float32Array;
  /** Whole numbers from -4 to 4. */
  readonly x: Float32Array;
}

export function exactSystem(n: number, columns: number): System {
  const a = new Float32Array(n * n);
  const b = new Float32Array(n * columns);
  const x = Float32Array.from({ length: n * columns }, (_, at) => ((at * 7) % 9) - 4);
  for (let i = 0; i < n; i++) {
    for (let j = Math.max(0, i - REACH + 1); j < Math.min(n, i + REACH); j++) {
      const value = REACH - Math.abs(i - j) + (i === j ? RIDGE : 0);
      a[i * n + j] = value;
      for (let c = 0; c < columns; c++) b[i * columns + c] += value * x[j * columns + c];
    }
  }
  return { a, b, x };
}
