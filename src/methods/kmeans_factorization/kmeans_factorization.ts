/** K-means as a factorization of matrices. */
import { InvalidArgumentError } from '../../errors.js';
import { clusterProjection, membership } from '../../math/cluster_projection.js';
import type { LinearOperator } from '../../math/linear_operator.js';
import { assign } from '../../ops/clustering/assign.js';
import { clusterSums } from '../../ops/clustering/sums.js';
import type { CsrMatrix } from '../../ops/sparse/csr.js';
import type { Points } from '../../rows/matrix.js';
import type { PointStream } from '../../rows/point_stream.js';
import { placedOf } from '../kmeans/centroid_model.js';
import { KMeansModel } from '../kmeans/kmeans_model.js';
import { type ComputeOptions, withPlaced } from '../kmeans/placed.js';

/** The clusters of n rows as matrices; columns of Z (d x n) are the rows. */
export interface KMeansFactorization {
  /** k x n: 1 where row c is the cluster of row i of the points, else 0. */
  readonly H: CsrMatrix;
  /** H'(HH')^-1 H, n x n, as an operator: it replaces each entry by the mean of its cluster's. */
  readonly projection: LinearOperator;
  /** |Z - Z H'(HH')^-1 H|^2, Frobenius. */
  readonly objective: number;
  /** What ran the work: the adapter's name, or 'cpu'. */
  readonly engine: string;
}

/**
 * The clusters that K-means found as a factorization: its objective is
 * |Z - Z H'(HH')^-1 H|^2 over the memberships H, the squared distance of the rows to the means of their
 * clusters. That is the model's `inertia` where the centroids are these means, as after a fit with `tol: 0`
 * that converged; after a fit that `tol` ended it is less by what one more update of the centroids gains.
 *
 * Found as the inertia less sum_c |r_c|^2 / n_c, r_c the sum of the n_c rows of cluster c less its centroid.
 *
 * @param model of `kmeans`, metric 'euclidean', fitted without weights
 * @param points the rows it was fitted to, n x d, in any form, or the stream of them; never changed
 * @throws InvalidArgumentError where these are other rows; ShapeError, NonFiniteError on bad input;
 *   DeviceLostError, OutOfMemoryError, DeviceLimitError from the device; the signal's reason when cancelled
 */
export async function kmeansFactorization(
  model: KMeansModel,
  points: Points | PointStream,
  options: ComputeOptions = {},
): Promise<KMeansFactorization> {
  if (!((model as unknown) instanceof KMeansModel)) {
    refuse('model', 'model is not a KMeansModel; give what kmeans returned');
  }
  const { k, labels, metric } = model;
  if (metric !== 'euclidean') {
    refuse('model', `model's metric is '${metric}'; give a model of metric 'euclidean'`);
  }
  const placed = placedOf(model);
  const method = 'kmeansFactorization';
  return withPlaced(placed, method, points, options, async (session, _, engine) => {
    const [n] = session.shape;
    if (n !== labels.length) {
      refuse(
        'points',
        `points has ${n} rows, but model was fitted to ${labels.length}; give the same rows`,
      );
    }
    const { centred } = placed;
    const found = await session.run(assign, centred, k, options.signal);
    const other = found.labels.findIndex((label, i) => label !== labels[i]);
    if (other >= 0) {
      refuse(
        'points',
        `row ${other} of points is nearest to centroid ${found.labels[other]}, but lies in cluster ` +
          `${labels[other]} of model; give the rows it was fitted to`,
      );
    }
    const { residuals } = await session.run(clusterSums, centred, k, options.signal);
    const d = residuals.length / k;
    const H = membership(labels, k);
    let gained = 0;
    residuals.forEach((value, at) => {
      const c = Math.floor(at / d);
      const size = H.indptr[c + 1] - H.indptr[c];
      if (size > 0) gained += value ** 2 / size;
    });
    const projection = clusterProjection(labels, k);
    return { H, projection, objective: Math.max(0, found.inertia - gained), engine };
  });
}

function refuse(argument: string, message: string): never {
  throw new InvalidArgumentError(argument, `kmeansFactorization: ${message}.`);
}
