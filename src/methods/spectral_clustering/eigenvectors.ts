/** The largest eigenpairs of a normalized graph. */
import { withBackend } from '../../fit/backend.js';
import type { RuntimeChoice } from '../../fit/backend.js';
import { withRows } from '../../fit/engine.js';
import { Workspace } from '../../../host/workspace.js';
import { createPause } from '../../math/event_loop.js';
import type { LinearOperator } from '../../math/linear_operator.js';
import type { Random } from '../../math/random.js';
import { largestOfOperator } from '../../math/subspace_iteration.js';
import { type Eigenpairs, firstPairs, symmetricEigen } from '../../math/symmetric_eigen.js';
import { denseOperator } from '../../ops/products/dense_operator.js';
import { engineName } from '../../ops/engine_name.js';
import { deviceCsrOperator } from '../../ops/sparse/csr_times.js';
import { csrOperator } from '../../ops/sparse/csr_times.twin.js';
import type { NormalizedGraph } from './graph.js';

/** Rows up to which the whole decomposition takes less than 0.1 s, on the host. */
const SMALL = 192;
/** What is left of a pair beyond this is said. */
const MOST_RESIDUAL = 1e-4;

export interface GraphPairs extends Eigenpairs {
  /** What found them. */
  readonly engine: string;
}

/** @param runtime where products with the matrix run, unless it is small */
export async function largestOfGraph(
  { matrix, roots }: NormalizedGraph,
  count: number,
  random: Random,
  runtime: RuntimeChoice,
  signal: AbortSignal | undefined,
): Promise<GraphPairs> {
  const n = roots.length;
  const pause = createPause(signal);
  if (n <= SMALL) {
    const pairs = await symmetricEigen(inFull(matrix, n), n, pause);
    return { ...firstPairs(pairs, count), engine: 'cpu' };
  }
  const solve = async (operator: LinearOperator, engine: string): Promise<GraphPairs> => {
    const options = { count, low: -1, high: 1, start: [roots], random, pause };
    const { values, vectors, residual, iterations } = await largestOfOperator(operator, options);
    if (residual > MOST_RESIDUAL) {
      console.warn(
        `spectralClustering: after ${iterations} iterations eigenvectors are off by ${residual.toExponential(1)}; ` +
          `the graph hardly tells ${count} clusters from more: use another k.`,
      );
    }
    return { values, vectors, engine };
  };
  if (!('starts' in matrix)) {
    const load = { metric: 'euclidean' as const, shift: new Float64Array(n), signal, retries: 0 };
    return withRows(runtime, matrix, load, (session, engine) =>
      solve(denseOperator(session, matrix.data, pause, signal), engine),
    );
  }
  const held = { data: new Float32Array(0), shape: [0, 0] as const };
  return withBackend(
    runtime,
    held,
    signal,
    async (device) => {
      const workspace = new Workspace(device, 'spectral clustering', signal);
      try {
        return await solve(await deviceCsrOperator(workspace, matrix, pause), engineName(device));
      } finally {
        workspace.dispose();
      }
    },
    () => solve(csrOperator(matrix, pause), 'cpu'),
    0,
  );
}

function inFull(matrix: NormalizedGraph['matrix'], n: number): Float64Array {
  if (!('starts' in matrix)) return Float64Array.from(matrix.data);
  const { starts, columns, values } = matrix;
  const full = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let e = starts[i]; e < starts[i + 1]; e++) full[i * n + columns[e]] = values[e];
  }
  return full;
}
