/** Data loaded on the chosen engine for as long as one piece of work takes. */
import { type RuntimeChoice, withBackend } from './backend.js';
import { deviceBackend } from './device/kmeans.js';
import type { KMeansBackend, KMeansSession, LoadOptions, PointSource } from './kmeans_backend.js';
import { referenceBackend } from './reference/kmeans.js';

/** Loads rows where `choice` says, does `work`, and frees what was loaded. */
export function withKMeansSession<T>(
  choice: RuntimeChoice,
  points: PointSource,
  options: LoadOptions,
  work: (session: KMeansSession, engine: string) => Promise<T>,
): Promise<T> {
  const workOn = async (backend: KMeansBackend) => {
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
    (runtime) => workOn(deviceBackend(runtime)),
    () => workOn(referenceBackend),
  );
}
