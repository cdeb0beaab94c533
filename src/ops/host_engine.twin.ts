/** Ops on the CPU in float64: what the device is checked against, and what runs where there is none. */
import { ClusteringError } from '../errors.js';
import { holdRows, loadHostRows } from '../rows/host_rows.js';
import type { Engine, HostRows } from './op.js';

/** Matrices that lie on a GPU are refused with InvalidArgumentError. */
export const hostEngine: Engine = {
  description: 'cpu',
  async load(points, options) {
    const { metric, hold } = options;
    const { x, shape, shift, scale } = hold
      ? await loadHostRows(points, options.shift, hold.refuse?.(options))
      : await holdRows(points, options);
    const [n, d] = shape;
    const weights = options.weights ?? new Float32Array(n).fill(1);
    let rows: HostRows | undefined = { x, n, d, weights, metric, shift };
    return {
      shape,
      shift,
      scale,
      rounding: 0,
      run: async (op, ...args) => {
        const twin = await op.twin();
        if (rows) return twin(rows, ...args);
        throw new ClusteringError(
          'disposed',
          'This session was disposed, and its data with it. Load the points again.',
        );
      },
      dispose: () => {
        rows = undefined;
      },
    };
  },
};
