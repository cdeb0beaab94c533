/** Rows loaded for PCA on the chosen engine for as long as one piece of work takes. */
import { type RuntimeChoice, withBackend } from '../../fit/backend.js';
import { devicePcaBackend } from './device/session.js';
import type { CheckedMatrix, GpuMatrix } from '../../rows/matrix.js';
import type { PcaBackend, PcaLoadOptions, PcaSession } from './pca_backend.js';
import { referencePcaBackend } from './twin/session.js';

/** Loads rows where `choice` says, does `work`, and frees what was loaded. */
export function withPcaSession<T>(
  choice: RuntimeChoice,
  points: CheckedMatrix | GpuMatrix,
  options: PcaLoadOptions,
  work: (session: PcaSession, engine: string) => Promise<T>,
): Promise<T> {
  const workOn = async (backend: PcaBackend) => {
    const session = await backend.load(points, options);
    try {
      return await work(session, backend.description);
    } finally {
      session.dispose();
    }
  };
  return withBackend(
    choice,
    points,
    options.signal,
    (runtime) => workOn(devicePcaBackend(runtime)),
    () => workOn(referencePcaBackend),
  );
}
