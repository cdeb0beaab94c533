import type { Engine, Session, SessionOptions } from '../ops/op.js';
import type { PointSource } from '../rows/load_options.js';

/** Loads rows, does `work`, and frees what was loaded. */
export async function withLoaded<T>(
  engine: Engine,
  points: PointSource,
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await engine.load(points, options);
  try {
    return await work(session);
  } finally {
    session.dispose();
  }
}
