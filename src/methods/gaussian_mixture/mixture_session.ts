/** Rows loaded for mixtures on the chosen engine for as long as one piece of work takes. */
import type { RuntimeChoice } from '../../fit/backend.js';
import { type Engines, withSession } from '../../fit/session.js';
import type { PointSource } from '../../rows/load_options.js';
import { deviceMixtureEngine } from './device/session.js';
import type { MixtureLoadOptions, MixtureSession } from './gaussian_mixture_backend.js';

const ENGINES: Engines<MixtureLoadOptions, MixtureSession> = {
  onDevice: deviceMixtureEngine,
  onHost: async () => (await import('./twin/session.js')).referenceMixtureEngine,
};

/** See {@link withSession}. */
export function withMixtureSession<T>(
  choice: RuntimeChoice,
  points: PointSource,
  options: MixtureLoadOptions,
  work: (session: MixtureSession, engine: string) => Promise<T>,
): Promise<T> {
  return withSession(ENGINES, choice, points, options, work);
}
