/** Rows loaded for mixtures on the chosen engine for as long as one piece of work takes. */
import type { RuntimeChoice } from '../../fit/backend.js';
import { type Loaders, withSession } from '../../fit/session.js';
import type { PointSource } from '../../rows/load_options.js';
import { deviceMixtureBackend } from './device/session.js';
import type { MixtureLoadOptions, MixtureSession } from './gaussian_mixture_backend.js';

const LOADERS: Loaders<MixtureLoadOptions, MixtureSession> = {
  onDevice: deviceMixtureBackend,
  onHost: async () => (await import('./twin/session.js')).referenceMixtureBackend,
};

/** See {@link withSession}. */
export function withMixtureSession<T>(
  choice: RuntimeChoice,
  points: PointSource,
  options: MixtureLoadOptions,
  work: (session: MixtureSession, engine: string) => Promise<T>,
): Promise<T> {
  return withSession(LOADERS, choice, points, options, work);
}
