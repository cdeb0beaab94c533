import type { Plugin } from 'vite';

const IN_PAGES: Readonly<Partial<Record<string, string>>> = {
  './dawn.js': './no_dawn.js',
  './file_store.js': './no_file_store.js',
  './thread.js': './no_thread.js',
};

/** For builds that run in pages: what only Node can load is left out, even as an import never reached. */
export function pagePlugin(): Plugin {
  return {
    name: 'page',
    enforce: 'pre',
    resolveId(source, importer) {
      const instead = IN_PAGES[source];
      return instead === undefined ? null : this.resolve(instead, importer);
    },
  };
}
