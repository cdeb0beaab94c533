/** Data loaded on the chosen engine for as long as one piece of work takes. */
import { type RuntimeChoice, withBackend } from '../../fit/backend.js';
import { deviceMixtureBackend } from './device/session.js';
import type {
  MixtureBackend,
  MixtureLoadOptions,
  MixtureSession,
} from './gaussian_mixture_backend.js';
import type { CheckedMatrix, GpuMatrix } from '../../rows/matrix.js';
import { referenceMixtureBackend } from './twin/session.js';

/** Loads rows where `choice` says, does `work`, and frees what was loaded. */
export function withMixtureSession<T>(
  choice: RuntimeChoice,
  points: CheckedMatrix | GpuMatrix,
  options: MixtureLoadOptions,
  work: (session: MixtureSession, engine: string) => Promise<T>,
): Promise<T> {
  const workOn = async (backend: MixtureBackend) => {
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
    (runtime) => workOn(deviceMixtureBackend(runtime)),
    () => workOn(referenceMixtureBackend),
  );
}
