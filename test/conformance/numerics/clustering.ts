/** K-means and spherical k-means on a kind of data, held to float64. */
import type { CentroidModel, Metric } from '../../../src/index.js';
import type { NumericsKind } from '../../golden/index.js';
import { FAR_APART } from './kinds.js';
import { type Findings, Ledger, type Place, relative } from './figure.js';
import { columnMeans, directions, FLOAT32, type Rows, rowsOf, squaredDistance } from './float64.js';

const METHODS = { euclidean: 'K-means', cosine: "K-means 'cosine'" } as const;
/** Relative: of the objective to float64's, and of what a model says of itself to what it is. */
const LIMITS = {
  // Float32 costs are summed in short runs.
  euclidean: { objective: 1e-5, own: 1e-6 },
  // Rows are scaled to length 1 first.
  cosine: { objective: 1e-5, own: 1e-5 },
} as const;
const BECAUSE = 'rows are stored in float32, and costs are summed in short runs of float32';
/** n costs are added one after the other: a random walk of three deviations is this times the root of n. */
const SUMS = 3 * FLOAT32;
const MINI_BATCH = { batchSize: 64, maxIter: 5 } as const;

/** The rows as the metric sees them, and how far float32 rounds each of their numbers. */
interface Seen {
  readonly rows: Rows;
  /** What float32 rows are less of; zeros for 'cosine', whose rows may be scaled in float32. */
  readonly shift: Float64Array;
  /** 'cosine' is half a squared distance of unit rows. */
  readonly factor: number;
}

function seenBy(metric: Metric, rows: Rows): Seen {
  if (metric === 'euclidean') return { rows, shift: columnMeans(rows), factor: 1 };
  return { rows: directions(rows), shift: new Float64Array(rows.shape[1]), factor: 0.5 };
}

/**
 * By how much the squared distance of row i to centroid c may be off in float32: each coordinate of
 * both is rounded once where it is stored, their difference once more, then the sum of d squares. A
 * public centroid that is a Float32Array has been rounded in the caller's units, too.
 */
function rounding({ rows, shift }: Seen, i: number, centroids: Rows, c: number): number {
  const d = rows.shape[1];
  const isRounded = centroids.data instanceof Float32Array;
  let [error, squares] = [0, 0];
  for (let j = 0; j < d; j++) {
    const [x, y] = [rows.data[i * d + j], centroids.data[c * d + j]];
    const stored = Math.abs(x - shift[j]) + Math.abs(y - shift[j]) + (isRounded ? Math.abs(y) : 0);
    const gap = FLOAT32 * (stored + Math.abs(x - y));
    error += 2 * Math.abs(x - y) * gap + gap ** 2;
    squares += (x - y) ** 2;
  }
  return error + (d + 2) * FLOAT32 * squares;
}

/** Rows whose label is not their nearest centroid, by more than float32 rounds. */
function misplaced(seen: Seen, centroids: Rows, labels: ArrayLike<number>): number {
  const [n] = seen.rows.shape;
  const [k] = centroids.shape;
  let count = 0;
  for (let i = 0; i < n; i++) {
    const own = squaredDistance(seen.rows, i, centroids, labels[i]);
    const allowance = rounding(seen, i, centroids, labels[i]);
    for (let c = 0; c < k; c++) {
      const other = squaredDistance(seen.rows, i, centroids, c);
      if (own - other <= allowance + rounding(seen, i, centroids, c)) continue;
      count++;
      break;
    }
  }
  return count;
}

/** The objective of labels and centroids. */
function objective({ rows, factor }: Seen, centroids: Rows, labels: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    total += squaredDistance(rows, i, centroids, labels[i]);
  }
  return factor * total;
}

/**
 * What storing the rows in float32 may change their objective by, relative to it. Each row moves by up
 * to e = 2^-24 |x - shift|, its squared distance by 2 r e + e^2. The first part has either sign and adds
 * up over the rows like a random walk (twice its length is allowed), the second always adds.
 */
function storageError({ rows, shift }: Seen, centroids: Rows, labels: ArrayLike<number>) {
  const d = rows.shape[1];
  let [walk, added, total] = [0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    let length = 0;
    for (let j = 0; j < d; j++) length += (rows.data[i * d + j] - shift[j]) ** 2;
    const squares = squaredDistance(rows, i, centroids, labels[i]);
    const moved = FLOAT32 ** 2 * length;
    walk += 4 * squares * moved;
    added += moved;
    total += squares;
  }
  return { objective: (2 * Math.sqrt(walk) + added) / total, added: added / total };
}

const differing = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((count, value, i) => count + (value === b[i] ? 0 : 1), 0);

/** The public centroids; whether they are rounded is told by their type. */
function publicCentroids({ centroids: { data, shape } }: Pick<CentroidModel, 'centroids'>): Rows {
  return { data, shape: [shape[0], shape[1]] };
}

/** The centroids of labels: means, for 'cosine' scaled to length 1. */
function centroidsOf({ rows }: Seen, labels: ArrayLike<number>, k: number, metric: Metric): Rows {
  const [n, d] = rows.shape;
  const counts = new Float64Array(k);
  const sums = new Float64Array(k * d);
  for (let i = 0; i < n; i++) {
    counts[labels[i]]++;
    for (let j = 0; j < d; j++) sums[labels[i] * d + j] += rows.data[i * d + j];
  }
  const means = {
    data: sums.map((sum, at) => sum / counts[Math.floor(at / d)]),
    shape: [k, d] as const,
  };
  return metric === 'cosine' ? directions(means) : means;
}

/**
 * Fits from a start at which float32 and float64 go the same way (make_numerics.py has seen to that), so
 * labels and objective are to be equal. What must hold of any answer is asked of the model alone.
 */
export async function runClustering(
  { library, runtime, takeWarnings }: Place,
  kind: NumericsKind,
  metric: Metric,
): Promise<Findings> {
  const expected = metric === 'cosine' ? kind.cosine : kind.kmeans;
  if (expected === null) throw new Error(`numerics.json has no '${metric}' of ${kind.name}.`);
  const method = METHODS[metric];
  const { k } = kind;
  const points = rowsOf(kind);
  const seen = seenBy(metric, points);
  const init = { data: expected.start.data, shape: [k, points.shape[1]] } as const;
  const reference = centroidsOf(seen, expected.labels.data, k, metric);
  const storage = storageError(seen, reference, expected.labels.data);
  const ledger = new Ledger();

  await ledger.part(method, async () => {
    // Where rounding sends it round in circles, some more iterations show it as well as 300.
    const maxIter = expected.iterations + 20;
    const options = { k, init, metric, tol: 0, maxIter, runtime } as const;
    const model = await library.kmeans(points, options);
    const warnings = takeWarnings();
    ledger.expect(warnings.length === 0, `${method} warns: ${warnings.join('; ')}`);
    const found = publicCentroids(model);
    const own = objective(seen, found, model.labels);
    const limits = LIMITS[metric];
    // Float32 rows decide what the model says of itself; which rows it put together is seen in float64.
    const judged = metric === 'cosine' ? own : model.inertia;
    const allowed =
      metric === 'cosine' ? limits.objective : Math.max(limits.objective, storage.objective);
    ledger.figures.push(
      relative(
        { method, quantity: 'objective', tolerance: allowed, because: BECAUSE },
        judged,
        expected.inertia,
      ),
      relative(
        {
          method,
          quantity: 'its own objective',
          tolerance: Math.max(limits.own, storage.objective),
          because: BECAUSE,
        },
        model.inertia,
        own,
      ),
    );
    const apart = differing(model.labels, expected.labels.data);
    ledger.expect(apart === 0, `${method}: ${apart} labels are not those of float64`);
    const astray = misplaced(seen, found, model.labels);
    ledger.expect(astray === 0, `${method}: ${astray} rows are not with their nearest centroid`);
    const path = [...model.history, model.inertia];
    const rise = Math.max(...path.map((now, i) => (i === 0 ? 0 : now / path[i - 1] - 1)));
    // Centroids, too, are rounded to float32 in each iteration, which adds as rounding the rows does.
    const allowedRise = limits.own + SUMS * Math.sqrt(points.shape[0]) + storage.added;
    ledger.expect(
      rise <= allowedRise,
      `${method}: the objective rises by ${rise.toExponential(1)} of itself, allowed ${allowedRise.toExponential(1)}`,
    );
    const again = differing(await model.predict(points, { runtime }), model.labels);
    ledger.expect(again === 0, `${method}: ${again} labels are not what predict gives`);
    if (!FAR_APART.has(kind.name) || metric === 'cosine') return;
    const bounded = await library.kmeans(points, { ...options, algorithm: 'bounded' });
    const other = differing(bounded.labels, model.labels);
    ledger.expect(other === 0, `${method}: 'bounded' gives ${other} other labels`);
    const batches = await library.miniBatchKMeans(points, { k, init, ...MINI_BATCH, runtime });
    const given = await batches.predict(points, { runtime });
    takeWarnings();
    const lost = misplaced(seen, publicCentroids(batches), given);
    ledger.expect(lost === 0, `mini-batch: ${lost} rows are not with their nearest centroid`);
  });
  return ledger;
}
