/** All workloads, real data among them; in Node. */
import { mnist, photographColours, wordVectors } from './data/real.js';
import { blobs } from './data/synthetic.js';
import { assemble, chooseStart, type Source, SYNTHETIC, titleOf } from './sources.js';
import type { Workload } from './workload.js';

const MNIST = {
  what: 'MNIST',
  method: 'kmeans',
  n: 60_000,
  d: 784,
  make: async (n: number) => ({ data: await mnist(n) }),
} as const;

const COLOURS: Source = {
  ...SYNTHETIC.colours,
  what: 'colours',
  async make(n) {
    const data = await photographColours(n);
    if (data) return { data, from: 'of two photographs' };
    return { ...(await SYNTHETIC.colours.make(n)), from: 'synthetic' };
  },
};

const SOURCES: readonly Source[] = [
  SYNTHETIC.blobs,
  { ...MNIST, name: 'mnist-10', k: 10 },
  { ...MNIST, name: 'mnist-256', k: 256 },
  COLOURS,
  SYNTHETIC.splats,
  {
    name: 'words',
    what: 'word vectors',
    method: 'kmeans',
    n: 100_000,
    d: 100,
    k: 256,
    make: async (n) => ({ data: await wordVectors(n) }),
  },
  SYNTHETIC['mixture-full'],
  SYNTHETIC['mixture-diag'],
  { ...MNIST, name: 'pca', what: 'PCA of MNIST', method: 'pca', k: 50 },
];

export const WORKLOAD_NAMES: readonly string[] = SOURCES.map(({ name }) => name);

/** Makes a workload, of `share` of its rows; K-means still wants `chooseStart`. */
export async function makeWorkload(name: string, share = 1): Promise<Workload> {
  const source = SOURCES.find((candidate) => candidate.name === name);
  if (source) return assemble(source, share);
  throw new Error(`There is no workload '${name}'; there are ${WORKLOAD_NAMES.join(', ')}.`);
}

/** Few and broad, so that any k shares them out: no cluster empties, nor do they settle soon. */
const GROWTH_CENTRES = 4;

/** One blobs workload of a growth curve. */
export function growthWorkload(n: number, d: number, k: number): Workload {
  const data = blobs(n, d, GROWTH_CENTRES, 9);
  const title = titleOf('blobs', 'kmeans', n, d, k);
  const name = `growth-${n}-${d}-${k}`;
  const start = new Float32Array();
  return chooseStart({ name, title, method: 'kmeans', n, d, k, data, start }).workload;
}
