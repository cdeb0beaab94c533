/** The workloads by name, their numbers made in Node when asked for. */
import { mnist, photographColours, wordVectors } from './data/real.js';
import { blobs, distinctRows, shadedColours, splats } from './data/synthetic.js';
import type { Workload, WorkloadShape } from './workload.js';

interface Source extends Omit<WorkloadShape, 'title'> {
  readonly what: string;
  /** n x d numbers, and where they are from if that varies. */
  make(n: number): Promise<{ data: Float32Array; from?: string }>;
}

const made = (data: Float32Array) => Promise.resolve({ data });

async function colours(n: number) {
  const data = await photographColours(n);
  return data
    ? { data, from: 'of two photographs' }
    : { data: shadedColours(n, 5), from: 'synthetic' };
}

const MIXTURE = { method: 'mixture', n: 100_000, d: 16, k: 16 } as const;
const mixtureBlobs = (n: number) => made(blobs(n, 16, 16, 4));

const SOURCES: readonly Source[] = [
  {
    name: 'blobs',
    what: 'blobs',
    method: 'kmeans',
    n: 100_000,
    d: 32,
    k: 64,
    make: (n) => made(blobs(n, 32, 64, 1)),
  },
  {
    name: 'mnist-10',
    what: 'MNIST',
    method: 'kmeans',
    n: 60_000,
    d: 784,
    k: 10,
    make: async (n) => ({ data: await mnist(n) }),
  },
  {
    name: 'mnist-256',
    what: 'MNIST',
    method: 'kmeans',
    n: 60_000,
    d: 784,
    k: 256,
    make: async (n) => ({ data: await mnist(n) }),
  },
  {
    name: 'colours',
    what: 'colours',
    method: 'kmeans',
    n: 1_000_000,
    d: 3,
    k: 16,
    make: colours,
  },
  {
    name: 'splats',
    what: 'splat-like',
    method: 'kmeans',
    n: 200_000,
    d: 45,
    k: 1024,
    make: (n) => made(splats(n, 6)),
  },
  {
    name: 'words',
    what: 'word vectors',
    method: 'kmeans',
    n: 100_000,
    d: 100,
    k: 256,
    make: async (n) => ({ data: await wordVectors(n) }),
  },
  {
    ...MIXTURE,
    name: 'mixture-full',
    what: 'mixture, full',
    covarianceType: 'full',
    make: mixtureBlobs,
  },
  {
    ...MIXTURE,
    name: 'mixture-diag',
    what: 'mixture, diag',
    covarianceType: 'diag',
    make: mixtureBlobs,
  },
  {
    name: 'pca',
    what: 'PCA of MNIST',
    method: 'pca',
    n: 60_000,
    d: 784,
    k: 50,
    make: async (n) => ({ data: await mnist(n) }),
  },
];

export const WORKLOAD_NAMES: readonly string[] = SOURCES.map(({ name }) => name);

const LETTER = { kmeans: 'K', mixture: 'K', pca: 'components' } as const;

function titleOf(what: string, method: keyof typeof LETTER, n: number, d: number, k: number) {
  return `${what} ${n.toLocaleString('en')} x ${d}, ${LETTER[method]} ${k}`;
}

/** Makes a workload, of `share` of its rows (at least 4 for each cluster). */
export async function makeWorkload(name: string, share = 1): Promise<Workload> {
  const source = SOURCES.find((candidate) => candidate.name === name);
  if (!source) {
    throw new Error(`There is no workload '${name}'; there are ${WORKLOAD_NAMES.join(', ')}.`);
  }
  const { method, d, k, covarianceType } = source;
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

/** The same from another start, by the seed of its rows. */
export function withStart(workload: Workload, seed: number): Workload {
  return { ...workload, start: distinctRows(workload.data, workload.n, workload.k, seed) };
}

/** One blobs workload of a growth curve. */
export function growthWorkload(n: number, d: number, k: number): Workload {
  const data = blobs(n, d, k, 9);
  const title = titleOf('blobs', 'kmeans', n, d, k);
  const name = `growth-${n}-${d}-${k}`;
  return { name, title, method: 'kmeans', n, d, k, data, start: distinctRows(data, n, k, 9) };
}
