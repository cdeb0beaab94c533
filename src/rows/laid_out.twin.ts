/** Where numbers lie, and what is made of them. */
export interface Layout {
  readonly rows: number;
  readonly columns: number;
  /** Of the first, counted in numbers, as the steps are. */
  readonly first: number;
  readonly rowStep: number;
  readonly columnStep: number;
  readonly factor: number;
  /** Roots are taken before the factor. */
  readonly root?: boolean;
}

/** Numbers as rows without gaps, rows x columns. */
export function laidOut(
  numbers: ArrayLike<number>,
  { rows, columns, first, rowStep, columnStep, factor, root }: Layout,
): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      const value = numbers[first + i * rowStep + j * columnStep];
      result[at] = factor * (root ? Math.sqrt(value) : value);
    }
  }
  return result;
}
