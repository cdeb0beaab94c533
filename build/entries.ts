/** The package's entries: the whole library, and each method by itself. */
import { readdirSync } from 'node:fs';

/** 'kmeans' for src/methods/kmeans/index.ts; what a subpath is called: 'gaussian-mixture'. */
const methods = readdirSync(new URL('../src/methods', import.meta.url));

export const ENTRIES: Readonly<Record<string, string>> = {
  index: 'src/index.ts',
  ...Object.fromEntries(
    methods.map((name) => [name.replaceAll('_', '-'), `src/methods/${name}/index.ts`]),
  ),
};
