/** Error scopes of our own: what a device finds wrong with our work, apart from anybody else's. */
import { ClusteringError, KernelError, OutOfMemoryError } from './errors.js';
import { show } from './show.js';

const KINDS = [
  ['internal', KernelError],
  ['out-of-memory', OutOfMemoryError],
  ['validation', KernelError],
] as const;

/**
 * Opens a scope of each kind. What it returns closes them at once, and resolves with what the device
 * has found wrong in between, as an error that begins with `label`.
 */
export function openScopes(
  device: GPUDevice,
  label: string,
): () => Promise<ClusteringError | undefined> {
  for (const [kind] of KINDS.toReversed()) device.pushErrorScope(kind);
  return async () => {
    try {
      const found = await Promise.all(KINDS.map(() => device.popErrorScope()));
      const first = found.findIndex((error) => error !== null);
      return first < 0 ? undefined : new KINDS[first][1](`${label}: ${found[first]!.message}`);
    } catch (cause) {
      return new KernelError(
        `${label}: the device did not tell whether the work succeeded; it may be lost.`,
        { cause },
      );
    }
  };
}

/** What WebGPU itself threw or rejected with, as an error of ours. */
export function typed(error: unknown): ClusteringError {
  if (error instanceof ClusteringError) return error;
  return new KernelError(
    `The device refused the work (${textOf(error)}). Run it again; where it is refused again, use fewer rows, ` +
      `or set runtime to 'cpu'.`,
    { cause: error },
  );
}

/** Name and message of whatever was thrown; a DOMException may have no message. */
export function textOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException
    ? `${error.name}: ${error.message || 'no further message'}`
    : show(error);
}
