/** The package's entries: the whole library, each method by itself, and the drop-ins for other packages. */
import { readdirSync } from 'node:fs';

/** 'kmeans' for src/methods/kmeans/index.ts; what a subpath is called: 'gaussian-mixture'. */
const methods = readdirSync(new URL('../src/methods', import.meta.url));

const dropIns = [
  'ml_kmeans',
  'skmeans',
  'turf',
  'ml_pca',
  'node_kmeans',
  'density_kmeans',
  'sklearn',
];

export const ENTRIES: Readonly<Record<string, string>> = {
  index: 'src/index.ts',
  ...Object.fromEntries(
    methods.map((name) => [name.replaceAll('_', '-'), `src/methods/${name}/index.ts`]),
  ),
  interop: 'src/interop/index.ts',
  worker: 'src/worker/index.ts',
  'worker-host': 'src/worker/host_entry.ts',
  ...Object.fromEntries(
    dropIns.map((name) => [`compat/${name.replaceAll('_', '-')}`, `src/compat/${name}.ts`]),
  ),
};

/** Those of Node alone: drop-ins that wait. */
export const NODE_ENTRIES: Readonly<Record<string, string>> = {
  ...ENTRIES,
  shard: 'src/shard/index.ts',
  'compat/sync-host': 'src/compat/sync/host.ts',
  ...Object.fromEntries(
    ['ml_kmeans', 'skmeans', 'turf', 'ml_pca', 'density_clustering'].map((name) => [
      `compat/${name.replaceAll('_', '-')}/sync`,
      `src/compat/sync/${name}.ts`,
    ]),
  ),
};
