/** The parameters of some layers as one flat matrix, so that one kernel updates them all. */
import type { Random } from '../math/random.js';
import { type Algebra, FLAT_STEP, type Matrix } from '../ops/algebra/algebra.js';
import { optimize, type Optimizer } from '../ops/networks/optimizer.js';
import type { OpenParameters, ParameterShape } from './layer.js';

/** Numbers in a row of the flat matrix. */
const WIDTH = 1024;
const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

/** As an engine gives them, and takes them back to the same bits. */
export type Numbers = Float32Array | Float64Array | Uint32Array;

/** The numbers of parameters on the host, row-major, in the order of their shapes. */
export type Weights = readonly Float32Array[];

/** What has parameters: a layer, or the centres of clusters. */
export interface Parametric {
  readonly parameters: readonly ParameterShape[];
}

export function startWeights(owners: readonly Parametric[], random: Random): Weights {
  return owners.flatMap(({ parameters }) =>
    parameters.map(({ rows, columns, start }) =>
      Float32Array.from({ length: rows * columns }, () => start(random)),
    ),
  );
}

/** Of parameters that are trained: themselves, and the optimizer's two moments. */
export type BlockState = readonly [values: Numbers, first: Numbers, second: Numbers];

/** Parameters, and if they are trained their gradients and what the optimizer keeps of them. */
export class ParameterBlock {
  readonly values: Matrix;
  readonly #algebra: Algebra;
  readonly #training:
    | {
        readonly gradients: Matrix;
        readonly first: Matrix;
        readonly second: Matrix;
        readonly good: Matrix;
      }
    | undefined;
  readonly #of = new Map<Parametric, OpenParameters>();

  private constructor(
    algebra: Algebra,
    owners: readonly Parametric[],
    values: Matrix,
    training: readonly Matrix[],
  ) {
    this.#algebra = algebra;
    this.values = values;
    if (training.length > 0) {
      const [gradients, first, second, good] = training;
      this.#training = { gradients, first, second, good };
    }
    let place = 0;
    for (const owner of owners) {
      const parts = owner.parameters.map(({ rows, columns }) => {
        const at = place;
        place = roundUp(at + rows * roundUp(columns, 4), FLAT_STEP);
        return (flat: Matrix) => algebra.part(flat, at, rows, columns);
      });
      const gradients = this.#training?.gradients;
      this.#of.set(owner, {
        values: parts.map((part) => part(values)),
        gradients: gradients && parts.map((part) => part(gradients)),
      });
    }
  }

  /** @param isTrained whether gradients are wanted */
  static async create(
    algebra: Algebra,
    owners: readonly Parametric[],
    weights: Weights,
    isTrained: boolean,
  ): Promise<ParameterBlock> {
    const shapes = owners.flatMap(({ parameters }) => parameters);
    const length = shapes.reduce(
      (place, { rows, columns }) => roundUp(place + rows * roundUp(columns, 4), FLAT_STEP),
      0,
    );
    // Layers may have no parameters at all.
    const rows = Math.max(1, Math.ceil(length / WIDTH));
    const values = await algebra.matrix(rows, WIDTH);
    const training: Matrix[] = [];
    for (let i = 0; i < (isTrained ? 4 : 0); i++) training.push(await algebra.matrix(rows, WIDTH));
    const block = new ParameterBlock(algebra, owners, values, training);
    block.write(weights);
    return block;
  }

  /** Of one of the owners, if it is here. */
  of(owner: Parametric): OpenParameters | undefined {
    return this.#of.get(owner);
  }

  /** Of all owners in order. */
  get #parts(): Matrix[] {
    return [...this.#of.values()].flatMap(({ values }) => values);
  }

  write(weights: Weights): void {
    this.#parts.forEach((part, i) => {
      this.#algebra.write(part, weights[i]);
    });
  }

  async read(): Promise<Weights> {
    const weights: Float32Array[] = [];
    for (const part of this.#parts) weights.push(Float32Array.from(await this.#algebra.read(part)));
    return weights;
  }

  /** The sum of the squares of all gradients, 1 x 1. */
  async squares(): Promise<Matrix> {
    const sums = await this.#algebra.sums(this.#training!.gradients, 'rows', 'squares');
    const all = await this.#algebra.sums(sums, 'rows');
    this.#algebra.free(sums);
    return all;
  }

  async update(optimizer: Optimizer, control: Matrix): Promise<void> {
    const { gradients, first, second } = this.#training!;
    const parameters = this.values;
    await this.#algebra.perform(optimize, {
      ...{ ...optimizer, parameters, gradients, first, second, control },
    });
  }

  /** Keeps the parameters as they are now, for `restore`. */
  async keep(): Promise<void> {
    await this.#algebra.combine([[1, this.values]], { into: this.#training!.good });
  }

  async restore(): Promise<void> {
    await this.#algebra.combine([[1, this.#training!.good]], { into: this.values });
  }

  async readState(): Promise<BlockState> {
    const { first, second } = this.#training!;
    const read = (matrix: Matrix) => this.#algebra.read(matrix);
    return [await read(this.values), await read(first), await read(second)];
  }

  /** Whether the numbers are as many as these. */
  fits(state: BlockState | undefined): boolean {
    const length = this.values.rows * this.values.columns;
    return state?.every((values) => values.length === length) ?? false;
  }

  writeState(state: BlockState): void {
    const { first, second } = this.#training!;
    [this.values, first, second].forEach((matrix, i) => {
      this.#algebra.write(matrix, state[i]);
    });
  }

  free(): void {
    this.#algebra.free(this.values, ...Object.values(this.#training ?? {}));
  }
}

/** Where a layer's parameters are, of several blocks. */
export function parametersIn(
  blocks: readonly ParameterBlock[],
): (owner: Parametric) => OpenParameters {
  return (owner) => {
    for (const block of blocks) {
      const found = block.of(owner);
      if (found) return found;
    }
    throw new TypeError('a layer has no parameters here');
  };
}
