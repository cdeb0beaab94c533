/** The lowest index of a NaN or infinity among `values`, or undefined where all are finite. */
export function findNonFinite(values: ArrayLike<number>): number | undefined {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return undefined;
}
