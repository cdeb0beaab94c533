/** What coefficients are worth before any clustering. */
import { plural, show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import { createPause } from '../../math/event_loop.js';
import { createRandom } from '../../math/random.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { checkOptions, RUNTIME_RULES } from '../../fit/options.js';
import { encodeLabels, type Labels } from '../scores/labels.js';
import { largestOfGraph } from '../spectral_clustering/eigenvectors.js';
import { normalizedGraph } from '../spectral_clustering/graph.js';
import { affinityOf } from './coefficient_graph.js';
import type { Coefficients } from './expression.js';
import { csrOfRows, rowOf } from './sparse_rows.js';

function checkSquare(coefficients: Coefficients): number {
  const { shape } = (coefficients ?? {}) as Partial<Coefficients>;
  if (shape && shape[0] === shape[1]) return shape[0];
  throw new InvalidArgumentError(
    'coefficients',
    `coefficients are ${shape ? shape.join(' x ') : show(coefficients)}; give the n x n coefficients of a SubspaceClusteringModel.`,
  );
}

function checkClasses(coefficients: Coefficients, truth: Labels) {
  const n = checkSquare(coefficients);
  const classes = encodeLabels('truth', truth);
  if (classes.codes.length === n) return classes;
  throw new InvalidArgumentError(
    'truth',
    `truth has ${classes.codes.length} ${plural(classes.codes.length, 'entry', 'entries')} for coefficients of ${n} rows; give one label a row.`,
  );
}

/**
 * The mean over rows of what share of their coefficients' magnitudes lies on rows of other classes: 0 where
 * every row is expressed by its own class, 1 where by others only, or by none.
 *
 * @param coefficients n x n, a row's in its row, as a SubspaceClusteringModel has them
 * @param truth the class of each row, [n]: whole numbers or strings
 * @throws InvalidArgumentError on lengths that do not fit
 */
export function selfExpressionError(coefficients: Coefficients, truth: Labels): number {
  const { codes } = checkClasses(coefficients, truth);
  let error = 0;
  codes.forEach((code, i) => {
    const { columns, values } = rowOf(coefficients, i);
    let [other, all] = [0, 0];
    columns.forEach((j, e) => {
      all += Math.abs(values[e]);
      if (codes[j] !== code) other += Math.abs(values[e]);
    });
    error += all > 0 ? other / all : 1;
  });
  return error / codes.length;
}

/**
 * Coefficients that are not 0, per row.
 *
 * @param coefficients see {@link selfExpressionError}
 */
export function sparsity(coefficients: Coefficients): number {
  const n = checkSquare(coefficients);
  let count = 0;
  for (const value of coefficients.data) if (value !== 0) count++;
  return count / n;
}

/**
 * The least connected class: the smallest, over classes, of the second eigenvalue of the normalized Laplacian
 * of |C| + |C|' within the class, rows of C scaled to length 1. 0 where a class falls apart (or is one row), so
 * that no clustering can find it whole.
 *
 * @param coefficients see {@link selfExpressionError}
 * @param classes the class of each row, [n]: true ones, or the model's labels
 * @throws InvalidArgumentError on lengths that do not fit; the signal's reason when cancelled
 */
export async function connectivity(
  coefficients: Coefficients,
  classes: Labels,
  options: ComputeOptions = {},
): Promise<number> {
  const { runtime, signal } = checkOptions('connectivity', options, RUNTIME_RULES);
  const { codes, count } = checkClasses(coefficients, classes);
  const pause = createPause(signal);
  let least = 2;
  for (let c = 0; c < count; c++) {
    const members = Array.from(codes.keys()).filter((i) => codes[i] === c);
    const place = new Map(members.map((row, at) => [row, at]));
    const own = members.map((i) => {
      const { columns, values } = rowOf(coefficients, i);
      const within = Array.from(columns.keys()).filter((e) => place.has(columns[e]));
      return {
        columns: within.map((e) => place.get(columns[e])!),
        values: within.map((e) => values[e]),
      };
    });
    if (own.every(({ columns }) => columns.length === 0)) return 0;
    const affinity = await affinityOf(
      csrOfRows(own, members.length),
      {
        ...{ k: 1, keep: 1, rowScale: 'length', affinity: 'magnitudes', dimension: 1, power: 1 },
      },
      pause,
    );
    const graph = normalizedGraph(affinity, false);
    if (graph.parts > 1) return 0;
    const { values } = await largestOfGraph(graph, 2, createRandom(0), runtime, signal);
    least = Math.min(least, Math.max(0, 1 - values[1]));
  }
  return least;
}
