/** The scatter matrix whose eigenvectors are the principal components. */
import type { PcaSession } from './pca_backend.js';
import { addScaled, dot } from './linear_algebra/vectors.js';

/** weight v v^T */
export interface RankOne {
  readonly weight: number;
  readonly vector: Float64Array;
}

/** The mean of rows, and the sum of each column's squared differences from it. */
export interface Moments {
  readonly rows: number;
  readonly mean: Float64Array;
  readonly squares: Float64Array;
}

/** The rows' mean less the session's shift: what centring in float32 left over, [d]. */
export async function residualMean(session: PcaSession): Promise<Float64Array> {
  const [n] = session.shape;
  return (await session.columnSums()).map((sum) => sum / n);
}

/** sum_n (x_n - mean)(x_n - mean)^T of a session's rows, plus matrices of rank one; d x d. */
export class Scatter {
  readonly #session: PcaSession;
  readonly #updates: readonly RankOne[];

  /** @param residual see {@link residualMean} */
  constructor(session: PcaSession, residual: Float64Array, updates: readonly RankOne[] = []) {
    this.#session = session;
    this.#updates = [{ weight: -session.shape[0], vector: residual }, ...updates];
  }

  get shape(): readonly [rows: number, columns: number] {
    return this.#session.shape;
  }

  /** The matrix itself, row-major. */
  async matrix(signal?: AbortSignal): Promise<Float64Array> {
    const matrix = await this.#session.gram(signal);
    const [, d] = this.shape;
    for (const { weight, vector } of this.#updates) {
      for (let i = 0; i < d; i++) {
        addScaled(matrix.subarray(i * d, (i + 1) * d), weight * vector[i], vector);
      }
    }
    return matrix;
  }

  /** Its products with directions, [d] each. */
  async times(
    directions: readonly Float64Array[],
    signal?: AbortSignal,
  ): Promise<readonly Float64Array[]> {
    const products = await this.#session.gramTimes(directions, signal);
    products.forEach((product, t) => {
      for (const { weight, vector } of this.#updates) {
        addScaled(product, weight * dot(vector, directions[t]), vector);
      }
    });
    return products;
  }
}

/** Each column's sum of squares about its mean, [d]. */
export async function columnSquares(
  session: PcaSession,
  residual: Float64Array,
): Promise<Float64Array> {
  const [n] = session.shape;
  const squares = await session.columnSums(true);
  // Rounding may leave less than nothing of a constant column.
  return squares.map((square, j) => Math.max(0, square - n * residual[j] ** 2));
}

/** The diagonal of a scatter matrix, [d]: each column's sum of squares about its mean. */
export function diagonal(matrix: Float64Array, d: number): Float64Array {
  return Float64Array.from({ length: d }, (_, j) => Math.max(0, matrix[j * d + j]));
}

export function momentsOf(
  session: PcaSession,
  residual: Float64Array,
  squares: Float64Array,
): Moments {
  const mean = session.shift.map((value, j) => value + residual[j]);
  return { rows: session.shape[0], mean, squares };
}
