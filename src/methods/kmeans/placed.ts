/** Centroids as an engine holds them, and rows that are asked about them. */
import type { RuntimeChoice } from '../../fit/backend.js';
import { isKept, type MaybeOnDevice } from '../../fit/device_output.js';
import { withRows } from '../../fit/engine.js';
import { checkOptions, type OptionRules, RUNTIME_RULES } from '../../fit/options.js';
import type { Session } from '../../ops/op.js';
import { largestOf } from '../../rows/float16.js';
import type { Metric, Storage } from '../../rows/load_options.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { checkSource, checkWeights } from '../../rows/points.js';

/** Where and how long a model's method may run. */
export interface ComputeOptions {
  /** Where to run: a runtime of your own, or 'cpu'. Default: the shared device, else the CPU. */
  readonly runtime?: RuntimeChoice;
  /** Cancels the work: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Centroids as an engine holds them. */
export interface PlacedCentroids {
  readonly k: number;
  readonly metric: Metric;
  /** What every row is less of, [d]. */
  readonly shift: Float64Array;
  /** k x d: the centroids less the shift. */
  readonly centred: Float32Array;
  /** How the rows of the fit were held, and are those that the methods are given. */
  readonly storage?: Storage | undefined;
  /** For 'float16' the power of two at which they were rounded; see LoadOptions. */
  readonly scale?: number | undefined;
}

/**
 * Loads `points` as the fit did and does `work` with them. No method of the model: those take options of
 * their users.
 *
 * @param method for messages
 */
export async function withPlaced<T>(
  { metric, shift, centred, storage, scale }: PlacedCentroids,
  method: string,
  points: Points | PointStream,
  given: MaybeOnDevice & { readonly sampleWeight?: ArrayLike<number> },
  work: (session: Session, meanWeight: number, engine: string) => Promise<T>,
  rules: OptionRules = RUNTIME_RULES,
): Promise<T> {
  const options = checkOptions(method, given, rules);
  const { runtime, signal, sampleWeight } = options;
  signal?.throwIfAborted();
  const matrixRules = { columns: shift.length, shift, directions: metric === 'cosine' };
  const checked = await checkSource('points', points, matrixRules, signal);
  isKept(method, checked, options);
  const weights = await checkWeights(sampleWeight, checked.shape[0]);
  const load = {
    ...{ metric, shift, storage, scale, extent: largestOf(centred), signal },
    ...(weights ? { weights: weights.scaled } : {}),
  };
  return withRows(runtime, checked, load, (session, engine) =>
    work(session, weights?.mean ?? 1, engine),
  );
}
