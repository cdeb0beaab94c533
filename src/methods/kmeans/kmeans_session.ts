/** Data loaded on the chosen engine for as long as one piece of work takes. */
import { type RuntimeChoice, withBackend } from '../../fit/backend.js';
import { deviceBackend } from './device/session.js';
import type { KMeansBackend, KMeansSession } from './kmeans_backend.js';
import type { LoadOptions, PointSource } from '../../rows/load_options.js';
import { referenceBackend } from './twin/session.js';

/** Loads rows where `choice` says, does `work`, and frees what was loaded. */
export function withKMeansSession<T>(
  choice: RuntimeChoice,
  points: PointSource,
  options: LoadOptions,
  work: (session: KMeansSession, engine: string) => Promise<T>,
): Promise<T> {
  return withKMeansBackend(choice, points, options.signal, (backend) =>
    withLoaded(backend, points, options, (session) => work(session, backend.description)),
  );
}

/** Does `work` on the engine that `choice` says, for rows such as `points`. */
export function withKMeansBackend<T>(
  choice: RuntimeChoice,
  points: PointSource,
  signal: AbortSignal | undefined,
  work: (backend: KMeansBackend) => Promise<T>,
): Promise<T> {
  return withBackend(
    choice,
    points,
    signal,
    (runtime) => work(deviceBackend(runtime)),
    () => work(referenceBackend),
  );
}

/** Loads rows, does `work`, and frees what was loaded. */
export async function withLoaded<T>(
  backend: KMeansBackend,
  points: PointSource,
  options: LoadOptions,
  work: (session: KMeansSession) => Promise<T>,
): Promise<T> {
  const session = await backend.load(points, options);
  try {
    return await work(session);
  } finally {
    session.dispose();
  }
}
