/** `kmeans --k suggest`: a number of clusters that the rows themselves speak for. */
import { gapStatistic, InvalidArgumentError, kmeans } from '../index.js';
import { elbow } from './elbow.js';
import { formatNumber } from './format.js';
import { type Job, timed } from './job.js';
import { linesChart } from './write/charts.js';
import { markup } from './write/markup.js';
import { dataTable, type Section } from './write/report_page.js';

export const CRITERIA = ['gap', 'elbow'] as const;
export type Criterion = (typeof CRITERIA)[number];

/** The most clusters that are tried where nothing else is said. */
export const MOST_SUGGESTED = 10;
/** Runs for each number of clusters, so that one unlucky start does not bend a curve. */
const RESTARTS = 10;

/** What a fit of the number that is looked for will be like. */
export interface SuggestOptions {
  readonly suggestBy: Criterion;
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

const NAMES: Readonly<Record<Criterion, string>> = { gap: 'gap', elbow: 'objective' };

/** Tries 1, 2 ... clusters. */
export async function suggestK(job: Job, options: SuggestOptions): Promise<Suggestion> {
  const { suggestBy: by, kMax, nInit = RESTARTS, seed, metric } = options;
  const { data, shape } = job.used;
  const points = { data, shape };
  if (by === 'gap') {
    if (metric === 'cosine') {
      throw new InvalidArgumentError(
        'suggest-by',
        '--suggest-by gap compares Euclidean distances, but --metric is cosine; give --suggest-by elbow.',
      );
    }
    const { model } = await timed('gap statistic', (step) =>
      gapStatistic(points, {
        ...{ nInit, seed, reference: 'pca' as const, ...job.where },
        ...(kMax === undefined ? {} : { kMax }),
        onIteration: ({ done, total, k }) => {
          step({ done, total, figure: `k = ${k}` });
        },
      }),
    );
    const why = `the gap there is the first within a standard error of its first peak`;
    const values = Array.from(model.gaps, (value, at) => ({ k: at + 1, value }));
    return { by, k: model.k, why, values };
  }
  const most = Math.min(kMax ?? MOST_SUGGESTED, shape[0]);
  const { model: values } = await timed('numbers of clusters', async (step) => {
    const tried: Suggestion['values'][number][] = [];
    for (let k = 1; k <= most; k++) {
      const model = await kmeans(points, { k, nInit, seed, metric, ...job.where });
      tried.push({ k, value: model.inertia });
      step({ done: k, total: most, figure: `objective ${formatNumber(model.inertia)}` });
    }
    return tried;
  });
  const k = elbow(values.map(({ value }) => value));
  return { by, k, why: `more clusters than ${k} lower the objective less`, values };
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
