/** Losses that draw the rows of a batch to centres, with their gradients. */
import { ceilDiv } from '../../../host/plan.js';
import weightsKernel from '../../../shaders/networks/cluster_weights.wgsl';
import pullCentresKernel from '../../../shaders/networks/pull_centres.wgsl';
import pullRowsKernel from '../../../shaders/networks/pull_rows.wgsl';
import type { Matrix, MatrixOp } from '../algebra/algebra.js';
import { runOver } from '../algebra/device_elementwise.js';
import { bufferOf } from '../algebra/device_matrix.js';

/** See shaders/networks/cluster_weights.wgsl. */
export type ClusterLoss = 'divergence' | 'soft' | 'nearest';

export interface ClusterWeights {
  readonly loss: ClusterLoss;
  /** rows x columns, k x columns. */
  readonly z: Matrix;
  readonly centres: Matrix;
  /** rows x k: of 'divergence', which shares are wanted. */
  readonly targets?: Matrix | undefined;
  /** Its sharpness: degrees of freedom of 'divergence', how near 'soft' is to 'nearest'. */
  readonly control: Matrix;
  readonly weight: number;
  /** rows x k: how hard each row is drawn to each centre. */
  readonly into: Matrix;
  /** 1 x rows. */
  readonly losses: Matrix;
}

export const clusterWeights: MatrixOp<ClusterWeights> = {
  async device(desk, { loss, z, centres, targets, control, weight, into, losses }) {
    const { rows, columns } = z;
    const quads = ceilDiv(columns, 4);
    await runOver(
      ...([
        desk,
        weightsKernel,
        { KIND: Number(weightsKernel.constants[loss.toUpperCase()]) },
      ] as const),
      { rows, quads, k: centres.rows, weight },
      {
        ...{ z: bufferOf(z), centres: bufferOf(centres) },
        targets: targets ? bufferOf(targets) : desk.unread,
        ...{ control: bufferOf(control), c: bufferOf(into), loss: bufferOf(losses) },
      },
      rows,
      8 * quads * centres.rows,
    );
  },
  twin: async () => (await import('./clusters.twin.js')).clusterWeights,
};

export interface PullRows {
  readonly z: Matrix;
  readonly centres: Matrix;
  /** What clusterWeights made. */
  readonly weights: Matrix;
  /** Becomes own gradient + sum_j c_ij (z_i - m_j). */
  readonly gradient: Matrix;
  readonly own: number;
}

export const pullRows: MatrixOp<PullRows> = {
  async device(desk, { z, centres, weights, gradient, own }) {
    const quads = ceilDiv(z.columns, 4);
    await runOver(
      ...([desk, pullRowsKernel, {}, { rows: z.rows, quads, k: centres.rows, own }] as const),
      {
        ...{ z: bufferOf(z), centres: bufferOf(centres) },
        ...{ c: bufferOf(weights), gradient: bufferOf(gradient) },
      },
      z.rows * quads,
      12 * centres.rows,
    );
  },
  twin: async () => (await import('./clusters.twin.js')).pullRows,
};

export interface PullCentres {
  readonly z: Matrix;
  readonly centres: Matrix;
  readonly weights: Matrix;
  /** k x columns: becomes the gradient of the centres. Or 1 x k: how many rows each of them has followed. */
  readonly into: Matrix;
  /** Whether the centres move to the mean of the rows they own, instead. */
  readonly follow: boolean;
}

export const pullCentres: MatrixOp<PullCentres> = {
  async device({ workspace }, { z, centres, weights, into, follow }) {
    const kernel = await workspace.runtime.kernel(pullCentresKernel, { FOLLOW: follow });
    const k = centres.rows;
    workspace.run('centres', (recording) => {
      const shape = { rows: z.rows, quads: ceilDiv(z.columns, 4), k };
      const buffers = { z: bufferOf(z), c: bufferOf(weights), out: bufferOf(into) };
      recording.dispatch(kernel, { shape, centres: bufferOf(centres), ...buffers }, k);
    });
  },
  twin: async () => (await import('./clusters.twin.js')).pullCentres,
};
