/** Where expectation maximisation starts from, as scikit-learn chooses it. */
import { createRandom, type Random } from '../../math/random.js';
import { lloyd } from '../../ops/clustering/lloyd.js';
import { givenSums } from '../../ops/mixtures/expectation.js';
import type { FactorForm, Frame, Responsibilities, Statistics } from '../../ops/mixtures/scorer.js';
import type { Session } from '../../ops/op.js';
import { seedCentroids } from '../../ops/seeding/seed.js';
import { meanVariance } from '../../ops/sums/mean_variance.js';
import { tooFewDistinct } from './distinct_rows.js';

/** How a start is chosen from the data, as in scikit-learn. */
export type MixtureInit = 'kmeans' | 'k-means++' | 'random' | 'random_from_data';

/** scikit-learn's limits for the K-means of a start. */
export const KMEANS = { maxIter: 300, tol: 1e-4 } as const;

/** Labels of K-means of the rows, one run. */
async function kMeansLabels(
  session: Session,
  k: number,
  random: Random,
  signal: AbortSignal | undefined,
): Promise<Uint32Array> {
  const starts = await session.run(seedCentroids, 'k-means++', k, [random], signal);
  const tolerance = KMEANS.tol * (await session.run(meanVariance));
  const { labels, counts } = await session.run(lloyd, starts, k, {
    maxIter: KMEANS.maxIter,
    tolerance,
    signal,
  });
  const used = counts.filter((count) => count > 0).length;
  if (used < k) throw tooFewDistinct(k, used);
  return labels;
}

/** Responsibilities of 1 for the label of each row, else 0. */
export function oneHot(labels: Uint32Array, k: number): Responsibilities {
  return (start, rows) => {
    const given = new Float32Array(k * rows);
    for (let row = 0; row < rows; row++) given[labels[start + row] * rows + row] = 1;
    return given;
  };
}

/**
 * Uniform random responsibilities, each row's scaled to sum to 1. Rows are drawn one after the
 * other, so that they do not depend on how an engine cuts them into batches; asking again for rows
 * starts the stream anew.
 */
function randomResponsibilities(k: number, stream: () => Random): Responsibilities {
  let random = stream();
  return (start, rows) => {
    if (start === 0) random = stream();
    const given = new Float32Array(k * rows);
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let c = 0; c < k; c++) sum += given[c * rows + row] = random.next();
      for (let c = 0; c < k; c++) given[c * rows + row] /= sum;
    }
    return given;
  };
}

/** Sums that a start consists of: taken in any frame, at first best in `frame`. */
export interface StartSums {
  readonly take: (frame: Frame) => Promise<Statistics>;
  readonly frame: Frame;
}

/** Sums of given responsibilities, at first about their own means. */
export async function sumsOf(
  session: Session,
  given: Responsibilities,
  k: number,
  form: FactorForm,
  signal: AbortSignal | undefined,
): Promise<StartSums> {
  const [, d] = session.shape;
  const origin = { centres: new Float64Array(k * d) };
  // First the means alone: 'diag' is the cheapest way to them.
  const { weights, sums } = await session.run(givenSums, given, origin, 'diag', signal);
  const centres = sums.map(
    (sum, at) => sum / Math.max(weights[Math.floor(at / d)], Number.MIN_VALUE),
  );
  return {
    take: (frame) => session.run(givenSums, given, frame, form, signal),
    frame: { centres },
  };
}

/** A start that was chosen among the rows: the sums that it consists of, once these are asked for. */
export type ChosenStart = () => Promise<StartSums>;

/** What starts are chosen for. */
export interface Wanted {
  readonly k: number;
  readonly form: FactorForm;
  /** How many starts. */
  readonly count: number;
  readonly random: Random;
  readonly signal: AbortSignal | undefined;
}

/** Starts for several runs, while all columns of the rows still have one scale. */
export async function chooseStarts(
  session: Session,
  init: MixtureInit,
  wanted: Wanted,
): Promise<readonly ChosenStart[]> {
  const starts: ChosenStart[] = [];
  while (starts.length < wanted.count) starts.push(await chooseStart(session, init, wanted));
  return starts;
}

async function chooseStart(
  session: Session,
  init: MixtureInit,
  { k, form, random, signal }: Wanted,
): Promise<ChosenStart> {
  switch (init) {
    case 'kmeans': {
      const labels = await kMeansLabels(session, k, random, signal);
      return () => sumsOf(session, oneHot(labels, k), k, form, signal);
    }
    case 'random': {
      const seed = random.below(2 ** 31);
      const given = randomResponsibilities(k, () => createRandom(seed));
      return () => sumsOf(session, given, k, form, signal);
    }
    case 'k-means++':
    case 'random_from_data': {
      const seeding = init === 'k-means++' ? init : 'random';
      const [rows] = await session.run(seedCentroids, seeding, k, [random], signal);
      const sums = sumsOfOwned(Float64Array.from(rows), k, form);
      return () => Promise.resolve({ take: () => Promise.resolve(sums), frame: sums.frame });
    }
  }
}

/** Sums of components that own a row each, k x d, where the other rows belong to none. */
function sumsOfOwned(centres: Float64Array, k: number, form: FactorForm): Statistics {
  const d = centres.length / k;
  return {
    frame: { centres },
    noise: 0,
    weights: new Float64Array(k).fill(1),
    sums: new Float64Array(k * d),
    products: new Float64Array(form === 'diag' ? k * d : k * d * d),
  };
}
