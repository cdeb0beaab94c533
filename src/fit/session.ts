/** Rows loaded on the chosen engine for as long as one piece of work takes, whatever is asked of them. */
import type { Runtime } from '../../host/runtime.js';
import type { Engine } from '../ops/op.js';
import type { PointSource } from '../rows/load_options.js';
import { type RuntimeChoice, withBackend } from './backend.js';

/** The engine of a device, and that of the host. */
export interface Engines<Options, Session> {
  readonly onDevice: (runtime: Runtime) => Engine<Options, Session>;
  /** Loaded when first needed: a page with a GPU never does. */
  readonly onHost: () => Promise<Engine<Options, Session>>;
}

interface Disposable {
  dispose(): void;
}

/** What of `Options` says how work is done, rather than how rows are loaded. */
export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  /** See {@link withBackend}: `work` must then be able to begin again. */
  readonly retries?: number | undefined;
}

/** Does `work` on the engine that `choice` says, for rows such as `points`. */
export function onEngine<Options, Session, T>(
  { onDevice, onHost }: Engines<Options, Session>,
  choice: RuntimeChoice,
  points: PointSource,
  signal: AbortSignal | undefined,
  work: (engine: Engine<Options, Session>) => Promise<T>,
  retries?: number,
): Promise<T> {
  return withBackend(
    choice,
    points,
    signal,
    (runtime) => work(onDevice(runtime)),
    async () => work(await onHost()),
    retries,
  );
}

/** Loads rows, does `work`, and frees what was loaded. */
export async function withLoaded<Options, Session extends Disposable, T>(
  engine: Engine<Options, Session>,
  points: PointSource,
  options: Options,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await engine.load(points, options);
  try {
    return await work(session);
  } finally {
    session.dispose();
  }
}

/** Loads rows where `choice` says, does `work`, and frees what was loaded. */
export function withSession<Options extends WorkOptions, Session extends Disposable, T>(
  engines: Engines<Options, Session>,
  choice: RuntimeChoice,
  points: PointSource,
  options: Options,
  work: (session: Session, engine: string) => Promise<T>,
): Promise<T> {
  return onEngine(
    engines,
    choice,
    points,
    options.signal,
    (engine) => withLoaded(engine, points, options, (session) => work(session, engine.description)),
    options.retries,
  );
}
