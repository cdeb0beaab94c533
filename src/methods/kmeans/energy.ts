/**
 * K-means as an energy model (LeCun et al., "A tutorial on energy-based learning", 2006): the energy of a
 * point is its squared distance to the nearest centroid, its unnormalised density exp(-beta E).
 */
import { InvalidArgumentError } from '../../errors.js';
import { withRows } from '../../fit/engine.js';
import {
  checkOptions,
  oneOf,
  type OptionRule,
  type OptionRules,
  RUNTIME_RULES,
  wholeNumber,
} from '../../fit/options.js';
import { createRandom, type Random, standardNormal } from '../../math/random.js';
import { distances, products } from '../../ops/assign/distances.js';
import { assign } from '../../ops/clustering/assign.js';
import { energies } from '../../ops/clustering/energies.js';
import type { Session } from '../../ops/op.js';
import { largestOf } from '../../rows/float16.js';
import type { Metric } from '../../rows/load_options.js';
import { type Centroids, type Matrix, newFloats, type Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { type ComputeOptions, type PlacedCentroids, withPlaced } from './placed.js';

/** What {@link CentroidModel.logDensity} gives. */
export interface DensityOptions {
  /** The inverse temperature, above 0. Default 1. */
  readonly beta?: number;
  /**
   * 'none' (the default): log q = -beta E, which integrates to what it will. 'voronoi': less log Z, the
   * integral of q over all pieces of the Voronoi diagram, estimated by sampling.
   */
  readonly normalize?: 'none' | 'voronoi';
  /** Points drawn to estimate Z. Default 16,384. */
  readonly samples?: number;
  /** Whole number from 0 to 2^32 - 1, for those points. Default 0. */
  readonly seed?: number;
}

/** What {@link CentroidModel.respond} gives. */
export interface RespondOptions {
  /**
   * 'none' (the default): w_k'x of every centroid. 'winnerTakeAll': of the nearest one alone; it silences
   * the others, whose responses are 0.
   */
  readonly inhibition?: 'none' | 'winnerTakeAll';
}

const positive: OptionRule = {
  rule: 'a finite number above 0',
  holds: (value) => Number.isFinite(value) && (value as number) > 0,
};

const DENSITY_RULES: OptionRules = {
  beta: positive,
  normalize: oneOf('none', 'voronoi'),
  samples: wholeNumber(1),
  seed: wholeNumber(0, 2 ** 32 - 1),
};

const RESPOND_RULES: OptionRules = { inhibition: oneOf('none', 'winnerTakeAll') };

const DEFAULT_SAMPLES = 16_384;
/** Numbers of samples, or of their distances, that are made at a time. */
const BLOCK_NUMBERS = 2 ** 22;

type Rows = Points | PointStream;

/** See {@link CentroidModel.energy}. */
export function energy(
  placed: PlacedCentroids,
  points: Rows,
  options: ComputeOptions,
): Promise<Float64Array> {
  return withPlaced(placed, 'energy', points, options, (session) =>
    session.run(energies, placed.centred, placed.k, options.signal),
  );
}

/** See {@link CentroidModel.logDensity}. */
export async function logDensity(
  placed: PlacedCentroids,
  points: Rows,
  given: ComputeOptions & DensityOptions,
): Promise<Float64Array> {
  const options = checkOptions('logDensity', given, { ...RUNTIME_RULES, ...DENSITY_RULES });
  const { beta = 1, normalize = 'none', runtime, signal } = options;
  if (normalize === 'voronoi') checkNormalizable(placed.metric);
  const compute = { ...(runtime ? { runtime } : {}), ...(signal ? { signal } : {}) };
  const found = await energy(placed, points, compute);
  const logZ = normalize === 'none' ? 0 : await logPartitionOn(placed, options);
  return found.map((value) => -beta * value - logZ);
}

/** See {@link CentroidModel.reconstruct}. */
export function reconstruct(
  placed: PlacedCentroids,
  centroids: Centroids,
  points: Rows,
  options: ComputeOptions,
): Promise<Centroids> {
  return withPlaced(placed, 'reconstruct', points, options, async (session) => {
    const { labels } = await session.run(assign, placed.centred, placed.k, options.signal);
    return winnersInPlace(labels, centroids);
  });
}

/** See {@link CentroidModel.respond}. */
export function respond(
  placed: PlacedCentroids,
  centroids: Centroids,
  points: Rows,
  given: ComputeOptions & RespondOptions,
): Promise<Matrix> {
  const rules = { ...RUNTIME_RULES, ...RESPOND_RULES };
  const options = checkOptions('respond', given, rules);
  const { signal, inhibition } = options;
  const work = async (session: Session) => {
    const result = await responses(centroids, placed.shift, (vectors) =>
      session.run(products, vectors, placed.k, signal),
    );
    if (inhibition === 'winnerTakeAll') {
      const { labels } = await session.run(assign, placed.centred, placed.k, signal);
      silenceLosers(result, labels);
    }
    return result;
  };
  return withPlaced(placed, 'respond', points, options, work, rules);
}

/** As `logPartition`, with distances of the engine that the options choose. */
function logPartitionOn(
  placed: PlacedCentroids,
  options: ComputeOptions & DensityOptions,
): Promise<number> {
  const { runtime, signal } = options;
  const { metric, shift, centred, k } = placed;
  const { length: d } = shift;
  const load = { metric, shift, extent: largestOf(centred), signal };
  return logPartition(placed, options, (data) => {
    const rows = { data, shape: [data.length / d, d], shift } as const;
    return withRows(runtime, rows, load, (session) => session.run(distances, centred, k, signal));
  });
}

/** Throws InvalidArgumentError where exp(-beta E) has no integral over all points. */
function checkNormalizable(metric: Metric): void {
  if (metric === 'euclidean') return;
  throw new InvalidArgumentError(
    'normalize',
    `logDensity: normalize is 'voronoi', but with metric '${metric}' the energy depends on a row's direction ` +
      `alone and its density has no integral; use normalize: 'none', or a model of metric 'euclidean'.`,
  );
}

/**
 * log Z, Z being the integral of exp(-beta min_k |x - w_k|^2). On the piece of w_k that is a Gaussian bump:
 *
 *   Z = (pi / beta)^(d / 2) sum_k P_k,   P_k = the share of N(w_k, I / (2 beta)) within the piece of k.
 *
 * `samples` points, equally many from each of these Gaussians (at least one), estimate the sum by
 * importance sampling from their mixture m: the mean of exp(-beta min_j D_j) / m(x), which is
 * k / sum_j exp(-beta (D_j - min D)), D being squared distances. No term lies outside [1, k], so the
 * estimate's relative standard error is below k / (2 P sqrt(samples)), P = sum_k P_k; for k = 1 it is exact.
 *
 * @param distances of rows (less the shift, in float32) to all centroids, rows x k
 */
async function logPartition(
  { k, shift: { length: d }, centred }: PlacedCentroids,
  { beta = 1, samples = DEFAULT_SAMPLES, seed = 0 }: DensityOptions,
  distances: (rows: Float32Array) => Promise<Float32Array>,
): Promise<number> {
  const whole = (d / 2) * Math.log(Math.PI / beta);
  if (k === 1) return whole;
  const random = createRandom(seed);
  const count = k * Math.ceil(samples / k);
  const most = Math.max(1, Math.floor(BLOCK_NUMBERS / Math.max(k, d)));
  let sum = 0;
  for (let start = 0; start < count; start += most) {
    const rows = Math.min(most, count - start);
    const drawn = drawAround(centred, k, d, start, rows, Math.sqrt(1 / (2 * beta)), random);
    const lengths = await distances(drawn);
    for (let i = 0; i < rows; i++) sum += 1 / bumpsAt(lengths.subarray(i * k, (i + 1) * k), beta);
  }
  return whole + Math.log((k * sum) / count);
}

/** Rows about the centroids in turn, row `start + i` about centroid (start + i) mod k. */
function drawAround(
  centred: Float32Array,
  k: number,
  d: number,
  start: number,
  rows: number,
  deviation: number,
  random: Random,
): Float32Array {
  const drawn = newFloats(rows * d);
  for (let at = 0; at < drawn.length; at++) {
    const centre = (start + Math.floor(at / d)) % k;
    drawn[at] = centred[centre * d + (at % d)] + deviation * standardNormal(random);
  }
  return drawn;
}

/** sum_j exp(-beta (D_j - min D)), at least 1, of the distances whose squares are D. */
function bumpsAt(lengths: Float32Array, beta: number): number {
  const least = lengths.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  // By the difference of squares, which does not cancel.
  return lengths.reduce(
    (sum, length) => sum + Math.exp(-beta * (length - least) * (length + least)),
    0,
  );
}

/** W wta(W'x): each row's winner in its place, n x d, in the numbers of the centroids. */
function winnersInPlace(labels: Uint32Array, { data, shape }: Centroids): Centroids {
  const [, d] = shape;
  const length = labels.length * d;
  const rows = data instanceof Float64Array ? new Float64Array(length) : newFloats(length);
  labels.forEach((label, i) => {
    rows.set(data.subarray(label * d, (label + 1) * d), i * d);
  });
  return { data: rows, shape: [labels.length, d] };
}

/**
 * w_k'x of each row x, n x k.
 *
 * @param products of the vectors given (k x d) with the rows less the shift, n x k
 */
async function responses(
  { data, shape: [k, d] }: Centroids,
  shift: Float64Array,
  products: (vectors: Float32Array) => Promise<Float32Array>,
): Promise<Matrix> {
  const vectors = Float32Array.from(data);
  const result = await products(vectors);
  const offsets = new Float64Array(k);
  for (let at = 0; at < k * d; at++) offsets[Math.floor(at / d)] += vectors[at] * shift[at % d];
  for (let at = 0; at < result.length; at++) {
    result[at] += offsets[at % k];
    if (Number.isFinite(result[at])) continue;
    throw new InvalidArgumentError(
      'points',
      `respond: w'x of row ${Math.floor(at / k)} and centroid ${at % k} leaves float32's range; multiply all ` +
        `numbers by a constant before the fit.`,
    );
  }
  return { data: result, shape: [result.length / k, k] };
}

/** Lateral inhibition: all of a row's responses but its winner's become 0. */
function silenceLosers({ data, shape: [, k] }: Matrix, labels: Uint32Array): void {
  labels.forEach((label, i) => {
    const winner = data[i * k + label];
    data.fill(0, i * k, (i + 1) * k);
    data[i * k + label] = winner;
  });
}
