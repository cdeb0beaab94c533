/** `kmeans --k suggest`: a number of clusters that the rows themselves speak for. */
import {
  gapStatistic,
  InvalidArgumentError,
  kmeans,
  type KMeansModel,
  silhouette,
} from '../index.js';
import { plural } from '../errors.js';
import { elbow } from './elbow.js';
import { formatNumber } from './format.js';
import { type Job, timed } from './job.js';
import { linesChart } from './write/charts.js';
import { markup } from './write/markup.js';
import { dataTable, type Section } from './write/report_page.js';

export const CRITERIA = ['gap', 'elbow', 'silhouette'] as const;
export type Criterion = (typeof CRITERIA)[number];

/** The most clusters that are tried where nothing else is said. */
export const MOST_SUGGESTED = 10;
/** Runs for each number of clusters, so that one unlucky start does not bend a curve. */
const RESTARTS = 10;
/** Of more rows, the silhouette is the mean over that many of them. */
const SAMPLE = 2000;

/** What a fit of the number that is looked for will be like. */
export interface SuggestOptions {
  readonly suggestBy: Criterion;
  /** The fewest and the most clusters to try. Default 1 and 10. */
  readonly kMin?: number;
  readonly kMax?: number;
  readonly nInit?: number;
  readonly seed: number;
  readonly metric: 'euclidean' | 'cosine';
}

/** A number of clusters, and what speaks for it. */
export interface Suggestion {
  readonly by: Criterion;
  readonly k: number;
  /** A sentence for people. */
  readonly why: string;
  /** What the criterion is of each number of clusters. */
  readonly values: readonly { readonly k: number; readonly value: number }[];
}

const NAMES: Readonly<Record<Criterion, string>> = {
  gap: 'gap',
  elbow: 'objective',
  silhouette: 'silhouette',
};

/** Tries 1, 2 ... clusters. */
export function suggestK(job: Job, options: SuggestOptions): Promise<Suggestion> {
  return { gap: byGap, elbow: byElbow, silhouette: bySilhouette }[options.suggestBy](job, options);
}

async function byGap(
  job: Job,
  { kMin = 1, kMax, nInit = RESTARTS, seed, metric }: SuggestOptions,
): Promise<Suggestion> {
  if (kMin > 1) {
    throw new InvalidArgumentError(
      'suggest-by',
      `--suggest-by gap compares all numbers of clusters from 1 on, but --k begins at ${kMin}; let it begin at 1, or give --suggest-by elbow or silhouette.`,
    );
  }
  if (metric === 'cosine') {
    throw new InvalidArgumentError(
      'suggest-by',
      '--suggest-by gap compares Euclidean distances, but --metric is cosine; give --suggest-by elbow or silhouette.',
    );
  }
  const { model } = await timed('gap statistic', (step) =>
    gapStatistic(pointsOf(job), {
      ...{ nInit, seed, reference: 'pca', ...job.where },
      ...(kMax === undefined ? {} : { kMax }),
      onIteration: ({ done, total, k }) => {
        step({ done, total, figure: `k = ${k}` });
      },
    }),
  );
  const values = Array.from(model.gaps, (value, at) => ({ k: at + 1, value }));
  const why = 'the gap there is the first within a standard error of its first peak';
  return { by: 'gap', k: model.k, why, values };
}

async function byElbow(job: Job, options: SuggestOptions): Promise<Suggestion> {
  const { kMin = 1 } = options;
  const values = await tryEach(job, options, kMin, ({ inertia }) => Promise.resolve(inertia));
  const k = elbow(
    values.map(({ value }) => value),
    kMin,
  );
  return { by: 'elbow', k, why: `more clusters than ${k} lower the objective less`, values };
}

async function bySilhouette(job: Job, options: SuggestOptions): Promise<Suggestion> {
  const { seed, metric, kMin = 2, kMax = MOST_SUGGESTED } = options;
  const [n] = job.used.shape;
  if (kMax < 2) {
    throw new InvalidArgumentError(
      'k-max',
      `--suggest-by silhouette compares 2 clusters and more, but --k-max is ${kMax}; raise it, or give --suggest-by gap or elbow.`,
    );
  }
  if (n < 3) {
    throw new InvalidArgumentError(
      'suggest-by',
      `--suggest-by silhouette needs from 2 clusters to one less than there are rows, but there ${plural(n, 'is', 'are')} only ${n}; give --k a number.`,
    );
  }
  const values = await tryEach(job, options, Math.max(2, kMin), async ({ labels, counts }) => {
    if (counts[0] === n) {
      throw new InvalidArgumentError(
        'suggest-by',
        '--suggest-by silhouette compares 2 clusters and more, but all rows are equal; give --k 1.',
      );
    }
    return silhouette(pointsOf(job), labels, {
      ...{ sampleSize: SAMPLE, seed, metric },
      ...job.where,
    });
  });
  const best = values.reduce((top, one) => (one.value > top.value ? one : top));
  return { by: 'silhouette', k: best.k, why: 'the mean silhouette is highest there', values };
}

const pointsOf = ({ used: { data, shape } }: Job) => ({ data, shape });

/** Fits `least` and more clusters, and looks at each fit. */
async function tryEach(
  job: Job,
  { kMax = MOST_SUGGESTED, nInit = RESTARTS, seed, metric }: SuggestOptions,
  least: number,
  look: (model: KMeansModel) => Promise<number>,
): Promise<Suggestion['values']> {
  const most = Math.max(least, Math.min(kMax, job.used.shape[0] - (least - 1)));
  const { model } = await timed('numbers of clusters', async (step) => {
    const values: Suggestion['values'][number][] = [];
    for (let k = least; k <= most; k++) {
      const value = await look(
        await kmeans(pointsOf(job), { k, nInit, seed, metric, ...job.where }),
      );
      values.push({ k, value });
      step({ done: k, total: most, figure: `k = ${k}: ${formatNumber(value)}` });
    }
    return values;
  });
  return model;
}

/** The criterion against the number of clusters. */
export function suggestionSection({ by, k, why, values }: Suggestion): Section {
  const name = NAMES[by];
  const points = values.map((one) => [one.k, one.value] as const);
  const rows = values.map((one) => [String(one.k), formatNumber(one.value)]);
  return {
    heading: 'Number of clusters',
    content: markup`${linesChart([{ name, points }], 'clusters', name)}<p class="note">k = ${k} by ${by}: ${why}.</p>${dataTable(['clusters', name], rows)}`,
  };
}
