/** What keeps the filters of a layer apart: shrinkage |T|^2 - penalty sum log s, s the singular values of T. */
import type { Pause } from '../../math/event_loop.js';
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';

export interface Regularity {
  readonly shrinkage: number;
  readonly penalty: number;
}

/** Newton's steps that an inverse follows a step of the optimizer by: each squares what is left of its error. */
const FOLLOWING = 2;

/** A layer's weights, terms x filters, with the inverse of their smaller Gram matrix. */
export class KeptApart {
  readonly #algebra: Algebra;
  readonly #weight: Matrix;
  readonly #gradient: Matrix;
  readonly #regularity: Regularity;
  readonly #gram: Matrix;
  readonly #inverse: Matrix;
  readonly #step: Matrix;
  readonly #slope: Matrix;

  private constructor(
    algebra: Algebra,
    weight: Matrix,
    gradient: Matrix,
    regularity: Regularity,
    made: readonly Matrix[],
  ) {
    this.#algebra = algebra;
    this.#weight = weight;
    this.#gradient = gradient;
    this.#regularity = regularity;
    [this.#gram, this.#inverse, this.#step, this.#slope] = made;
  }

  static async create(
    algebra: Algebra,
    weight: Matrix,
    gradient: Matrix,
    regularity: Regularity,
  ): Promise<KeptApart> {
    const side = Math.min(weight.rows, weight.columns);
    const made: Matrix[] = [];
    for (let i = 0; i < 3; i++) made.push(await algebra.matrix(side, side));
    made.push(await algebra.matrix(weight.rows, weight.columns));
    return new KeptApart(algebra, weight, gradient, regularity, made);
  }

  /** W'W, or WW' where that is smaller. */
  async #makeGram(): Promise<void> {
    const transposeA = this.#weight.columns <= this.#weight.rows;
    await this.#algebra.gram(this.#weight, { transposeA, into: this.#gram });
  }

  /**
   * Makes the inverse anew, from eigenvalues in float64.
   *
   * @returns the singular values, falling, and the sum
   */
  async measure(pause: Pause): Promise<{ readonly values: Float64Array; readonly sum: number }> {
    await this.#makeGram();
    const side = this.#gram.rows;
    const gram = Float64Array.from(await this.#algebra.read(this.#gram));
    const { values, vectors } = await symmetricEigen(gram, side, pause);
    const inverse = new Float64Array(side * side);
    values.forEach((value, r) => {
      for (let at = 0; at < side * side; at++) {
        inverse[at] += (vectors[r][Math.floor(at / side)] * vectors[r][at % side]) / value;
      }
    });
    this.#algebra.write(this.#inverse, Float32Array.from(inverse));
    const { shrinkage, penalty } = this.#regularity;
    const sum = values.reduce((all, s) => all + shrinkage * s - (penalty / 2) * Math.log(s), 0);
    return { values: values.map((value) => Math.sqrt(Math.max(value, 0))), sum };
  }

  /** Adds 2 shrinkage W - penalty W (W'W)^-1 to the gradient. */
  async addGradient(): Promise<void> {
    const [algebra, gram, inverse, step] = [this.#algebra, this.#gram, this.#inverse, this.#step];
    await this.#makeGram();
    for (let i = 0; i < FOLLOWING; i++) {
      // X becomes 2 X - X G X.
      const product = await algebra.product(gram, inverse);
      await algebra.product(inverse, product, { into: step });
      await algebra.combine(
        [
          [2, inverse],
          [-1, step],
        ],
        { into: inverse },
      );
      algebra.free(product);
    }
    const weight = this.#weight;
    const isTall = weight.columns <= weight.rows;
    const [left, right] = isTall ? [weight, inverse] : [inverse, weight];
    await algebra.product(left, right, { into: this.#slope });
    const { shrinkage, penalty } = this.#regularity;
    const own = [1, this.#gradient] as const;
    await algebra.combine([own, [2 * shrinkage, weight], [-penalty, this.#slope]], {
      into: this.#gradient,
    });
  }
}
