/** Workloads as they are told of, those with made-up numbers, and how one is put together. */
import { blobs, distinctRows, shadedColours, splats } from './data/synthetic.js';
import { lloydInertias } from './objective.js';
import { COMPARED_ITERATIONS } from './measure.js';
import type { Method, Workload, WorkloadShape } from './workload.js';

/** What a workload is made by. */
export interface Source extends Omit<WorkloadShape, 'title'> {
  /** For people, before the sizes. */
  readonly what: string;
  /** n x d numbers, and where they are from if that varies. */
  make(n: number): Promise<{ data: Float32Array; from?: string }>;
}

const made = (data: Float32Array) => Promise.resolve({ data });
const mixtureBlobs = (n: number) => made(blobs(n, 16, 16, 4));

/** Sources that need nothing but themselves. */
export const SYNTHETIC: Readonly<
  Record<'blobs' | 'colours' | 'splats' | 'mixture-full' | 'mixture-diag', Source>
> = {
  blobs: {
    name: 'blobs',
    what: 'blobs',
    method: 'kmeans',
    n: 100_000,
    d: 32,
    k: 64,
    make: (n) => made(blobs(n, 32, 64, 1)),
  },
  colours: {
    name: 'colours',
    what: 'synthetic colours',
    method: 'kmeans',
    n: 1_000_000,
    d: 3,
    k: 16,
    make: (n) => made(shadedColours(n, 5)),
  },
  splats: {
    name: 'splats',
    what: 'splat-like',
    method: 'kmeans',
    n: 200_000,
    d: 45,
    k: 1024,
    make: (n) => made(splats(n, 6)),
  },
  'mixture-full': {
    name: 'mixture-full',
    what: 'mixture, full',
    method: 'mixture',
    n: 100_000,
    d: 16,
    k: 16,
    covarianceType: 'full',
    make: mixtureBlobs,
  },
  'mixture-diag': {
    name: 'mixture-diag',
    what: 'mixture, diag',
    method: 'mixture',
    n: 100_000,
    d: 16,
    k: 16,
    covarianceType: 'diag',
    make: mixtureBlobs,
  },
};

export function titleOf(what: string, method: Method, n: number, d: number, k: number): string {
  const letter = method === 'pca' ? 'components' : 'K';
  return `${what} ${n.toLocaleString('en')} x ${d}, ${letter} ${k}`;
}

/** Makes a workload, of `share` of its rows (at least 4 for each cluster). */
export async function assemble(source: Source, share: number): Promise<Workload> {
  const { name, method, d, k, covarianceType } = source;
  const n = Math.min(source.n, Math.max(Math.round(share * source.n), 4 * k));
  const { data, from } = await source.make(n);
  return {
    name,
    title: titleOf([source.what, from].filter(Boolean).join(' '), method, n, d, k),
    method,
    n,
    d,
    k,
    ...(covarianceType && { covarianceType }),
    data,
    start: method === 'pca' ? new Float32Array() : distinctRows(data, n, k, 1),
  };
}

const MOST_STARTS = 50;
/** Clusters empty early, if at all: so many iterations are looked at where they take no minutes. */
const CALM_ITERATIONS = 8;
const QUICK_WORK = 2.5e8;

/**
 * A start of K-means from which no cluster empties (which this library fills again and most peers do
 * not), and the inertia that there ought to be after each iteration. Deterministic.
 */
export function chooseStart(workload: Workload): { workload: Workload; references: number[] } {
  const { data, n, d, k, title } = workload;
  const iterations = n * d * k <= QUICK_WORK ? CALM_ITERATIONS : COMPARED_ITERATIONS;
  for (let seed = 1; seed <= MOST_STARTS; seed++) {
    const started = { ...workload, start: distinctRows(data, n, k, seed) };
    const references = lloydInertias(started, iterations);
    if (references) return { workload: started, references };
  }
  throw new Error(`${title}: a cluster empties from each of ${MOST_STARTS} starts`);
}
