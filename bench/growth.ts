/** How a time grows with one size. */

export interface GrowthPoint {
  readonly size: number;
  readonly milliseconds: number;
}

/**
 * The exponent e of milliseconds = c size^e, by least squares on logarithms, without the smallest
 * size (where what a run costs anyway hides the growth). NaN for fewer than two sizes past it.
 */
export function growthExponent(points: readonly GrowthPoint[]): number {
  const [, ...grown] = [...points].sort((a, b) => a.size - b.size);
  if (grown.length < 2) return Number.NaN;
  const x = grown.map(({ size }) => Math.log(size));
  const y = grown.map(({ milliseconds }) => Math.log(milliseconds));
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const along = x.map((value, i) => (value - meanX) * (y[i] - meanY));
  return mean(along) / mean(x.map((value) => (value - meanX) ** 2));
}

export type GrowthAxis = 'n' | 'd' | 'k';

/** Sizes along each curve; the others stay where they are in BASE. */
export const GROWTH: Readonly<Record<GrowthAxis, readonly number[]>> = {
  n: [12_500, 25_000, 50_000, 100_000, 200_000],
  d: [16, 32, 64, 128, 256],
  k: [16, 32, 64, 128, 256],
};
const BASE = { n: 50_000, d: 32, k: 64 } as const;

/** The [n, d, k] of each point of a curve. */
export function growthSizes(axis: GrowthAxis): readonly (readonly [number, number, number])[] {
  return GROWTH[axis].map((size) => {
    const sizes: Record<GrowthAxis, number> = { ...BASE, [axis]: size };
    const { n, d, k } = sizes;
    return [n, d, k] as const;
  });
}
