/** Scores that hold labels against the true classes of the same rows. */
import { plural } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import { checkOptions, oneOf, type OptionRules } from '../../fit/options.js';
import { leastAssignment } from '../../math/assignment.js';
import { contingencyOf, type Labels } from './labels.js';

/** How {@link normalizedMutualInformation} is normalised. */
export interface MutualInformationOptions {
  /** The mean of the two entropies that it is divided by. Default 'arithmetic'. */
  readonly average?: 'arithmetic' | 'geometric';
}

const RULES: OptionRules = { average: oneOf('arithmetic', 'geometric') };

/** Classes times clusters at most that are matched: a table of so many numbers, 128 MiB. */
const MOST_CELLS = 2 ** 24;

const sumOf = (values: Float64Array, term: (value: number) => number): number =>
  values.reduce((sum, value) => sum + term(value), 0);

/**
 * The adjusted Rand index: of all pairs of rows, how far the two labellings agree on which belong
 * together, less what chance would give. 1 for the same grouping whatever the names, about 0 for random
 * labels, at least -0.5 (L. Hubert and P. Arabie, "Comparing partitions", Journal of Classification 2,
 * 1985). As scikit-learn's `adjusted_rand_score`.
 *
 * @param truth the class of each row, [n]: whole numbers or strings
 * @param labels the cluster of each row, [n]: whole numbers or strings
 * @throws InvalidArgumentError on labels of different lengths, none, or such as are no labels
 */
export function adjustedRandIndex(truth: Labels, labels: Labels): number {
  const { classes, clusters, cells, n } = contingencyOf(truth, labels);
  const square = (value: number) => value * value;
  const inBoth = cells.reduce((sum, { count }) => sum + square(count), 0);
  const inClasses = sumOf(classes, square);
  const inClusters = sumOf(clusters, square);
  // Ordered pairs that are together in both, in the classes only, in the clusters only, in neither.
  const both = inBoth - n;
  const classOnly = inClasses - inBoth;
  const clusterOnly = inClusters - inBoth;
  const neither = n * n - inClasses - clusterOnly;
  if (classOnly === 0 && clusterOnly === 0) return 1;
  return (
    (2 * (both * neither - classOnly * clusterOnly)) /
    ((both + classOnly) * (classOnly + neither) + (both + clusterOnly) * (clusterOnly + neither))
  );
}

/** In nats; 0 for a single group. */
const entropyOf = (sizes: Float64Array, n: number): number =>
  sizes.length === 1 ? 0 : -sumOf(sizes, (size) => (size / n) * (Math.log(size) - Math.log(n)));

/**
 * The mutual information of classes and clusters divided by the mean of their entropies: from 0, where one
 * tells nothing of the other, to 1, where they are the same grouping. As scikit-learn's
 * `normalized_mutual_info_score`; not adjusted for chance, so many clusters make it larger.
 *
 * @param truth see {@link adjustedRandIndex}
 * @param labels see {@link adjustedRandIndex}
 * @throws InvalidArgumentError on labels of different lengths, none, or such as are no labels
 */
export function normalizedMutualInformation(
  truth: Labels,
  labels: Labels,
  options: MutualInformationOptions = {},
): number {
  const { average = 'arithmetic' } = checkOptions('normalizedMutualInformation', options, RULES);
  const { classes, clusters, cells, n } = contingencyOf(truth, labels);
  if (classes.length === 1 && clusters.length === 1) return 1;
  if (classes.length === 1 || clusters.length === 1) return 0;
  const information = cells.reduce((sum, { row, column, count }) => {
    const expected = Math.log(classes[row]) + Math.log(clusters[column]) - Math.log(n);
    const term = (count / n) * (Math.log(count) - expected);
    return Math.abs(term) < Number.EPSILON ? sum : sum + term;
  }, 0);
  if (information <= 0) return 0;
  const [a, b] = [entropyOf(classes, n), entropyOf(clusters, n)];
  return information / (average === 'geometric' ? Math.sqrt(a * b) : (a + b) / 2);
}

/**
 * The share of rows that are labelled right, once every cluster stands for at most one class and every
 * class for at most one cluster, in the way that makes it largest (H. W. Kuhn, "The Hungarian method for
 * the assignment problem", Naval Research Logistics Quarterly 2, 1955). From 0 to 1.
 *
 * @param truth see {@link adjustedRandIndex}
 * @param labels see {@link adjustedRandIndex}
 * @throws InvalidArgumentError on labels of different lengths, none, or such as are no labels; on more
 *   than 2^24 pairs of a class and a cluster
 */
export function clusteringAccuracy(truth: Labels, labels: Labels): number {
  const { classes, clusters, cells, n } = contingencyOf(truth, labels);
  if (classes.length * clusters.length > MOST_CELLS) {
    throw new InvalidArgumentError(
      'labels',
      `truth names ${classes.length} ${plural(classes.length, 'class', 'classes')} and labels ${clusters.length} ${plural(clusters.length, 'cluster')}; at most ${MOST_CELLS} pairs of them can ` +
        `be matched: use fewer, or another score.`,
    );
  }
  const isWide = classes.length <= clusters.length;
  const rows = Math.min(classes.length, clusters.length);
  const columns = Math.max(classes.length, clusters.length);
  const costs = new Float64Array(rows * columns);
  for (const { row, column, count } of cells) {
    costs[isWide ? row * columns + column : column * columns + row] = -count;
  }
  const matched = leastAssignment(costs, rows, columns);
  return -matched.reduce((sum, column, row) => sum + costs[row * columns + column], 0) / n;
}

/**
 * The share of rows whose class is the most common one of their cluster, from 0 to 1 (C. D. Manning,
 * P. Raghavan and H. Schuetze, "Introduction to Information Retrieval", section 16.3). As many clusters
 * as rows have purity 1.
 *
 * @param truth see {@link adjustedRandIndex}
 * @param labels see {@link adjustedRandIndex}
 * @throws InvalidArgumentError on labels of different lengths, none, or such as are no labels
 */
export function purity(truth: Labels, labels: Labels): number {
  const { clusters, cells, n } = contingencyOf(truth, labels);
  const most = new Float64Array(clusters.length);
  for (const { column, count } of cells) most[column] = Math.max(most[column], count);
  return sumOf(most, (count) => count) / n;
}
