/** Rows loaded for PCA on the chosen engine for as long as one piece of work takes. */
import type { RuntimeChoice } from '../../fit/backend.js';
import { type Engines, withSession } from '../../fit/session.js';
import type { PointSource } from '../../rows/load_options.js';
import { devicePcaEngine } from './device/session.js';
import type { PcaLoadOptions, PcaSession } from './pca_backend.js';

const ENGINES: Engines<PcaLoadOptions, PcaSession> = {
  onDevice: devicePcaEngine,
  onHost: async () => (await import('./twin/session.js')).referencePcaEngine,
};

/** See {@link withSession}. */
export function withPcaSession<T>(
  choice: RuntimeChoice,
  points: PointSource,
  options: PcaLoadOptions,
  work: (session: PcaSession, engine: string) => Promise<T>,
): Promise<T> {
  return withSession(ENGINES, choice, points, options, work);
}
