/**
 * `webgpu-clustering/compat/ml-pca`: ml-pca 4's class. `PCA.fit` takes the place of its constructor, what is asked
 * of the result stays synchronous. It needs ml-matrix, as ml-pca does.
 */
import { AbstractMatrix, EVD, Matrix, NIPALS, SVD } from 'ml-matrix';
import { pca } from '../methods/pca/pca.js';
import { rows64, type Where } from './rows.js';

export type { Where } from './rows.js';

type MaybeMatrix = AbstractMatrix | number[][];

export interface PCAOptions {
  /** The dataset is a covariance matrix. Default false. */
  isCovarianceMatrix?: boolean;
  /** Default 'SVD'. */
  method?: 'SVD' | 'NIPALS' | 'covarianceMatrix';
  /** Default true. */
  center?: boolean;
  /** Columns to standard deviation 1, where they are centred. Default false. */
  scale?: boolean;
  /** Default 2. */
  nCompNIPALS?: number;
  /** Leaves out columns that cannot be scaled, in the place of a RangeError. Default false. */
  ignoreZeroVariance?: boolean;
}

export interface PCAModel {
  name: 'PCA';
  center: boolean;
  scale: boolean;
  means: number[];
  stdevs: number[];
  U: Matrix;
  S: number[];
  excludedFeatures?: number[];
}

export interface PredictOptions {
  nComponents?: number;
}

/** Multiply-adds of a decomposition below which the host does it, by the peer's own arithmetic. */
const SMALL = 2 ** 27;

interface Prepared {
  readonly data: Matrix;
  readonly means: number[] | null;
  readonly stdevs: number[] | null;
  readonly excluded: number[];
}

/** Principal components. */
export class PCA {
  readonly #model: PCAModel;

  private constructor(model: PCAModel) {
    this.#model = model;
  }

  /**
   * Fits the components of a dataset, one row a sample, which is not changed. Small ones, covariance matrices and
   * 'NIPALS' are the peer's to the last bit; large ones by 'SVD' or 'covarianceMatrix' go to the device, whose
   * components are float32, with the largest entry of each score positive.
   *
   * @throws Error, RangeError with the peer's messages; ShapeError, NonFiniteError on rows that it answers with NaN
   */
  static async fit(
    dataset: MaybeMatrix,
    options: PCAOptions = {},
    where: Where = {},
  ): Promise<PCA> {
    const { isCovarianceMatrix = false, method = 'SVD', nCompNIPALS = 2 } = options;
    const { center = true, scale = false, ignoreZeroVariance = false } = options;
    const given = Array.isArray(dataset) ? dataset : dataset.to2DArray();
    rows64('dataset', given);
    const data = new Matrix(given);
    const whole = { name: 'PCA' as const, center, scale };
    if (isCovarianceMatrix) {
      return new PCA({ ...whole, ...none(), ...ofCovariance(data), excludedFeatures: [] });
    }
    const prepared = prepare(data, { center, scale, ignoreZeroVariance });
    const { rows: n, columns: d } = prepared.data;
    const toDevice =
      center && (where.runtime === undefined ? n * d * d >= SMALL : where.runtime !== 'cpu');
    const parts =
      toDevice && method !== 'NIPALS'
        ? await onDevice(prepared.data, method, where)
        : decompose(prepared.data, method, nCompNIPALS);
    const { means, stdevs, excluded } = prepared;
    const scaling = { means, stdevs } as { means: number[]; stdevs: number[] };
    return new PCA({ ...whole, ...scaling, ...parts, excludedFeatures: excluded });
  }

  static load(model: PCAModel): PCA {
    const { name } = model as { readonly name: unknown };
    if (typeof name !== 'string') throw new TypeError('model must have a name property');
    if (name !== 'PCA') throw new RangeError(`invalid model: ${name}`);
    const { excludedFeatures = [] } = model;
    return new PCA({ ...model, U: Matrix.checkMatrix(model.U), excludedFeatures });
  }

  /** The scores of rows, which are not changed: n x nComponents, all of them by default. */
  predict(dataset: MaybeMatrix, options: PredictOptions = {}): Matrix {
    const { center, scale, means, stdevs, U, excludedFeatures = [] } = this.#model;
    const { nComponents = U.columns } = options;
    const rows = new Matrix(dataset as number[][]);
    if (center) {
      rows.subRowVector(means);
      if (scale) {
        for (const column of excludedFeatures) rows.removeColumn(column);
        rows.divRowVector(stdevs);
      }
    }
    const scores = rows.mmul(U);
    return scores.subMatrix(0, scores.rows - 1, 0, nComponents - 1);
  }

  /** Rows from their scores. */
  invert(dataset: Matrix): Matrix {
    const { center, scale, means, stdevs, U } = this.#model;
    const rows = Matrix.checkMatrix(dataset).mmul(U.transpose());
    if (!center) return rows;
    if (scale) rows.mulRowVector(stdevs);
    return rows.addRowVector(means);
  }

  /** The share of the variance that each component explains. */
  getExplainedVariance(): number[] {
    const { S } = this.#model;
    const sum = S.reduce((total, value) => total + value, 0);
    return S.map((value) => value / sum);
  }

  getCumulativeVariance(): number[] {
    let sum = 0;
    return this.getExplainedVariance().map((share) => (sum += share));
  }

  /** d x components, one a column. */
  getEigenvectors(): Matrix {
    return this.#model.U;
  }

  getEigenvalues(): number[] {
    return this.#model.S;
  }

  getStandardDeviations(): number[] {
    return this.#model.S.map(Math.sqrt);
  }

  /** One component a row. */
  getLoadings(): Matrix {
    return this.#model.U.transpose();
  }

  toJSON(): PCAModel {
    return { ...this.#model };
  }
}

const none = () =>
  ({ means: null, stdevs: null }) as unknown as { means: number[]; stdevs: number[] };

/** Centres, scales and leaves out columns, as the peer does: in place. */
function prepare(
  data: Matrix,
  {
    center,
    scale,
    ignoreZeroVariance,
  }: Required<Pick<PCAOptions, 'center' | 'scale' | 'ignoreZeroVariance'>>,
): Prepared {
  const excluded: number[] = [];
  if (!center) return { data, means: null, stdevs: null, excluded };
  const means = data.mean('column');
  const stdevs = scale ? data.standardDeviation('column', { mean: means }) : null;
  data.subRowVector(means);
  if (!stdevs) return { data, means, stdevs, excluded };
  for (let i = 0; i < stdevs.length; i++) {
    if (stdevs[i] !== 0) continue;
    if (!ignoreZeroVariance) {
      throw new RangeError(`Cannot scale the dataset (standard deviation is zero at index ${i}`);
    }
    data.removeColumn(i);
    stdevs.splice(i, 1);
    excluded.push(i);
    i--;
  }
  data.divRowVector(stdevs);
  return { data, means, stdevs, excluded };
}

type Parts = Pick<PCAModel, 'U' | 'S'>;

function ofCovariance(covariance: Matrix): Parts {
  const { eigenvectorMatrix: U, realEigenvalues: S } = new EVD(covariance, {
    assumeSymmetric: true,
  });
  return { U: U.flipRows(), S: S.reverse() };
}

function decompose(data: Matrix, method: PCAOptions['method'], nCompNIPALS: number): Parts {
  switch (method) {
    case 'covarianceMatrix':
      return ofCovariance(
        data
          .transpose()
          .mmul(data)
          .div(data.rows - 1),
      );
    case 'NIPALS': {
      const U = new Matrix(nCompNIPALS, data.columns);
      const S: number[] = [];
      let left: Matrix = data;
      for (let i = 0; i < nCompNIPALS; i++) {
        const component = new NIPALS(left);
        U.setRow(i, component.w.transpose());
        S.push(Math.pow(component.s.get(0, 0), 2));
        left = component.xResidual;
      }
      return { U: U.transpose(), S };
    }
    case 'SVD': {
      const { rightSingularVectors: U, diagonal } = new SVD(data, {
        computeLeftSingularVectors: false,
        computeRightSingularVectors: true,
        autoTranspose: true,
      });
      return { U, S: diagonal.map((value) => (value * value) / (data.rows - 1)) };
    }
    default:
      throw new Error(`unknown method: ${String(method)}`);
  }
}

async function onDevice(data: Matrix, method: PCAOptions['method'], where: Where): Promise<Parts> {
  if (method !== 'SVD' && method !== 'covarianceMatrix') {
    throw new Error(`unknown method: ${String(method)}`);
  }
  const points = { data: data.to1DArray(), shape: [data.rows, data.columns] };
  const { components, explainedVariance } = await pca(points, where);
  const [p, d] = components.shape;
  const U = Matrix.from1DArray(p, d, Array.from(components.data)).transpose();
  return { U, S: Array.from(explainedVariance) };
}
