/** The points and the sets they are compared with, clustered by K-means or by a function given. */
import type { Runtime } from '../../../host/runtime.js';
import { Workspace } from '../../../host/workspace.js';
import { show } from '../../../host/show.js';
import { InvalidArgumentError } from '../../errors.js';
import { createPause } from '../../math/event_loop.js';
import { uniformBox } from '../../ops/sampling/uniform_box.twin.js';
import { drawUniformBox } from '../../ops/sampling/uniform_box.js';
import { type CheckedMatrix, type HostMatrix, toFloat32 } from '../../rows/matrix.js';
import { bestRun } from '../kmeans/kmeans.js';
import { KMEANS_DEFAULTS } from '../kmeans/options.js';
import { dispersion, type HostRows } from './dispersion.js';
import { drawReference, type ReferenceBox } from './reference_box.js';
import { deviceEngine } from '../../ops/device_engine.js';
import { hostEngine } from '../../ops/host_engine.twin.js';
import type { Engine, Session } from '../../ops/op.js';
import { meanVariance } from '../../ops/sums/mean_variance.js';

/**
 * Clusters rows in its own way.
 *
 * @param points as given, or a reference set: n x d numbers. Not to be changed
 * @returns which cluster each row is in, [n], or a model with such `labels`
 */
export type ClusterFunction = (
  points: HostMatrix & { readonly shape: readonly [rows: number, columns: number] },
  k: number,
) => ClusterResult | Promise<ClusterResult>;

type ClusterResult = ArrayLike<number> | { readonly labels: ArrayLike<number> };

/** Gives W_k of the rows that it was made for. */
export type Within = (k: number) => Promise<number>;

export interface Sets {
  /** What does the clustering, for people. */
  readonly engine: string;
  /** How many sets to have under way at a time. */
  readonly atOnce: number;
  /** Loads the points (0) or a reference set (1, 2 ...) for as long as `use` takes. */
  with<T>(set: number, use: (within: Within) => Promise<T>): Promise<T>;
}

export interface SetOptions {
  readonly rows: HostRows;
  readonly box: ReferenceBox;
  readonly power: number;
  readonly nInit: number;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** Bytes that sets under way at a time may take, and how many at most: more hide no more waiting. */
const BYTES_AT_ONCE = 128 * 1024 * 1024;
const MOST_AT_ONCE = 16;
/** Bytes a row beside its numbers: labels, norms, lists, and what a restart's seeding takes. */
const ROW_BYTES = 32;
const RESTART_BYTES = 16;
/**
 * Multiply-adds, of a pass over the rows by all restarts, up to which a set is clustered on the host: there
 * they take 15 ms, on a software driver 150 and on a GPU about as long, nearly all of it waiting.
 */
const HOST_WORK = 2 ** 17;
/** An inertia below this, as it is held, lost squares that are below float32's range. */
const LEAST_INERTIA = 2 ** -100;

const rowsOf = (set: number, { rows, box, seed }: SetOptions): HostRows =>
  set === 0 ? rows : drawReference(box, rows.shape[0], seed, set);

/** Sets clustered by a function. What it does side by side is its own affair. */
export function functionSets(cluster: ClusterFunction, options: SetOptions): Sets {
  const { power, signal } = options;
  const pause = createPause(signal);
  return {
    engine: 'a function',
    atOnce: atOnce(options),
    with: async (set, use) => {
      const rows = rowsOf(set, options);
      return use(async (k) => {
        await pause();
        const labels =
          k === 1
            ? new Uint8Array(rows.shape[0])
            : labelsOf(await cluster(rows as HostRows & HostMatrix, k), rows.shape[0], k);
        const within = await dispersion(rows, labels, power, pause);
        if (within > 0) return within;
        throw new InvalidArgumentError(
          'cluster',
          `gapStatistic: for k ${k} cluster gave labels that put only equal rows together, and the logarithm of no dispersion is none; ` +
            `use a smaller kMax, or a function that gives k clusters.`,
        );
      });
    },
  };
}

function labelsOf(given: ClusterResult, n: number, k: number): ArrayLike<number> {
  const labels = (given as { labels?: ArrayLike<number> } | null | undefined)?.labels ?? given;
  if (Array.isArray(labels) || ArrayBuffer.isView(labels)) {
    const list = labels as ArrayLike<number>;
    let sound = 0;
    while (sound < n && Number.isInteger(list[sound])) sound++;
    if (sound === n && list.length === n) return list;
  }
  throw new InvalidArgumentError(
    'cluster',
    `gapStatistic: for k ${k} cluster gave ${show(given)}; it must give ${n} whole numbers, one a row, or a model with such labels.`,
  );
}

/** Whether sets of so many rows and columns are clustered sooner on the host, whatever the device. */
export function isSmall([n, d]: CheckedMatrix['shape'], kMax: number, nInit: number): boolean {
  return n * d * kMax * nInit <= HOST_WORK;
}

/** Sets clustered by K-means on a device; on the host those with clusters too tight for float32's squares. */
export function deviceSets(runtime: Runtime, checked: CheckedMatrix, options: SetOptions): Sets {
  const backend = deviceEngine(runtime);
  const host = hostSets(checked, options);
  const { box, seed, signal } = options;
  const width = Float32Array.from(box.width);
  const [n] = checked.shape;
  const { maxBufferSize, maxStorageBufferBindingSize } = runtime.limits;
  const fits = 4 * n * width.length <= Math.min(maxBufferSize, maxStorageBufferBindingSize);
  const load = async (set: number) => {
    if (set === 0) return backend.load(checked, { metric: 'euclidean', signal });
    if (!fits) return loadFromHost(backend, set, options);
    const workspace = new Workspace(runtime, 'reference set', signal);
    try {
      const drawn = await drawUniformBox(workspace, n, width, seed, set);
      return await backend.load(drawn, { metric: 'euclidean', signal });
    } finally {
      workspace.dispose();
    }
  };
  const onHost = (set: number, k: number) => host.with(set, (within) => within(k));
  return kmeansSets(backend, atOnce(options), options, load, onHost);
}

/** Sets clustered by K-means on the CPU. */
export function hostSets(checked: CheckedMatrix, options: SetOptions): Sets {
  return kmeansSets(hostEngine, 1, options, (set) =>
    set === 0
      ? hostEngine.load(checked, { metric: 'euclidean', signal: options.signal })
      : loadFromHost(hostEngine, set, options),
  );
}

/** A reference set as the device draws it: its box about 0, as K-means minds neither place nor axes. */
function loadFromHost(
  backend: Engine,
  set: number,
  { rows: { shape }, box, seed, signal }: SetOptions,
): Promise<Session> {
  const data = Float32Array.from(uniformBox(shape[0], Float32Array.from(box.width), seed, set));
  const drawn = { source: data, shape: [shape[0], box.width.length], exact: true } as const;
  return backend.load(toFloat32('reference', drawn), { metric: 'euclidean', signal });
}

function kmeansSets(
  backend: Engine,
  most: number,
  options: SetOptions,
  load: (set: number) => Promise<Session>,
  inFloat64?: (set: number, k: number) => Promise<number>,
): Sets {
  const { power, nInit, seed, signal } = options;
  const cancel = signal ? { signal } : {};
  const pause = createPause(signal);
  return {
    engine: backend.description,
    atOnce: most,
    with: async (set, use) => {
      const session = await load(set);
      try {
        const tolerance = KMEANS_DEFAULTS.tol * (await session.run(meanVariance));
        const rows = power === 2 ? undefined : rowsOf(set, options);
        return await use(async (k) => {
          signal?.throwIfAborted();
          const best = await bestRun(session, { k, nInit, seed, ...cancel }, tolerance);
          const { inertia, labels } = best;
          if (inFloat64 && inertia * session.scale ** 2 < LEAST_INERTIA) return inFloat64(set, k);
          if (!rows) return inertia / 2;
          return dispersion(rows, labels, power, pause);
        });
      } finally {
        session.dispose();
      }
    },
  };
}

function atOnce({ rows: { shape }, nInit }: SetOptions): number {
  const bytes = shape[0] * (4 * shape[1] + ROW_BYTES + RESTART_BYTES * nInit);
  return Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(BYTES_AT_ONCE / bytes)));
}
