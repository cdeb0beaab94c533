/** Dictionaries one upon the other, and the codes between them. */
import { cholesky, transpose, triangularInverse, product } from '../../math/cholesky.js';
import type { Pause } from '../../math/event_loop.js';
import type { Random } from '../../math/random.js';
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';
import { minimize, sparseCodes } from '../dictionary_learning/codes.js';
import { misfit } from '../dictionary_learning/dictionary_learning.js';
import { dictionaryStep } from '../dictionary_learning/dictionary_step.js';
import { drawnAtom, drawnAtoms } from '../dictionary_learning/start.js';
import { randomDirection } from '../../math/vectors.js';
import { columnProducts } from '../transform_learning/engine_sums.js';

/** Turns of codes and atoms of each layer by itself, before all go together. */
const TURNS_AT_FIRST = 15;
/** Steps of each turn; and of an iteration, which goes on where the one before ended. */
const STEPS_AT_FIRST = 40;
const STEPS = 200;
/** Of the mean of a diagonal, what is added to it where a matrix may be singular. */
const RIDGE = 1e-6;

export interface Layer {
  /** D, k x d, rows of length 1 at most; d columns are the codes of the layer before, or the rows. */
  readonly atoms: Float64Array;
  readonly k: number;
  readonly d: number;
  /** The same where the algebra works. */
  readonly held: Matrix;
  /** Z, n x k. */
  readonly codes: Matrix;
  /** Of |Y - Z D|^2 in the objective. */
  readonly weight: number;
}

export interface Stack {
  readonly algebra: Algebra;
  /** X, n x d. */
  readonly x: Matrix;
  readonly layers: readonly Layer[];
  readonly nonNegative: boolean;
  readonly pause: Pause;
  readonly random: Random;
}

/** What layer q makes up of its atoms. */
export const inputOf = ({ x, layers }: Stack, q: number): Matrix =>
  q === 0 ? x : layers[q - 1].codes;

/** Learns each layer by itself, on the codes of the one before. */
export async function openStack(
  { layers: _, ...stack }: Stack,
  sizes: readonly number[],
  lambda: number,
): Promise<Stack> {
  const layers: Layer[] = [];
  for (const [q, k] of sizes.entries()) {
    const input = inputOf({ ...stack, layers }, q);
    layers.push(await openLayer(stack, input, k, q === 0 ? 1 : lambda));
  }
  return { ...stack, layers };
}

async function openLayer(
  { algebra, nonNegative, pause, random }: Omit<Stack, 'layers'>,
  input: Matrix,
  k: number,
  weight: number,
): Promise<Layer> {
  const [n, d] = [input.rows, input.columns];
  const atoms = nonNegative
    ? drawnAtoms(await algebra.read(input), n, k, random)
    : await principal(await columnProducts(algebra, input, input), k, d, random, pause);
  const held = await algebra.matrix(k, d, atoms);
  const codes = await algebra.matrix(n, k);
  const layer = { atoms, k, d, held, codes, weight };
  const coding = { algebra, inputs: input, atoms: held, alpha: 0, positive: nonNegative, codes, steps: STEPS_AT_FIRST, pause };
  await sparseCodes(coding);
  for (let turn = 0; nonNegative && turn < TURNS_AT_FIRST; turn++) {
    await fitAtoms(algebra, layer, input, random, pause);
    await sparseCodes(coding);
  }
  return layer;
}

/** The first k principal directions, unit rows; after the d-th random ones. */
async function principal(
  gram: Float64Array,
  k: number,
  d: number,
  random: Random,
  pause: Pause,
): Promise<Float64Array> {
  const { vectors } = await symmetricEigen(gram, d, pause);
  const atoms = new Float64Array(k * d);
  for (let j = 0; j < k; j++) atoms.set(j < d ? vectors[j] : randomDirection(d, random), j * d);
  return atoms;
}

/** Makes a layer's atoms the best for its codes; one that no code uses becomes an input. */
export async function fitAtoms(
  algebra: Algebra,
  { atoms, k, d, held, codes }: Layer,
  input: Matrix,
  random: Random,
  pause: Pause,
): Promise<void> {
  const unused = await dictionaryStep(
    { atoms, k, d },
    await columnProducts(algebra, codes, codes),
    await columnProducts(algebra, codes, input),
    pause,
  );
  if (unused.length > 0) {
    const rows = await algebra.read(input);
    for (const j of unused) atoms.set(drawnAtom(rows, input.rows, random), j * d);
  }
  algebra.write(held, atoms);
}

/** Makes the codes of layer q, which is not the last, the best between its inputs and the layer after. */
export async function fitCodes(stack: Stack, q: number): Promise<void> {
  const { algebra, layers, nonNegative, pause } = stack;
  const [layer, after] = [layers[q], layers[q + 1]];
  const squares = await algebra.gram(layer.held);
  const gram = await algebra.combine([[layer.weight, squares]], { diagonal: after.weight });
  const products = await algebra.product(inputOf(stack, q), layer.held, {
    transposeB: true,
    alpha: layer.weight,
  });
  await algebra.product(after.codes, after.held, { alpha: after.weight, beta: 1, into: products });
  if (nonNegative) {
    await minimize({
      ...{ algebra, gram, products, alpha: 0, positive: true, codes: layer.codes, steps: STEPS, pause },
    });
  } else {
    const known = Float64Array.from(await algebra.read(gram));
    const inverse = await algebra.matrix(layer.k, layer.k, inverseOf(known, layer.k));
    await algebra.product(products, inverse, { into: layer.codes });
    algebra.free(inverse);
  }
  algebra.free(squares, gram, products);
}

/** Of a positive definite matrix, k x k; ridged where it is singular. */
export function inverseOf(matrix: Float64Array, k: number): Float64Array {
  const found = cholesky(matrix, k);
  if (found.failed >= 0) {
    const ridged = matrix.slice();
    let mean = 0;
    for (let i = 0; i < k; i++) mean += matrix[i * k + i] / k;
    for (let i = 0; i < k; i++) ridged[i * k + i] += RIDGE * mean || 1;
    return inverseOf(ridged, k);
  }
  const inverse = triangularInverse(found.factor, k);
  return product(transpose(inverse, k), inverse, k);
}

/** The sum of all layers' weighted misfits. */
export async function misfits(stack: Stack): Promise<number> {
  let sum = 0;
  for (const [q, { weight, codes, held }] of stack.layers.entries()) {
    sum += weight * (await misfit(stack.algebra, inputOf(stack, q), codes, held));
  }
  return sum;
}
