/** Rows loaded for ops on the chosen engine for as long as one piece of work takes. */
import { deviceEngine } from '../ops/device_engine.js';
import type { Engine, Session, SessionOptions } from '../ops/op.js';
import type { PointSource } from '../rows/load_options.js';
import type { RuntimeChoice } from './backend.js';
import { type Engines, onEngine, withSession } from './session.js';

const ENGINES: Engines<SessionOptions, Session> = {
  onDevice: deviceEngine,
  onHost: async () => (await import('../ops/host_engine.twin.js')).hostEngine,
};

/** See {@link withSession}. */
export function withRows<T>(
  choice: RuntimeChoice,
  points: PointSource,
  options: SessionOptions,
  work: (session: Session, engine: string) => Promise<T>,
): Promise<T> {
  return withSession(ENGINES, choice, points, options, work);
}

/** See {@link onEngine}. */
export function withEngine<T>(
  choice: RuntimeChoice,
  points: PointSource,
  signal: AbortSignal | undefined,
  work: (engine: Engine) => Promise<T>,
  retries?: number,
): Promise<T> {
  return onEngine(ENGINES, choice, points, signal, work, retries);
}
