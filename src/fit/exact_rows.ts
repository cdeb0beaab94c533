/** Rows with all their digits, on the chosen engine for as long as one piece of work takes. */
import type { Runtime } from '../../host/runtime.js';
import { Workspace } from '../../host/workspace.js';
import { type GivenRows, readExact } from '../rows/exact_rows.js';
import type { GpuMatrix, RawRows } from '../rows/matrix.js';
import { type RuntimeChoice, withBackend } from './backend.js';

/** Does the work where `choice` says; rows that lie on the device are read back for it. */
export function withExactRows<T>(
  choice: RuntimeChoice,
  { checked, exact }: GivenRows,
  signal: AbortSignal | undefined,
  onDevice: (runtime: Runtime, rows: RawRows) => Promise<T>,
  onHost: (rows: RawRows) => Promise<T>,
): Promise<T> {
  return withBackend(
    choice,
    checked,
    signal,
    async (runtime) => {
      if (exact) return onDevice(runtime, exact);
      const workspace = new Workspace(runtime, 'rows', signal);
      try {
        return await onDevice(runtime, await readExact(workspace, checked as GpuMatrix));
      } finally {
        workspace.dispose();
      }
    },
    async () => {
      if (!exact) throw (await import('../rows/host_rows.js')).onCpu(checked as GpuMatrix);
      return onHost(exact);
    },
  );
}
