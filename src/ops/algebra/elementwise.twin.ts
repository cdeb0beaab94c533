/** What is done to the numbers of matrices one by one, and their sums, in float64. */
import { type Activation, CURVES } from './activation.js';
import type { Summed } from './algebra.js';

/** See Epilogue; `bias` [columns]. */
export interface Finish {
  readonly bias?: ArrayLike<number> | undefined;
  readonly softThreshold?: number | undefined;
  readonly clampAtZero?: boolean | undefined;
  readonly activation?: Activation | undefined;
  readonly zeroDiagonal?: boolean | undefined;
}

export const softThresholded = (value: number, threshold: number): number =>
  Math.sign(value) * Math.max(Math.abs(value) - threshold, 0);

/** The epilogue of rows x columns numbers, in place. */
export function finish(
  values: Float64Array,
  columns: number,
  { bias, softThreshold = 0, clampAtZero = false, activation, zeroDiagonal = false }: Finish,
): void {
  for (let at = 0; at < values.length; at++) {
    let value = values[at];
    if (bias) value += bias[at % columns];
    if (softThreshold > 0) value = softThresholded(value, softThreshold);
    if (clampAtZero) value = Math.max(value, 0);
    if (activation) value = CURVES[activation].value(value);
    values[at] = value;
  }
  if (zeroDiagonal) setDiagonal(values, columns, () => 0);
}

/** Replaces the numbers on the diagonal. */
export function setDiagonal(
  values: Float64Array,
  columns: number,
  become: (value: number) => number,
): void {
  for (let at = 0, i = 0; i < columns && at < values.length; at += columns + 1, i++) {
    values[at] = become(values[at]);
  }
}

/** C = soft(Z + Lambda / mu, t), Lambda += mu (Z - C), in place; max |Z - C|. */
export function shrink(
  solution: Float64Array,
  sparse: Float64Array,
  multipliers: Float64Array,
  columns: number,
  penalty: number,
  threshold: number,
  zeroDiagonal: boolean,
): number {
  let gap = 0;
  for (let at = 0; at < solution.length; at++) {
    const isDiagonal = Math.floor(at / columns) === at % columns;
    sparse[at] =
      zeroDiagonal && isDiagonal
        ? 0
        : softThresholded(solution[at] + multipliers[at] / penalty, threshold);
    const difference = solution[at] - sparse[at];
    multipliers[at] += penalty * difference;
    gap = Math.max(gap, Math.abs(difference));
  }
  return gap;
}

const SUMMANDS: Readonly<Record<Summed, (value: number) => number>> = {
  values: (value) => value,
  squares: (value) => value * value,
  magnitudes: Math.abs,
  largest: Math.abs,
};

/** Over each row or each column. */
export function sums(
  values: Float64Array,
  columns: number,
  along: 'rows' | 'columns',
  of: Summed,
): Float64Array {
  const rows = values.length / columns;
  const summand = SUMMANDS[of];
  const result = new Float64Array(along === 'rows' ? rows : columns);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      const to = along === 'rows' ? i : j;
      const value = summand(values[at]);
      result[to] = of === 'largest' ? Math.max(result[to], value) : result[to] + value;
    }
  }
  return result;
}
