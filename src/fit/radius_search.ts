/** Rows within a radius, on the chosen engine for as long as one piece of work takes. */
import { Workspace } from '../../host/workspace.js';
import { createPause } from '../math/event_loop.js';
import { spatialOrder } from '../math/spatial_order.js';
import type { Nearness, RadiusRows, RadiusSearch } from '../ops/neighbours/radius_search.js';
import { deviceRadiusSearch } from '../ops/neighbours/radius_search_device.js';
import type { GivenRows } from '../rows/exact_rows.js';
import type { RawRows } from '../rows/matrix.js';
import type { RuntimeChoice } from './backend.js';
import { withExactRows } from './exact_rows.js';

/** Does `work` where `choice` says; `order` is the row that stands at each place. */
export function withRadiusSearch<T>(
  choice: RuntimeChoice,
  given: GivenRows,
  nearness: Nearness,
  signal: AbortSignal | undefined,
  work: (search: RadiusSearch, order: Uint32Array) => Promise<T>,
): Promise<T> {
  return withExactRows(
    choice,
    given,
    signal,
    async (runtime, raw) => {
      const workspace = new Workspace(runtime, 'radius', signal);
      try {
        const rows = await inOrder(raw, nearness, signal);
        return await work(await deviceRadiusSearch(workspace, rows, signal), rows.tree.order);
      } finally {
        workspace.dispose();
      }
    },
    async (raw) => {
      const { hostRadiusSearch } = await import('../ops/neighbours/radius_search.twin.js');
      const rows = await inOrder(raw, nearness, signal);
      return work(hostRadiusSearch(rows, signal), rows.tree.order);
    },
  );
}

async function inOrder(
  { source, shape: [n, d] }: RawRows,
  nearness: Nearness,
  signal: AbortSignal | undefined,
): Promise<RadiusRows> {
  const tree = await spatialOrder(source, n, d, createPause(signal));
  const x = new Float64Array(n * d);
  tree.order.forEach((row, place) => {
    for (let j = 0; j < d; j++) x[place * d + j] = source[row * d + j];
  });
  return { x, n, d, tree, ...nearness };
}
