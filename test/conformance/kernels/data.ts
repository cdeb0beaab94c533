/**
 * Seeded data in the layouts that kernels read. Rows are as wide as their vec4s, with zeros past
 * the last column, so that the twins see them as kernels do.
 */
import type { KernelSource } from '../../../host/kernel.js';
import { createRandom, type Random } from '../../../src/math/random.js';
import { BLOCK_ROWS, packedIndex, packedLength } from '../../../src/rows/pack.twin.js';
import { expectThat } from '../expect.js';
import { blank, POISON, readsHalves } from './lab.js';

export type Floats = Float32Array<ArrayBuffer>;
export type Draw = (random: Random) => number;

/**
 * A stream of random numbers, the same on every engine. For a kernel over rows in float16 those in
 * [0, 1) are multiples of 2^-10, so that float16 holds what is drawn from them.
 */
export function seeded(kernel?: KernelSource): Random {
  const random = createRandom(20);
  if (!kernel || !readsHalves(kernel)) return random;
  return {
    next: () => Math.floor(1024 * random.next()) / 1024,
    below: (bound) => random.below(bound),
  };
}

/**
 * Multiples of 1/4 in [-2, 2]. Products and squares of their differences are multiples of 1/16, so
 * sums stay exact in float32 up to 2^20, in whatever order and with or without fused operations:
 * the kernel must give the twin's very numbers. Ties are common.
 */
export const grid: Draw = (random) => random.below(17) / 4 - 2;

/** Uniform in [-1, 1): every operation rounds. */
export const uniform: Draw = (random) => 2 * random.next() - 1;

/** A whole number 0 to 3. */
export const wholeWeight: Draw = (random) => random.below(4);

export const floats = (random: Random, draw: Draw, length: number): Floats =>
  Float32Array.from({ length }, () => draw(random));

export const ones = (length: number): Floats => new Float32Array(length).fill(1);

/** Whole numbers below `bound`. */
export const indices = (random: Random, length: number, bound: number) =>
  Uint32Array.from({ length }, () => random.below(bound));

/** vec4s a row. */
export const quadsOf = (columns: number) => Math.ceil(columns / 4);

/** [n][quads] vec4 of which `columns` columns are drawn. */
export function rowsOf(random: Random, draw: Draw, n: number, columns: number): Floats {
  const width = 4 * quadsOf(columns);
  return Float32Array.from({ length: n * width }, (_, at) =>
    at % width < columns ? draw(random) : 0,
  );
}

/** `x` (n x d) packed into a buffer of `total` rows from row `first` on, with poison elsewhere. */
export function packedAt(
  x: ArrayLike<number>,
  n: number,
  d: number,
  first: number,
  total: number,
): Floats {
  const quads = quadsOf(d);
  const points = new Float32Array(packedLength(total, quads)).fill(POISON);
  for (let i = 0; i < n; i++) {
    // Zeros up to the last vector's end.
    for (let j = 0; j < 4 * quads; j++)
      points[packedIndex(first + i, j, quads)] = j < d ? x[i * d + j] : 0;
  }
  return points;
}

/** `values` from `at` on in an input of `length`, with poison elsewhere. */
export function poisonedAt(values: ArrayLike<number>, at: number, length: number): Floats {
  const input = new Float32Array(length).fill(POISON);
  input.set(values, at);
  return input;
}

/** What an output of `length` must be: `values` from `at` on, elsewhere as it was. */
export function writtenAt(values: ArrayLike<number>, at: number, length: number): Float64Array {
  const expected = Float64Array.from(blank(length));
  expected.set(values, at);
  return expected;
}

/** Less than, exactly and more than whole vec4s a row. */
export const COLUMNS: readonly number[] = [1, 3, 4, 5, 8, 9];

/** The sizes one below, at and one above a boundary. */
export const around = (boundary: number): readonly number[] =>
  [boundary - 1, boundary, boundary + 1].filter((size) => size > 0);

/**
 * Rows and columns at one below, at and one above the packed layout's boundary between blocks of
 * rows, and across it; of two quads, so that a row's next quad lies in its own block.
 */
export const ACROSS_BLOCKS = [
  ...around(BLOCK_ROWS).map((rows) => ({ rows, columns: 5, first: 0 })),
  { rows: 9, columns: 6, first: BLOCK_ROWS - 4 },
] as const;

/** The value of a kernel's `const NAME = number;`. */
export function constant(source: KernelSource, name: string): number {
  const value = Number(source.constants[name]);
  expectThat(value > 0, `kernel '${source.name}' has no number ${name}.`);
  return value;
}
