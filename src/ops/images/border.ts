/** What lies beyond a picture's edges. */

/**
 * 'zero': nothing (scipy.ndimage's 'constant'); 'nearest': the pixel at the edge, on and on; 'reflect': the picture
 * mirrored at its edge, c b a | a b c d | d c b (scipy's 'reflect', numpy's 'symmetric'); 'wrap': its other side.
 */
export type Border = 'zero' | 'nearest' | 'reflect' | 'wrap';

/** As kernels know them. */
export const BORDERS: readonly Border[] = ['zero', 'nearest', 'reflect', 'wrap'];

/** Where a place of a line of `size` pixels is taken from; -1 where from nowhere. */
export function sourceOf(place: number, size: number, border: Border): number {
  if (place >= 0 && place < size) return place;
  switch (border) {
    case 'nearest':
      return place < 0 ? 0 : size - 1;
    case 'reflect': {
      const turn = ((place % (2 * size)) + 2 * size) % (2 * size);
      return Math.min(turn, 2 * size - 1 - turn);
    }
    case 'wrap':
      return ((place % size) + size) % size;
    case 'zero':
      return -1;
  }
}

/** A filter: w(s, t) at `weights[s * columns + t]`. */
export interface Filter {
  readonly weights: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** The weight that falls on a pixel itself, as scipy.ndimage counts: of an even number the later one. */
export const centreOf = (size: number): number => Math.floor(size / 2);

/**
 * A column and a row whose product the filter is, but for rounding; undefined where it is none.
 */
export function separated({
  weights,
  rows,
  columns,
}: Filter): readonly [Filter, Filter] | undefined {
  let pivot = 0;
  for (let at = 0; at < weights.length; at++) {
    if (Math.abs(weights[at]) > Math.abs(weights[pivot])) pivot = at;
  }
  const largest = weights[pivot];
  if (largest === 0) return undefined;
  const [s, t] = [Math.floor(pivot / columns), pivot % columns];
  const row = Float64Array.from({ length: columns }, (_, j) => weights[s * columns + j]);
  const column = Float64Array.from({ length: rows }, (_, i) => weights[i * columns + t] / largest);
  const bearable = 2 ** -40 * Math.abs(largest);
  for (let at = 0; at < weights.length; at++) {
    const product = column[Math.floor(at / columns)] * row[at % columns];
    if (Math.abs(product - weights[at]) > bearable) return undefined;
  }
  return [
    { weights: column, rows, columns: 1 },
    { weights: row, rows: 1, columns },
  ];
}
