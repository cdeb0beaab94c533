/** What the plot shows of points and of a fit: two axes, and where clusters lie on them. */
import { type GaussianMixtureModel, type KMeansModel, pca } from '../../src/index.js';
import type { Centre, Ellipse } from '../shared/scatter_data.js';
import type { RunOptions } from '../shared/worker_host.js';
import type { Axes, Axis, Overlays } from './jobs.js';
import type { Prepared } from './points.js';
import { columnValues, type DataTable, type Numbers } from './table.js';

/** One axis: the rows' values, and where it is a linear map of the points, that map. */
interface AxisValues {
  readonly name: string;
  readonly values: Numbers;
  /** value = weights . point + offset */
  readonly map?: { readonly weights: Float64Array; readonly offset: number };
}

export type ViewAxes = readonly [x: AxisValues, y: AxisValues];

export async function makeAxes(
  table: DataTable,
  prepared: Prepared,
  [x, y]: Axes,
  options: RunOptions,
): Promise<ViewAxes> {
  const principal = 'component' in x || 'component' in y ? await scores(prepared, options) : [];
  const make = (axis: Axis): AxisValues =>
    'component' in axis
      ? (principal.at(axis.component - 1) ?? rowNumbers(prepared.points.shape[0]))
      : columnAxis(table, prepared, axis.column);
  return [make(x), make(y)];
}

/** Where there is no second component: one column, or one row. */
function rowNumbers(rows: number): AxisValues {
  return { name: 'row', values: Float64Array.from({ length: rows }, (_, i) => i) };
}

/** The first two principal components, or as many as there are. */
async function scores(
  { points, reduction }: Prepared,
  options: RunOptions,
): Promise<readonly AxisValues[]> {
  const [n, d] = points.shape;
  const count = Math.min(2, d, n);
  if (n < 2) return [];
  const model = reduction ?? (await pca(points, { nComponents: count, ...options }));
  const { data, shape } = reduction ? points : await model.transform(points, options);
  return Array.from({ length: count }, (_, t): AxisValues => {
    const values = Float32Array.from({ length: n }, (_, i) => data[i * shape[1] + t]);
    const percent = (100 * model.explainedVarianceRatio[t]).toFixed(1);
    const name = `principal component ${t + 1} (${percent} % of the variance)`;
    const weights = reduction
      ? Float64Array.from({ length: d }, (_, j) => Number(j === t))
      : model.components.data.slice(t * d, (t + 1) * d);
    const offset = reduction
      ? 0
      : -weights.reduce((sum, weight, j) => sum + weight * model.mean[j], 0);
    return { name, values, map: { weights, offset } };
  });
}

function columnAxis(table: DataTable, prepared: Prepared, position: number): AxisValues {
  const { name } = table.columns[position];
  const { settings, points, scales, reduction, rows } = prepared;
  const all = columnValues(table, position);
  const values = rows ? Float64Array.from(rows, (row) => all[row]) : all;
  const j = settings.columns.indexOf(position);
  if (j < 0) return { name, values };
  const [deviation, mean] = scales ? [scales.deviation[j], scales.mean[j]] : [1, 0];
  const [, d] = points.shape;
  const weights = Float64Array.from({ length: d }, (_, t) =>
    reduction
      ? deviation * reduction.components.data[t * settings.columns.length + j]
      : deviation * Number(t === j),
  );
  const offset = (reduction ? deviation * reduction.mean[j] : 0) + mean;
  return { name, values, map: { weights, offset } };
}

/** The part of a fitted model that is drawn. */
export type Drawable = KMeansModel | GaussianMixtureModel;

/** Where the clusters of a model lie on the axes. */
export function overlaysOf(model: Drawable, [x, y]: ViewAxes): Overlays {
  const mixture = 'means' in model;
  const { data, shape } = mixture ? model.means : model.centroids;
  const [k, d] = shape;
  if (!x.map || !y.map) {
    return { centres: memberMeans(model.labels, k, x.values, y.values), ellipses: [] };
  }
  const place = ({ weights, offset }: NonNullable<AxisValues['map']>, c: number) =>
    weights.reduce((sum, weight, j) => sum + weight * data[c * d + j], offset);
  const [across, up] = [x.map, y.map];
  const centres = Array.from({ length: k }, (_, c) => ({ x: place(across, c), y: place(up, c) }));
  if (!mixture) return { centres, ellipses: [] };
  const covariance = covarianceEntries(model);
  const ellipses = centres.map((centre, c): Ellipse => {
    const product = (a: Float64Array, b: Float64Array) => {
      let sum = 0;
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) sum += a[i] * covariance(c, i, j) * b[j];
      }
      return sum;
    };
    return {
      ...centre,
      xx: product(across.weights, across.weights),
      xy: product(across.weights, up.weights),
      yy: product(up.weights, up.weights),
    };
  });
  return { centres, ellipses };
}

/** Entry (i, j) of a component's covariance matrix, for every kind of covariance. */
function covarianceEntries({
  covariances: { data },
  covarianceType,
  means,
}: GaussianMixtureModel): (c: number, i: number, j: number) => number {
  const d = means.shape[1];
  switch (covarianceType) {
    case 'full':
      return (c, i, j) => data[(c * d + i) * d + j];
    case 'tied':
      return (_, i, j) => data[i * d + j];
    case 'diag':
      return (c, i, j) => (i === j ? data[c * d + i] : 0);
    case 'spherical':
    case 'fixed':
      return (c, i, j) => (i === j ? data[c] : 0);
  }
}

function memberMeans(labels: Uint32Array, k: number, x: Numbers, y: Numbers): Centre[] {
  const sums = Array.from({ length: k }, () => ({ x: 0, y: 0, count: 0 }));
  labels.forEach((label, i) => {
    const sum = sums[label];
    sum.x += x[i];
    sum.y += y[i];
    sum.count++;
  });
  return sums.map((sum) => ({
    x: sum.x / Math.max(1, sum.count),
    y: sum.y / Math.max(1, sum.count),
  }));
}
