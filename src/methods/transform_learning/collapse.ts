/** Whether a representation tells rows apart at all. */
import type { Pause } from '../../math/event_loop.js';
import { symmetricEigen } from '../../math/symmetric_eigen.js';
import type { Algebra, Matrix } from '../../ops/algebra/algebra.js';

/** Of the largest, below which a variance is nothing; and of the rows' spread, below which there is none left. */
const NOTHING = 1e-6;
/** Of the rows, above which one cluster owns all. */
const ALL = 0.99;

/** The summed variance of the columns, and in how many directions it lies. */
export interface Spread {
  readonly total: number;
  readonly rank: number;
}

export async function spreadOf(algebra: Algebra, z: Matrix, pause: Pause): Promise<Spread> {
  const { rows: n, columns: k } = z;
  const sums = await algebra.sums(z, 'columns');
  const bias = await algebra.combine([[-1 / n, sums]]);
  const centred = await algebra.combine([[1, z]], { bias });
  const gram = await algebra.gram(centred, { transposeA: true, alpha: 1 / n });
  const covariance = Float64Array.from(await algebra.read(gram));
  algebra.free(sums, bias, centred, gram);
  const { values } = await symmetricEigen(covariance, k, pause);
  return {
    total: values.reduce((sum, value) => sum + Math.max(0, value), 0),
    rank: values.filter((value) => value > NOTHING * values[0]).length,
  };
}

/** Sentences about what has collapsed, each with its figure. */
export function collapses(
  rows: Spread,
  representation: Spread,
  clusters?: { readonly labels: Uint32Array; readonly k: number },
): string[] {
  const found: string[] = [];
  const left = rows.total > 0 ? representation.total / rows.total : 1;
  if (left < NOTHING) {
    found.push(
      `the representation has collapsed: its rows vary by ${left.toPrecision(2)} of what the points do`,
    );
  } else if (representation.rank < Math.min(2, rows.rank)) {
    found.push(
      `the representation has collapsed to a line: ${representation.rank} of the points' ${rows.rank} directions is left`,
    );
  }
  if (clusters) found.push(...collapsedClusters(clusters.labels, clusters.k));
  return found;
}

function collapsedClusters(labels: Uint32Array, k: number): string[] {
  const counts = new Uint32Array(k);
  for (const label of labels) counts[label]++;
  const owning = counts.filter((count) => count > 0).length;
  const share = Math.max(...counts) / labels.length;
  if (owning < k) return [`the clusters have collapsed: only ${owning} of ${k} own rows`];
  return k > 1 && share > ALL
    ? [`the clusters have collapsed: one owns ${(100 * share).toFixed(1)} % of the rows`]
    : [];
}

/** Says it on the console, too. */
export function warned(method: string, sentences: readonly string[]): readonly string[] {
  for (const sentence of sentences) console.warn(`${method}: ${sentence}.`);
  return Object.freeze([...sentences]);
}
