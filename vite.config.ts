import { defineConfig, type Plugin } from 'vite';
import { ENTRIES, NODE_ENTRIES } from './build/entries.js';
import { pagePlugin } from './build/page_plugin.js';
import { randomPlugin } from './build/random_plugin.js';
import { wgslPlugin } from './build/wgsl_plugin.js';

/** No file has side effects, but the index imports its methods' entries as if: bundlers warn of that. */
const withoutBareImports: Plugin = {
  name: 'without-bare-imports',
  renderChunk: (code) => ({ code: code.replace(/^import "[^"]+";$/gm, ''), map: null }),
};

/** This build leaves the worker's file beside the others; the bundlers of those who use them are to follow it. */
const workersShown: Plugin = {
  name: 'workers-shown',
  renderChunk: (code) => ({
    code: code.replace(/new URL\(\s*\/\* @vite-ignore \*\/\s*/g, 'new URL('),
    map: null,
  }),
};

/**
 * Builds the library, without any dependency: for Node and whatever else a file for each entry in dist/,
 * which share others; with `--mode page` the same in dist/page/, where nothing imports what a page's
 * bundler could not follow; with `--mode script` that in one file, dist/browser.js.
 */
export default defineConfig(({ mode }) => ({
  plugins: [
    wgslPlugin({ shipped: true }),
    randomPlugin(),
    withoutBareImports,
    workersShown,
    ...(mode === 'production' ? [] : [pagePlugin()]),
  ],
  build: {
    target: 'es2022',
    sourcemap: true,
    minify: true,
    outDir: mode === 'page' ? 'dist/page' : 'dist',
    emptyOutDir: mode !== 'script',
    lib: {
      entry:
        mode === 'script' ? { browser: ENTRIES.index } : mode === 'page' ? ENTRIES : NODE_ENTRIES,
      formats: ['es'],
    },
    rolldownOptions: {
      // Of whoever uses the drop-in for ml-pca.
      external: ['ml-matrix', /^node:/],
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'shared/[name]-[hash].js',
        ...(mode === 'page' ? { preserveModules: true } : {}),
        ...(mode === 'script' ? { codeSplitting: false } : {}),
      },
    },
  },
}));
