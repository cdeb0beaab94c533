/**
 * Dense linear algebra on one engine, for methods whose steps are products and solves of whole matrices. It
 * runs on a device in float32 or on the host in float64; a method is written once over it.
 */
import type { Pause } from '../../math/event_loop.js';
import type { Activation } from './activation.js';
import type { Desk } from './desk.js';
import type { Dense } from './products.twin.js';

/** A row-major matrix, or `count` of one shape one after the other, held where the engine works. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly count: number;
}

export type Shape = Pick<Matrix, 'rows' | 'columns' | 'count'>;

/** Parts of a flat matrix begin at multiples of so many numbers. */
export const FLAT_STEP = 64;

/** What is done to each number last, in this order. */
export interface Epilogue {
  /** 1 x columns, added to every row. */
  readonly bias?: Matrix | undefined;
  /** t >= 0: v becomes sign(v) max(|v| - t, 0). Default 0, which changes nothing. */
  readonly softThreshold?: number | undefined;
  /** Numbers below 0 become 0. */
  readonly clampAtZero?: boolean | undefined;
  /** What a layer of a network does to its output. Default 'linear', which changes nothing. */
  readonly activation?: Activation | undefined;
  /** Numbers on the diagonal become 0. */
  readonly zeroDiagonal?: boolean | undefined;
}

export interface ProductOptions extends Epilogue {
  readonly transposeA?: boolean | undefined;
  readonly transposeB?: boolean | undefined;
  /** Factor of the product. Default 1. */
  readonly alpha?: number | undefined;
  /** Factor of what `into` holds before, which is not read where it is 0. Default 0. */
  readonly beta?: number | undefined;
  /** Where the result goes, neither A nor B; a new matrix when absent. */
  readonly into?: Matrix | undefined;
}

export interface GramOptions {
  /** A^T A; A A^T when absent. */
  readonly transposeA?: boolean | undefined;
  readonly alpha?: number | undefined;
  readonly beta?: number | undefined;
  readonly into?: Matrix | undefined;
}

/** A factor and the matrix it multiplies. */
export type Term = readonly [factor: number, matrix: Matrix];

export interface CombineOptions extends Epilogue {
  /** Added to the diagonal, before the epilogue. Default 0. */
  readonly diagonal?: number | undefined;
  /** Where the result goes, which may be one of the terms; a new matrix when absent. */
  readonly into?: Matrix | undefined;
}

/** A step of ADMM for a problem with |C|_1: see `shrink`. All but `gap` are of one shape. */
export interface Shrinkage {
  /** Z, the solution of the smooth part. */
  readonly solution: Matrix;
  /** C, replaced. */
  readonly sparse: Matrix;
  /** Lambda, the multipliers, replaced. */
  readonly multipliers: Matrix;
  /** mu > 0, the penalty of Z = C. */
  readonly penalty: number;
  /** C = soft(Z + Lambda / mu, softThreshold). Default 1 / mu. */
  readonly softThreshold?: number | undefined;
  /** C has none on its diagonal. */
  readonly zeroDiagonal?: boolean | undefined;
  /** 1 x 1: becomes max |Z - C|. */
  readonly gap: Matrix;
}

/** What to multiply rows and columns by: 1 x rows, 1 x columns. */
export interface Scales {
  readonly rows?: Matrix | undefined;
  readonly columns?: Matrix | undefined;
  /** Where the result goes, which may be the matrix itself; a new matrix when absent. */
  readonly into?: Matrix | undefined;
}

/** What of the numbers of a row or a column is summed; of 'largest' the maximum of |v|. */
export type Summed = 'values' | 'squares' | 'magnitudes' | 'largest';

/** A = L L^T. */
export interface Factor {
  /** L: n x n, zeros above the diagonal. */
  readonly lower: Matrix;
  /** A, which refinement needs: keep it as it is for as long as that is asked for. */
  readonly of: Matrix;
}

export interface SolveOptions {
  /**
   * Steps of iterative refinement with residuals in twice the precision, for which A must be there whole. One
   * is enough for float32's accuracy up to a condition number of some 1e4. Default 0.
   */
  readonly refine?: number | undefined;
}

export interface TopOptions {
  /** Rows of X to find for each row of R. Default 1. */
  readonly k?: number | undefined;
  /** [m][any number]: rows of X that row j of R is not to find; NO_ROW counts for none. */
  readonly exclude?: Uint32Array | undefined;
}

/** For each row of R, those of X with the largest |x . r| above 0, largest first; ties to the lowest index. */
export interface TopProducts {
  /** [m][k]; NO_ROW where there are fewer than k. */
  readonly indices: Uint32Array;
  /** [m][k]: |x . r|, 0 where there is no row. */
  readonly magnitudes: Float32Array | Float64Array;
}

/** What an algebra has no name for: work with matrices, on a device and in float64. */
export interface MatrixOp<Given> {
  /** Sends kernels to the desk, or puts them into its recording. */
  readonly device: (desk: Desk, given: Given) => Promise<void>;
  /** Loads the same in float64. `values` are the numbers of a matrix, row-major, to be changed in place. */
  readonly twin: () => Promise<(given: Given, values: (matrix: Matrix) => Float64Array) => void>;
}

/** Calls that were written down once. */
export interface Recorded {
  /** Carries them out so often, one after the other. Resolves when at most a moment's work is left to do. */
  repeat(times: number): Promise<void>;
  /** Gives back what they needed. */
  free(): void;
}

/** Where a row is asked for and there is none. */
export const NO_ROW = 0xffffffff;

/** An operation that a method needs beside those of every algebra. */
export interface AlgebraOp<Given extends readonly unknown[], Result> {
  readonly device: (where: DevicePlace, ...given: Given) => Promise<Result>;
  /** Loads the same in float64: a page with a GPU never does. */
  readonly twin: () => Promise<(where: HostPlace, ...given: Given) => Promise<Result>>;
}

/** Where an algebra's matrices are made. */
export interface DevicePlace {
  readonly desk: Desk;
  readonly make: (shape: Shape) => Promise<Matrix>;
}

export interface HostPlace {
  readonly make: (shape: Shape) => Matrix;
  /** The i-th of a stack. */
  readonly nth: (matrix: Matrix, i: number) => Dense;
  readonly pause: Pause;
}

/**
 * Await one call before the next, which then sees what it wrote; only `read`, `cholesky` and `topProducts` wait
 * for the device's work. Vectors are 1 x n matrices. Shapes that do not fit are refused with
 * ShapeError, a matrix beyond what one buffer of the device holds with DeviceLimitError.
 */
export interface Algebra {
  /** For people: the adapter's name, or 'cpu'. */
  readonly description: string;
  /** Half a unit in the last place of its numbers: 2^-24 or 2^-53. */
  readonly rounding: number;

  /** rows x columns of `values`, row-major; zeros when absent. `count` such matrices in a stack, default 1. */
  matrix(
    rows: number,
    columns: number,
    values?: ArrayLike<number>,
    count?: number,
  ): Promise<Matrix>;
  /** All numbers, row-major. */
  read(matrix: Matrix): Promise<Float32Array | Float64Array>;
  /** Replaces all numbers. */
  write(matrix: Matrix, values: ArrayLike<number>): void;

  /**
   * epilogue(alpha op(A) op(B) + beta C), where op transposes or not: 2 m n k FLOPs. Of stacks each with
   * each; a single matrix goes with all of a stack.
   */
  product(a: Matrix, b: Matrix, options?: ProductOptions): Promise<Matrix>;
  /** alpha A A^T + beta C or alpha A^T A + beta C, symmetric as C must be; half the FLOPs of the product. */
  gram(a: Matrix, options?: GramOptions): Promise<Matrix>;

  /**
   * The factor of a symmetric positive definite matrix, of which the lower triangle is read. n^3 / 3 FLOPs.
   *
   * @throws NotPositiveDefiniteError with the first pivot that is not above 0
   */
  cholesky(a: Matrix): Promise<Factor>;
  /** X with A X = B, B of any number of columns: 2 n^2 FLOPs each. */
  solve(factor: Factor, b: Matrix, options?: SolveOptions): Promise<Matrix>;
  /** X with L X = B, or L^T X = B. */
  solveLower(
    factor: Factor,
    b: Matrix,
    options?: { readonly transpose?: boolean },
  ): Promise<Matrix>;
  /** A^-1, symmetric only up to rounding: for one that is used many times; else `solve`. */
  inverse(factor: Factor, options?: SolveOptions): Promise<Matrix>;

  /** epilogue(sum of one to three terms + diagonal I). */
  combine(terms: readonly Term[], options?: CombineOptions): Promise<Matrix>;
  /** C = soft(Z + Lambda / mu, t), Lambda += mu (Z - C) and max |Z - C| in one pass. */
  shrink(step: Shrinkage): Promise<void>;
  /** diag(byRows) A diag(byColumns), of vectors; `into` may be A. */
  scale(a: Matrix, by: Scales): Promise<Matrix>;
  /** Sums over each row ('rows': 1 x rows) or each column ('columns': 1 x columns). */
  sums(a: Matrix, along: 'rows' | 'columns', of?: Summed): Promise<Matrix>;
  transpose(a: Matrix): Promise<Matrix>;
  /** The diagonal, 1 x n. */
  diagonal(a: Matrix): Promise<Matrix>;

  /**
   * For each row of R (m x d) those of X (n x d) with the largest |x . r|, without writing n x m numbers.
   * 2 n m d FLOPs.
   */
  topProducts(x: Matrix, r: Matrix, options?: TopOptions): Promise<TopProducts>;
  /** An operation of one method's own. */
  run<Given extends readonly unknown[], Result>(
    op: AlgebraOp<Given, Result>,
    ...given: Given
  ): Promise<Result>;

  /** Runs what this has no name for. */
  perform<Given>(op: MatrixOp<Given>, given: Given): Promise<void>;
  /**
   * Writes down the calls that `work` makes, to be carried out again and again: all but those that wait for the
   * device, and `write`. A device does `work` once, the host each time, so nothing may hang on anything but the
   * numbers of matrices made before.
   */
  record(work: () => Promise<void>): Promise<Recorded>;
  /**
   * rows x columns of the numbers of a flat matrix, which both see, from the `first` on, a multiple of FLAT_STEP.
   * A row takes up its columns rounded up to a multiple of 4.
   */
  part(flat: Matrix, first: number, rows: number, columns: number): Matrix;
  /**
   * `rows` rows of a matrix from `first` on, which both see; `first` times its columns, rounded up to a multiple of 4, must
   * be a multiple of FLAT_STEP.
   */
  band(matrix: Matrix, first: number, rows: number): Matrix;

  /** Gives memory back before the algebra ends. */
  free(...matrices: readonly (Matrix | Factor)[]): void;
  /** Gives all memory back. Idempotent. */
  dispose(): void;
}
