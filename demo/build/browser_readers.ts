/** Lets the command line's readers of files run in a page: puts stand-ins for what they have of Node. */
import { resolve } from 'node:path';
import type { Plugin } from 'vite';

const STAND_INS: Readonly<Record<string, string>> = {
  'node:fs/promises': 'fs_promises.ts',
  'node:os': 'os.ts',
  'node:stream/promises': 'stream_promises.ts',
  'node:zlib': 'zlib.ts',
};

/** Builds of packages for browsers, which their names alone do not give. */
const BUILDS: Readonly<Record<string, string>> = {
  'csv-parse': 'csv-parse/browser/esm',
  'csv-parse/sync': 'csv-parse/browser/esm/sync',
};

/** @param root the folder of the site */
export function browserReaders(root: string): Plugin {
  const folder = resolve(root, 'data/read/node');
  const byteSource = resolve(root, '../src/cli/read/byte_source');
  return {
    name: 'browser-readers',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source in BUILDS) return this.resolve(BUILDS[source], importer, { skipSelf: true });
      if (source in STAND_INS) return resolve(folder, STAND_INS[source]);
      if (importer === undefined || !source.startsWith('.')) return null;
      const target = resolve(importer, '..', source).replace(/\.[jt]s$/, '');
      return target === byteSource ? resolve(folder, 'byte_source.ts') : null;
    },
  };
}
