/** Codes drawn to the means of their clusters. */
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import { addScaled } from '../../math/vectors.js';
import type { Matrix } from '../../ops/algebra/algebra.js';
import { kmeans } from '../kmeans/kmeans.js';
import type { KMeansModel } from '../kmeans/kmeans_model.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { columnProducts } from '../transform_learning/engine_sums.js';
import { lessMeans, meansOf } from '../transformed_kmeans/cluster_means.js';
import { inputOf, inverseOf, type Stack } from './layers.js';

/** Steps of the splitting, which starts where the iteration before ended. */
const SPLIT_STEPS = 40;
/** Of the largest eigenvalue, below which one is nothing. */
const NOTHING = 1e-9;

/**
 * The clusters that are best together with the last codes, without a bound on these: with D D' = V S V' and m =
 * mu over the layer's weight, those of K-means of Y D' V (1 / S - 1 / (S + m))^1/2. With the bound those of
 * K-means of the codes.
 */
export async function clustersOf(
  stack: Stack,
  { k, mu, nInit, seed }: Readonly<Record<'k' | 'mu' | 'nInit' | 'seed', number>>,
  before: KMeansModel | undefined,
  where: ComputeOptions,
): Promise<KMeansModel> {
  const { algebra, layers, nonNegative } = stack;
  const last = layers[layers.length - 1];
  const features = nonNegative ? last.codes : await freeFeatures(stack, mu / last.weight);
  const values = await algebra.read(features);
  if (!nonNegative) algebra.free(features);
  const shape = [features.rows, features.columns] as const;
  const start = before
    ? { init: { data: meansOf(values, before.labels, k, shape[1]), shape: [k, shape[1]] }, tol: 0 }
    : { nInit };
  return kmeans({ data: values, shape }, { k, seed, ...start, ...where });
}

async function freeFeatures(stack: Stack, m: number): Promise<Matrix> {
  const { algebra, layers, pause } = stack;
  const { k, held } = layers[layers.length - 1];
  const gram = await columnProductsOfRows(stack);
  const { values, vectors } = await symmetricEigen(gram, k, pause);
  const map = new Float64Array(k * k);
  vectors.forEach((vector, i) => {
    const s = values[i];
    if (s <= NOTHING * values[0]) return;
    addScaled(map.subarray(i * k, (i + 1) * k), Math.sqrt(m / (s * (s + m))), vector);
  });
  const directions = await algebra.matrix(k, k, map);
  const atoms = await algebra.product(directions, held);
  const input = inputOf(stack, layers.length - 1);
  const features = await algebra.product(input, atoms, { transposeB: true });
  algebra.free(directions, atoms);
  return features;
}

/** D D' of the last layer. */
async function columnProductsOfRows({ algebra, layers }: Stack): Promise<Float64Array> {
  const across = await algebra.transpose(layers[layers.length - 1].held);
  const gram = await columnProducts(algebra, across, across);
  algebra.free(across);
  return gram;
}

/** What the splitting goes on from: numbers not below 0, and their multipliers. */
export interface Split {
  readonly bounded: Matrix;
  readonly multipliers: Matrix;
}

/**
 * Makes the last codes the minimum of weight |Y - Z D|^2 + mu |Z - P Z|^2, P the projection on the means of clusters:
 * with R = Y D' it is P R (D D')^-1 + (R - P R) (D D' + m)^-1, two solves and the means. The bound is held by
 * splitting (ADMM): the same with D D' + rho and R + rho (U - V), then U = max(0, Z + V), V += Z - U.
 */
export async function drawToMeans(
  stack: Stack,
  { labels, k: clusters }: KMeansModel,
  mu: number,
  split: Split | undefined,
): Promise<void> {
  const { algebra, layers } = stack;
  const { k, held, codes, weight } = layers[layers.length - 1];
  const gram = await columnProductsOfRows(stack);
  let trace = 0;
  for (let i = 0; i < k; i++) trace += gram[i * k + i];
  const rho = split ? trace / k || 1 : 0;
  const plus = (added: number) => {
    const matrix = gram.slice();
    for (let i = 0; i < k; i++) matrix[i * k + i] += added;
    return algebra.matrix(k, k, inverseOf(matrix, k));
  };
  const towards = await plus(rho);
  const about = await plus(rho + mu / weight);
  const products = await algebra.product(inputOf(stack, layers.length - 1), held, {
    transposeB: true,
  });
  const solve = async (right: Matrix): Promise<void> => {
    const values = await algebra.read(right);
    const means = meansOf(values, labels, clusters, k);
    const left = await algebra.matrix(right.rows, k, lessMeans(values, labels, means, k));
    const centres = await algebra.combine([
      [1, right],
      [-1, left],
    ]);
    await algebra.product(centres, towards, { into: codes });
    await algebra.product(left, about, { beta: 1, into: codes });
    algebra.free(left, centres);
  };
  if (split) await bySplitting(stack, split, products, rho, solve);
  else await solve(products);
  algebra.free(towards, about, products);
}

async function bySplitting(
  { algebra, layers, pause }: Stack,
  { bounded, multipliers }: Split,
  products: Matrix,
  rho: number,
  solve: (right: Matrix) => Promise<void>,
): Promise<void> {
  const { codes } = layers[layers.length - 1];
  const right = await algebra.combine([[1, products]]);
  for (let step = 0; step < SPLIT_STEPS; step++) {
    await pause();
    await algebra.combine(
      [
        [1, products],
        [rho, bounded],
        [-rho, multipliers],
      ],
      { into: right },
    );
    await solve(right);
    await algebra.combine(
      [
        [1, codes],
        [1, multipliers],
      ],
      { into: bounded, clampAtZero: true },
    );
    await algebra.combine(
      [
        [1, multipliers],
        [1, codes],
        [-1, bounded],
      ],
      { into: multipliers },
    );
  }
  await algebra.combine([[1, bounded]], { into: codes });
  algebra.free(right);
}
