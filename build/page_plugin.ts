import type { Plugin } from 'vite';

/** For builds that run in pages: what only Node can load is left out, even as an import never reached. */
export function pagePlugin(): Plugin {
  return {
    name: 'page',
    enforce: 'pre',
    resolveId(source, importer) {
      return source === './dawn.js' ? this.resolve('./no_dawn.js', importer) : null;
    },
  };
}
