/** Rows loaded on the chosen engine for as long as one piece of work takes. */
import { deviceEngine } from '../ops/device_engine.js';
import type { Engine, Session } from '../ops/op.js';
import type { LoadOptions, PointSource } from '../rows/load_options.js';
import { type RuntimeChoice, withBackend } from './backend.js';

/** Loads rows where `choice` says, does `work`, and frees what was loaded. */
export function withRows<T>(
  choice: RuntimeChoice,
  points: PointSource,
  options: LoadOptions,
  work: (session: Session, engine: string) => Promise<T>,
): Promise<T> {
  return withEngine(choice, points, options.signal, (engine) =>
    withLoaded(engine, points, options, (session) => work(session, engine.description)),
  );
}

/** Does `work` on the engine that `choice` says, for rows such as `points`. */
export function withEngine<T>(
  choice: RuntimeChoice,
  points: PointSource,
  signal: AbortSignal | undefined,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  return withBackend(
    choice,
    points,
    signal,
    (runtime) => work(deviceEngine(runtime)),
    async () => work((await import('../ops/host_engine.twin.js')).hostEngine),
  );
}

/** Loads rows, does `work`, and frees what was loaded. */
export async function withLoaded<T>(
  engine: Engine,
  points: PointSource,
  options: LoadOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await engine.load(points, options);
  try {
    return await work(session);
  } finally {
    session.dispose();
  }
}
