/** The one engine of all methods, and rows loaded on it for as long as one piece of work takes. */
import { deviceEngine } from '../ops/device_engine.js';
import type { Engine, Session, SessionOptions } from '../ops/op.js';
import type { PointSource } from '../rows/load_options.js';
import { type RuntimeChoice, withBackend } from './backend.js';
import { withLoaded } from './session.js';

/** Loads rows where `choice` says, does `work`, and frees what was loaded. */
export function withRows<T>(
  choice: RuntimeChoice,
  points: PointSource,
  options: SessionOptions,
  work: (session: Session, engine: string) => Promise<T>,
): Promise<T> {
  return withEngine(
    choice,
    points,
    options.signal,
    (engine) => withLoaded(engine, points, options, (session) => work(session, engine.description)),
    options.retries,
  );
}

/**
 * Does `work` on the engine that `choice` says, for rows such as `points`.
 *
 * @param retries see {@link withBackend}: `work` must then be able to begin again
 */
export function withEngine<T>(
  choice: RuntimeChoice,
  points: PointSource,
  signal: AbortSignal | undefined,
  work: (engine: Engine) => Promise<T>,
  retries?: number,
): Promise<T> {
  return withBackend(
    choice,
    points,
    signal,
    (runtime) => work(deviceEngine(runtime)),
    // Loaded when first needed: a page with a GPU never does.
    async () => work((await import('../ops/host_engine.twin.js')).hostEngine),
    retries,
  );
}
