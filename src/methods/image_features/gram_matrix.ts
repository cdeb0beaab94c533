/** Textures by the products of feature maps (Gatys, Ecker & Bethge 2015). */
import { NonFiniteError, ShapeError } from '../../errors.js';
import { withAlgebra } from '../../fit/algebra.js';
import { checkOptions, RUNTIME_RULES } from '../../fit/options.js';
import type { Algebra, Matrix as Held } from '../../ops/algebra/algebra.js';
import { type HostMatrix, type NumericArray, type RawRows, readRows } from '../../rows/matrix.js';
import type { ComputeOptions } from '../kmeans/placed.js';

/** Feature maps, a row a channel: C x HW. */
export type FeatureMaps = HostMatrix | readonly (readonly number[])[] | readonly NumericArray[];

/** Row-major numbers: float32 from a device, float64 from the CPU. */
export interface RealMatrix {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly [rows: number, columns: number];
}

export interface StyleLoss {
  /** E = sum over i, j of (G_ij - target_ij)^2 / (4 C^2 (HW)^2). */
  readonly loss: number;
  /** dE / dF = (G - target) F / (C^2 (HW)^2), C x HW. */
  readonly gradient: RealMatrix;
  /** G = F F^T of these maps, C x C. */
  readonly gram: RealMatrix;
}

/** @throws ShapeError, NonFiniteError, InvalidArgumentError */
function checkMaps(what: string, maps: FeatureMaps): RawRows {
  const rows = readRows(what, maps);
  const [, d] = rows.shape;
  for (let at = 0; at < rows.source.length; at++) {
    if (Number.isFinite(Math.fround(rows.source[at]))) continue;
    throw new NonFiniteError(what, Math.floor(at / d), at % d, rows.source[at]);
  }
  return rows;
}

/** Does `work` with the maps where `options` say. */
function withMaps<T>(
  method: string,
  maps: RawRows,
  options: ComputeOptions,
  work: (algebra: Algebra, maps: Held) => Promise<T>,
): Promise<T> {
  const { runtime, signal } = checkOptions(method, options, RUNTIME_RULES);
  signal?.throwIfAborted();
  const [rows, columns] = maps.shape;
  const points = { data: maps.source, shape: maps.shape };
  return withAlgebra(runtime, points, signal, async (algebra) =>
    work(algebra, await algebra.matrix(rows, columns, maps.source)),
  );
}

const read = async (algebra: Algebra, matrix: Held): Promise<RealMatrix> => ({
  data: await algebra.read(matrix),
  shape: [matrix.rows, matrix.columns],
});

/**
 * The Gram matrix of feature maps, G = F F^T: how often two channels answer at the same place, wherever that is.
 * C (C + 1) HW FLOPs.
 *
 * @param featureMaps F, C x HW; never changed
 * @throws ShapeError, NonFiniteError, InvalidArgumentError on bad input; DeviceLostError, OutOfMemoryError,
 *   DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function gramMatrix(
  featureMaps: FeatureMaps,
  options: ComputeOptions = {},
): Promise<RealMatrix> {
  const maps = checkMaps('featureMaps', featureMaps);
  return withMaps('gramMatrix', maps, options, async (algebra, held) =>
    read(algebra, await algebra.gram(held)),
  );
}

/**
 * How far the Gram matrix of feature maps is from that of an example, and where it falls.
 *
 * @param featureMaps F, C x HW
 * @param target the example's Gram matrix, C x C; where its maps are of another size, times HW / (HW)'
 * @throws as gramMatrix does
 */
export async function styleLoss(
  featureMaps: FeatureMaps,
  target: FeatureMaps,
  options: ComputeOptions = {},
): Promise<StyleLoss> {
  const maps = checkMaps('featureMaps', featureMaps);
  const wanted = checkMaps('target', target);
  const [channels, places] = maps.shape;
  if (wanted.shape[0] !== channels || wanted.shape[1] !== channels) {
    throw new ShapeError(
      `target is ${wanted.shape[0]} x ${wanted.shape[1]}, but featureMaps have ${channels} channels; give their Gram matrix, ${channels} x ${channels}.`,
    );
  }
  const scale = 1 / (channels * places) ** 2;
  return withMaps('styleLoss', maps, options, async (algebra, held) => {
    const gram = await algebra.gram(held);
    const example = await algebra.matrix(channels, channels, wanted.source);
    const apart = await algebra.combine([
      [1, gram],
      [-1, example],
    ]);
    let loss = 0;
    for (const squares of await algebra.read(await algebra.sums(apart, 'rows', 'squares'))) {
      loss += (squares * scale) / 4;
    }
    const gradient = await algebra.product(apart, held, { alpha: scale });
    return { loss, gradient: await read(algebra, gradient), gram: await read(algebra, gram) };
  });
}
