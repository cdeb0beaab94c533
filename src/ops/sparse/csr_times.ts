/** Sparse matrices times blocks of vectors, on a device. */
import { ceilDiv } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import csrTimesKernel from '../../../shaders/sparse/csr_times.wgsl';
import type { Pause } from '../../math/event_loop.js';
import type { LinearOperator } from '../../math/linear_operator.js';
import { groups, paced } from '../../rows/device_points.js';
import { csrOperator, type SparseSquare } from './csr_times.twin.js';

/**
 * The matrix as an operator whose recurrences run on a device, in float32, with nothing read back between
 * their steps. Single products, by which a solver judges what it has, are the host's in float64: there are few.
 */
export async function deviceCsrOperator(
  workspace: Workspace,
  matrix: SparseSquare,
  pause: Pause,
): Promise<LinearOperator> {
  const { runtime } = workspace;
  const { starts, columns, values } = matrix;
  const onHost = csrOperator(matrix, pause);
  const n = onHost.size;
  const kernel = await runtime.kernel(csrTimesKernel);
  const held = await workspace.allocate({
    starts: starts.byteLength,
    columns: columns.byteLength,
    values: 4 * values.length,
  });
  workspace.upload(held.starts, starts);
  workspace.upload(held.columns, columns);
  workspace.upload(held.values, Float32Array.from(values));
  return {
    ...onHost,
    rounding: 2 ** -24,
    async recur(vectors, steps) {
      const quads = ceilDiv(vectors.length, 4);
      const width = 4 * quads;
      const block = new Float32Array(n * width);
      vectors.forEach((vector, v) => {
        for (let i = 0; i < n; i++) block[i * width + v] = vector[i];
      });
      const made = await workspace.allocate({
        a: block.byteLength,
        b: block.byteLength,
        c: block.byteLength,
      });
      const buffers = [made.a, made.b, made.c];
      workspace.upload(made.a, block);
      const workPerRow = (width * values.length) / n;
      workspace.run('recurrence', (recording) => {
        steps.forEach(({ alpha, beta, gamma }, s) => {
          const y = buffers[s % 3];
          // The first step has no x: what lies there may be no numbers.
          const x = s === 0 ? y : buffers[(s + 2) % 3];
          const result = buffers[(s + 1) % 3];
          for (const { start: first, rows } of paced(
            runtime,
            { start: 0, rows: n },
            workPerRow,
            1,
          )) {
            const shape = { first, rows, quads, alpha, beta, gamma };
            const bindings = { shape, ...held, y, x, result };
            recording.dispatch(kernel, bindings, groups(kernel, rows * quads));
          }
        });
      });
      const last = buffers[steps.length % 3];
      const after = new Float32Array(await workspace.read(last, 0, block.byteLength));
      workspace.release(made.a, made.b, made.c);
      return vectors.map((_, v) => {
        // Not by `from`, which takes ten times as long.
        const image = new Float64Array(n);
        for (let i = 0; i < n; i++) image[i] = after[i * width + v];
        return image;
      });
    },
  };
}
