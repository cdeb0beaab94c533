/** Rows loaded on the chosen engine for as long as one piece of work takes, whatever is asked of them. */
import type { Runtime } from '../../host/runtime.js';
import type { PointSource } from '../rows/load_options.js';
import { type RuntimeChoice, withBackend } from './backend.js';

/** What loads rows on one engine. */
export interface Loader<Options, Session> {
  /** What runs the work, for people: the adapter's name, or 'cpu'. */
  readonly description: string;
  load(points: PointSource, options: Options): Promise<Session>;
}

/** Such engines. */
export interface Loaders<Options, Session> {
  readonly onDevice: (runtime: Runtime) => Loader<Options, Session>;
  /** Loaded when first needed: a page with a GPU never does. */
  readonly onHost: () => Promise<Loader<Options, Session>>;
}

interface Disposable {
  dispose(): void;
}

/** Does `work` on the engine that `choice` says, for rows such as `points`. */
export function withLoader<Options, Session, T>(
  { onDevice, onHost }: Loaders<Options, Session>,
  choice: RuntimeChoice,
  points: PointSource,
  signal: AbortSignal | undefined,
  work: (loader: Loader<Options, Session>) => Promise<T>,
): Promise<T> {
  return withBackend(
    choice,
    points,
    signal,
    (runtime) => work(onDevice(runtime)),
    async () => work(await onHost()),
  );
}

/** Loads rows, does `work`, and frees what was loaded. */
export async function withLoaded<Options, Session extends Disposable, T>(
  loader: Loader<Options, Session>,
  points: PointSource,
  options: Options,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await loader.load(points, options);
  try {
    return await work(session);
  } finally {
    session.dispose();
  }
}

/** Loads rows where `choice` says, does `work`, and frees what was loaded. */
export function withSession<
  Options extends { readonly signal?: AbortSignal | undefined },
  Session extends Disposable,
  T,
>(
  loaders: Loaders<Options, Session>,
  choice: RuntimeChoice,
  points: PointSource,
  options: Options,
  work: (session: Session, engine: string) => Promise<T>,
): Promise<T> {
  return withLoader(loaders, choice, points, options.signal, (loader) =>
    withLoaded(loader, points, options, (session) => work(session, loader.description)),
  );
}
