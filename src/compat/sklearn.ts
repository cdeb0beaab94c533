/**
 * `webgpu-clustering/compat/sklearn`: classes with scikit-learn's names, defaults and attributes. `fit` and what
 * contains it are promises; what is asked of a fitted model is synchronous, in float64 on the host.
 */
import { show } from '../../host/show.js';
import { ClusteringError, InvalidArgumentError } from '../errors.js';
import { createRandom } from '../math/random.js';
import { dbscan } from '../methods/dbscan/dbscan.js';
import { gaussianMixture } from '../methods/gaussian_mixture/gaussian_mixture.js';
import { hdbscan } from '../methods/hdbscan/hdbscan.js';
import { kmeans } from '../methods/kmeans/kmeans.js';
import { miniBatchKMeans } from '../methods/mini_batch_kmeans/mini_batch_kmeans.js';
import { pca } from '../methods/pca/pca.js';
import { distanceBy, type Rule } from './assign.js';
import { arraysOf, joined, rows64, type Rows64, type Where } from './rows.js';

type X = readonly ArrayLike<number>[];

const SQUARED: Rule = { ties: 'lowest', form: 'squared' };

/** Options of every class: where and how long to work. */
type Params<Own> = Own & Where;

/** What all have: their parameters by scikit-learn's names. */
abstract class Estimator<Own extends object> {
  protected params: Params<Own>;
  /** Columns of the rows of the fit. */
  n_features_in_ = 0;

  protected constructor(defaults: Own, given: Partial<Params<Own>>) {
    this.params = { ...defaults };
    this.set_params(given);
  }

  get_params(): Params<Own> {
    return { ...this.params };
  }

  /** @throws InvalidArgumentError on a name that is none of this class's */
  set_params(given: Partial<Params<Own>>): this {
    for (const name of Object.keys(given)) {
      if (name in this.params || name === 'runtime' || name === 'signal') continue;
      throw new InvalidArgumentError(
        name,
        `${this.constructor.name}: there is no parameter '${name}'; there are ${Object.keys(this.params).join(', ')}.`,
      );
    }
    this.params = { ...this.params, ...given };
    return this;
  }

  /** Where to work, and the rows. */
  protected begin(rows: X): {
    readonly rows: Rows64;
    readonly points: Points;
    readonly where: Where;
  } {
    const read = rows64('X', rows);
    const { runtime, signal } = this.params;
    const where = { ...(runtime === undefined ? {} : { runtime }), ...(signal ? { signal } : {}) };
    this.n_features_in_ = read.d;
    return { rows: read, points: { data: read.x, shape: [read.n, read.d] }, where };
  }

  /** Rows for a fitted model. */
  protected asked(rows: X): Rows64 {
    if (this.n_features_in_ === 0) {
      throw new ClusteringError(
        'not-fitted',
        `This ${this.constructor.name} is not fitted yet; await fit(X) first.`,
      );
    }
    const read = rows64('X', rows);
    if (read.d === this.n_features_in_) return read;
    throw new InvalidArgumentError(
      'X',
      `X has ${read.d} columns, but ${this.constructor.name} was fitted to ${this.n_features_in_}.`,
    );
  }
}

interface Points {
  readonly data: Float64Array;
  readonly shape: readonly [number, number];
}

/** Of `random_state`: a whole number, or null for one that differs each time. */
function seedOf(state: number | null): number {
  return state ?? Math.floor(createRandom(Date.now() % 2 ** 32).next() * 2 ** 32);
}

abstract class Centroids<Own extends object> extends Estimator<Own> {
  /** [k][d] */
  cluster_centers_: number[][] = [];
  labels_ = new Int32Array(0);
  inertia_ = 0;

  protected nearest(rows: Rows64): { readonly labels: Int32Array; readonly inertia: number } {
    const centres = joined(this.cluster_centers_, rows.d);
    const labels = new Int32Array(rows.n);
    let inertia = 0;
    for (let i = 0; i < rows.n; i++) {
      let best = Number.POSITIVE_INFINITY;
      for (let j = 0; j < this.cluster_centers_.length; j++) {
        const distance = distanceBy(SQUARED, rows.x, i, centres, j, rows.d);
        if (distance < best) [best, labels[i]] = [distance, j];
      }
      inertia += best;
    }
    return { labels, inertia };
  }

  /** The nearest centroid of each row. */
  predict(rows: X): Int32Array {
    return this.nearest(this.asked(rows)).labels;
  }

  /** Distances of each row from each centroid, [n][k]. */
  transform(rows: X): number[][] {
    const { x, n, d } = this.asked(rows);
    const centres = joined(this.cluster_centers_, d);
    return Array.from({ length: n }, (_, i) =>
      this.cluster_centers_.map((__, j) => Math.sqrt(distanceBy(SQUARED, x, i, centres, j, d))),
    );
  }

  /** Minus the sum of squared distances from the nearest centroids. */
  score(rows: X): number {
    return -this.nearest(this.asked(rows)).inertia;
  }
}

interface KMeansParams {
  n_clusters: number;
  init: 'k-means++' | 'random' | number[][];
  n_init: number;
  max_iter: number;
  tol: number;
  random_state: number | null;
}

/** `sklearn.cluster.KMeans` of scikit-learn 1.2. */
export class KMeans extends Centroids<KMeansParams> {
  n_iter_ = 0;

  constructor(params: Partial<Params<KMeansParams>> = {}) {
    super(
      {
        ...{ n_clusters: 8, init: 'k-means++', n_init: 10 },
        ...{ max_iter: 300, tol: 1e-4, random_state: null },
      },
      params,
    );
  }

  async fit(rows: X, _y?: unknown, sample_weight?: ArrayLike<number>): Promise<this> {
    const { points, where } = this.begin(rows);
    const { n_clusters, init, n_init, max_iter, tol, random_state } = this.params;
    const model = await kmeans(points, {
      ...{ k: n_clusters, init, maxIter: max_iter, tol, seed: seedOf(random_state) },
      nInit: typeof init === 'string' ? n_init : 1,
      ...(sample_weight ? { sampleWeight: sample_weight } : {}),
      ...where,
    });
    this.cluster_centers_ = arraysOf(Float64Array.from(model.centroids.data), this.n_features_in_);
    this.labels_ = Int32Array.from(model.labels);
    this.inertia_ = model.inertia;
    this.n_iter_ = model.iterations;
    return this;
  }

  async fit_predict(rows: X): Promise<Int32Array> {
    return (await this.fit(rows)).labels_;
  }

  async fit_transform(rows: X): Promise<number[][]> {
    return (await this.fit(rows)).transform(rows);
  }
}

interface MiniBatchParams {
  n_clusters: number;
  init: 'k-means++' | 'random' | number[][];
  n_init: number;
  max_iter: number;
  batch_size: number;
  tol: number;
  max_no_improvement: number;
  reassignment_ratio: number;
  random_state: number | null;
}

/** `sklearn.cluster.MiniBatchKMeans` of scikit-learn 1.2. */
export class MiniBatchKMeans extends Centroids<MiniBatchParams> {
  n_steps_ = 0;

  constructor(params: Partial<Params<MiniBatchParams>> = {}) {
    super(
      {
        ...{ n_clusters: 8, init: 'k-means++', n_init: 3, max_iter: 100, batch_size: 1024, tol: 0 },
        ...{ max_no_improvement: 10, reassignment_ratio: 0.01, random_state: null },
      },
      params,
    );
  }

  async fit(rows: X): Promise<this> {
    const { points, rows: read, where } = this.begin(rows);
    const { n_clusters, init, n_init, max_iter, batch_size, tol } = this.params;
    const { max_no_improvement, reassignment_ratio, random_state } = this.params;
    const model = await miniBatchKMeans(points, {
      ...{ k: n_clusters, init, maxIter: max_iter, batchSize: batch_size, tol },
      ...{ maxNoImprovement: max_no_improvement, reassignmentRatio: reassignment_ratio },
      ...{ nInit: typeof init === 'string' ? n_init : 1, seed: seedOf(random_state) },
      ...where,
    });
    this.cluster_centers_ = arraysOf(Float64Array.from(model.centroids.data), read.d);
    const { labels, inertia } = this.nearest(read);
    [this.labels_, this.inertia_, this.n_steps_] = [
      labels as Int32Array<ArrayBuffer>,
      inertia,
      model.steps,
    ];
    return this;
  }

  async fit_predict(rows: X): Promise<Int32Array> {
    return (await this.fit(rows)).labels_;
  }
}

interface MixtureParams {
  n_components: number;
  covariance_type: 'full' | 'tied' | 'diag' | 'spherical';
  tol: number;
  reg_covar: number;
  max_iter: number;
  n_init: number;
  init_params: 'kmeans' | 'k-means++' | 'random' | 'random_from_data';
  random_state: number | null;
}

/** `sklearn.mixture.GaussianMixture` of scikit-learn 1.2. */
export class GaussianMixture extends Estimator<MixtureParams> {
  weights_: number[] = [];
  means_: number[][] = [];
  /** By `covariance_type`: full [k][d][d] and tied [d][d], diag [k][d], spherical [k], one after the other. */
  covariances_ = new Float64Array(0);
  /** Likewise: the upper triangular U with U U' the precision. */
  precisions_cholesky_ = new Float64Array(0);
  converged_ = false;
  n_iter_ = 0;
  lower_bound_ = Number.NEGATIVE_INFINITY;

  constructor(params: Partial<Params<MixtureParams>> = {}) {
    super(
      {
        ...{ n_components: 1, covariance_type: 'full', tol: 1e-3, reg_covar: 1e-6, max_iter: 100 },
        ...{ n_init: 1, init_params: 'kmeans', random_state: null },
      },
      params,
    );
  }

  async fit(rows: X): Promise<this> {
    const { points, where } = this.begin(rows);
    const { n_components, covariance_type, tol, reg_covar, max_iter, n_init } = this.params;
    const model = await gaussianMixture(points, {
      ...{ k: n_components, covarianceType: covariance_type, tol, regCovar: reg_covar },
      ...{ maxIter: max_iter, nInit: n_init, init: this.params.init_params },
      seed: seedOf(this.params.random_state),
      ...where,
    });
    this.weights_ = Array.from(model.weights.data);
    this.means_ = arraysOf(Float64Array.from(model.means.data), this.n_features_in_);
    this.covariances_ = Float64Array.from(model.covariances.data);
    this.precisions_cholesky_ = Float64Array.from(model.precisionsCholesky.data);
    [this.converged_, this.n_iter_] = [model.converged, model.iterations];
    this.lower_bound_ = model.lowerBound;
    return this;
  }

  async fit_predict(rows: X): Promise<Int32Array> {
    return (await this.fit(rows)).predict(rows);
  }

  /** log of weight times density of each row in each component, [n][k]. */
  #logJoint(rows: X): number[][] {
    const { x, n, d } = this.asked(rows);
    const { covariance_type: type } = this.params;
    const factors = this.precisions_cholesky_;
    const offsets = this.weights_.map(
      (_, c) => ({ full: c * d * d, tied: 0, diag: c * d, spherical: c })[type],
    );
    const factorAt = (c: number, row: number, column: number) => {
      if (type === 'full' || type === 'tied') return factors[offsets[c] + row * d + column];
      if (row !== column) return 0;
      return factors[offsets[c] + (type === 'diag' ? row : 0)];
    };
    const logs = this.weights_.map((weight, c) => {
      let sum = Math.log(weight) - (d / 2) * Math.log(2 * Math.PI);
      for (let j = 0; j < d; j++) sum += Math.log(factorAt(c, j, j));
      return sum;
    });
    return Array.from({ length: n }, (_, i) =>
      this.means_.map((mean, c) => {
        let squared = 0;
        for (let column = 0; column < d; column++) {
          let sum = 0;
          for (let row = 0; row <= column; row++) {
            sum += (x[i * d + row] - mean[row]) * factorAt(c, row, column);
          }
          squared += sum * sum;
        }
        return logs[c] - squared / 2;
      }),
    );
  }

  /** The log-density of each row. */
  score_samples(rows: X): number[] {
    return this.#logJoint(rows).map(logSum);
  }

  /** Its mean. */
  score(rows: X): number {
    return this.score_samples(rows).reduce((sum, value) => sum + value, 0) / rows.length;
  }

  /** [n][k] */
  predict_proba(rows: X): number[][] {
    return this.#logJoint(rows).map((logs) => {
      const whole = logSum(logs);
      return logs.map((value) => Math.exp(value - whole));
    });
  }

  /** The most likely component of each row. */
  predict(rows: X): Int32Array {
    return Int32Array.from(this.#logJoint(rows), (logs) => logs.indexOf(Math.max(...logs)));
  }

  bic(rows: X): number {
    return -2 * this.score(rows) * rows.length + this.#parameters() * Math.log(rows.length);
  }

  aic(rows: X): number {
    return -2 * this.score(rows) * rows.length + 2 * this.#parameters();
  }

  #parameters(): number {
    const [k, d] = [this.weights_.length, this.n_features_in_];
    const triangle = (d * (d + 1)) / 2;
    const { covariance_type } = this.params;
    const own = { full: k * triangle, tied: triangle, diag: k * d, spherical: k }[covariance_type];
    return own + k * d + k - 1;
  }
}

function logSum(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(logs.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

interface PcaParams {
  /** A number, a share of the variance in (0, 1), or null for all. */
  n_components: number | null;
  whiten: boolean;
}

/** `sklearn.decomposition.PCA` of scikit-learn 1.2. */
export class PCA extends Estimator<PcaParams> {
  components_: number[][] = [];
  mean_: number[] = [];
  explained_variance_: number[] = [];
  explained_variance_ratio_: number[] = [];
  singular_values_: number[] = [];
  noise_variance_ = 0;
  n_components_ = 0;

  constructor(params: Partial<Params<PcaParams>> = {}) {
    super({ n_components: null, whiten: false }, params);
  }

  async fit(rows: X): Promise<this> {
    const { points, where } = this.begin(rows);
    const { n_components } = this.params;
    const model = await pca(points, { nComponents: n_components ?? 'all', ...where });
    this.components_ = arraysOf(Float64Array.from(model.components.data), this.n_features_in_);
    this.mean_ = Array.from(model.mean);
    this.explained_variance_ = Array.from(model.explainedVariance);
    this.explained_variance_ratio_ = Array.from(model.explainedVarianceRatio);
    this.singular_values_ = Array.from(model.singularValues);
    this.noise_variance_ = model.noiseVariance;
    this.n_components_ = model.nComponents;
    return this;
  }

  async fit_transform(rows: X): Promise<number[][]> {
    return (await this.fit(rows)).transform(rows);
  }

  #scaleOf(c: number): number {
    return this.params.whiten ? Math.sqrt(this.explained_variance_[c]) : 1;
  }

  /** [n][n_components_] */
  transform(rows: X): number[][] {
    const { x, n, d } = this.asked(rows);
    return Array.from({ length: n }, (_, i) =>
      this.components_.map((component, c) => {
        let sum = 0;
        for (let j = 0; j < d; j++) sum += (x[i * d + j] - this.mean_[j]) * component[j];
        return sum / this.#scaleOf(c);
      }),
    );
  }

  /** Rows from their scores, [n][d]. */
  inverse_transform(scores: X): number[][] {
    if (this.n_components_ !== scores[0]?.length) {
      throw new InvalidArgumentError(
        'X',
        `X has ${show(scores[0]?.length)} columns, but the model has ${this.n_components_} components.`,
      );
    }
    return Array.from(scores, (score) =>
      this.mean_.map((mean, j) =>
        this.components_.reduce(
          (sum, part, c) => sum + score[c] * this.#scaleOf(c) * part[j],
          mean,
        ),
      ),
    );
  }
}

/** `sklearn.cluster.DBSCAN`. */
export class DBSCAN extends Estimator<{ eps: number; min_samples: number }> {
  /** -1 is noise. */
  labels_ = new Int32Array(0);
  core_sample_indices_ = new Uint32Array(0);
  /** The core rows. */
  components_: number[][] = [];

  constructor(params: Partial<Params<{ eps: number; min_samples: number }>> = {}) {
    super({ eps: 0.5, min_samples: 5 }, params);
  }

  async fit(rows: X): Promise<this> {
    const { points, where } = this.begin(rows);
    const { eps, min_samples } = this.params;
    const { labels, core } = await dbscan(points, { eps, minSamples: min_samples, ...where });
    this.labels_ = Int32Array.from(labels);
    this.core_sample_indices_ = Uint32Array.from(core);
    this.components_ = Array.from(core, (row) => Array.from(rows[row]));
    return this;
  }

  async fit_predict(rows: X): Promise<Int32Array> {
    return (await this.fit(rows)).labels_;
  }
}

interface HdbscanParams {
  min_cluster_size: number;
  min_samples: number | null;
  cluster_selection_method: 'eom' | 'leaf';
}

/** `sklearn.cluster.HDBSCAN` of scikit-learn 1.3. */
export class HDBSCAN extends Estimator<HdbscanParams> {
  /** -1 is noise. */
  labels_ = new Int32Array(0);
  probabilities_: number[] = [];

  constructor(params: Partial<Params<HdbscanParams>> = {}) {
    super({ min_cluster_size: 5, min_samples: null, cluster_selection_method: 'eom' }, params);
  }

  async fit(rows: X): Promise<this> {
    const { points, where } = this.begin(rows);
    const { min_cluster_size, min_samples, cluster_selection_method } = this.params;
    const { labels, probabilities } = await hdbscan(points, {
      minClusterSize: min_cluster_size,
      minSamples: min_samples ?? min_cluster_size,
      clusterSelectionMethod: cluster_selection_method,
      ...where,
    });
    this.labels_ = Int32Array.from(labels);
    this.probabilities_ = Array.from(probabilities);
    return this;
  }

  async fit_predict(rows: X): Promise<Int32Array> {
    return (await this.fit(rows)).labels_;
  }
}
