/** The scatter matrix whose eigenvectors are the principal components. */
import type { Session } from '../../ops/op.js';
import type { AffineMap } from '../../ops/products/affine_map.js';
import { residualsOf, rowsBack } from '../../ops/products/images.js';
import {
  columnTotals,
  gramOfImages,
  gramOfRows,
  gramProducts,
} from '../../ops/products/scatter.js';
import { addScaled, dot, orthogonalize } from '../../math/vectors.js';

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

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** The rows' mean less the session's shift: what centring in float32 left over, [d]. */
export async function residualMean(session: Session): Promise<Float64Array> {
  const [n] = session.shape;
  return (await session.run(columnTotals, false)).map((sum) => sum / n);
}

/** sum_n (x_n - mean)(x_n - mean)^T of a session's rows, plus matrices of rank one; d x d. */
export class Scatter {
  readonly #session: Session;
  readonly #residual: Float64Array;
  readonly #updates: readonly RankOne[];

  /** @param residual see {@link residualMean} */
  constructor(session: Session, residual: Float64Array, updates: readonly RankOne[] = []) {
    this.#session = session;
    this.#residual = residual;
    this.#updates = updates;
  }

  get shape(): readonly [rows: number, columns: number] {
    return this.#session.shape;
  }

  /** See Session. */
  get rounding(): number {
    return this.#session.rounding;
  }

  /** The matrix itself, row-major. */
  async matrix(signal?: AbortSignal): Promise<Float64Array> {
    const matrix = await this.#session.run(gramOfRows, signal);
    const [, d] = this.shape;
    for (const { weight, vector } of this.#all()) {
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
    const products = await this.#session.run(gramProducts, directions, signal);
    products.forEach((product, t) => {
      for (const { weight, vector } of this.#all()) {
        addScaled(product, weight * dot(vector, directions[t]), vector);
      }
    });
    return products;
  }

  /**
   * v^T S w for all pairs of orthonormal directions, row-major. From the rows' places along them, so
   * that each number errs relative to its own two directions, not to the largest.
   *
   * @param precise see gramOfImages
   */
  async within(
    directions: readonly Float64Array[],
    precise: boolean,
    signal?: AbortSignal,
  ): Promise<Float64Array> {
    const count = directions.length;
    const project = this.#project(directions);
    const products = await this.#session.run(gramOfImages, project, precise, signal);
    for (const { weight, vector } of this.#updates) {
      const along = Float64Array.from(directions, (direction) => dot(direction, vector));
      for (let i = 0; i < count; i++) {
        addScaled(products.subarray(i * count, (i + 1) * count), weight * along[i], along);
      }
    }
    return products;
  }

  /** Its trace along all other directions: what lies outside the span of orthonormal ones. */
  async outside(directions: readonly Float64Array[], signal?: AbortSignal): Promise<number> {
    const [count, d] = [directions.length, this.shape[1]];
    if (count >= d) return 0;
    const project = this.#project(directions);
    const matrix = new Float64Array(d * count);
    directions.forEach((direction, t) => {
      for (let j = 0; j < d; j++) matrix[j * count + t] = direction[j];
    });
    const expand = { matrix, offset: this.#residual, inputs: count, outputs: d };
    let total = sum(await this.#session.run(residualsOf, [project, expand], signal));
    for (const { weight, vector } of this.#updates) {
      const rest = vector.slice();
      orthogonalize(rest, directions);
      total += weight * dot(rest, rest);
    }
    return total;
  }

  /** The rows about their mean, in float64, [d] each. */
  async rows(): Promise<readonly Float64Array[]> {
    const [n, d] = this.shape;
    const data = await this.#session.run(rowsBack);
    return Array.from({ length: n }, (_, i) => {
      const row = Float64Array.from(data.subarray(i * d, (i + 1) * d));
      addScaled(row, -1, this.#residual);
      return row;
    });
  }

  #all(): readonly RankOne[] {
    return [{ weight: -this.shape[0], vector: this.#residual }, ...this.#updates];
  }

  #project(directions: readonly Float64Array[]): AffineMap {
    const d = this.shape[1];
    const matrix = new Float64Array(directions.length * d);
    directions.forEach((direction, t) => {
      matrix.set(direction, t * d);
    });
    const offset = Float64Array.from(directions, (direction) => -dot(direction, this.#residual));
    return { matrix, offset, inputs: d, outputs: directions.length };
  }
}

/** Each column's sum of squares about its mean, [d]. */
export async function columnSquares(
  session: Session,
  residual: Float64Array,
): Promise<Float64Array> {
  const [n] = session.shape;
  const squares = await session.run(columnTotals, true);
  // Rounding may leave less than nothing of a constant column.
  return squares.map((square, j) => Math.max(0, square - n * residual[j] ** 2));
}

/** The diagonal of a scatter matrix, [d]: each column's sum of squares about its mean. */
export function diagonal(matrix: Float64Array, d: number): Float64Array {
  return Float64Array.from({ length: d }, (_, j) => Math.max(0, matrix[j * d + j]));
}

export function momentsOf(
  session: Session,
  residual: Float64Array,
  squares: Float64Array,
): Moments {
  const mean = session.shift.map((value, j) => value + residual[j]);
  return { rows: session.shape[0], mean, squares };
}
