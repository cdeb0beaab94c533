import { defineConfig } from 'vite';
import { pagePlugin } from './build/page_plugin.js';
import { wgslPlugin } from './build/wgsl_plugin.js';

/**
 * Builds the library, one file without any dependency: dist/index.js for Node and whatever else; with
 * `--mode page` dist/browser.js, which holds no import of Node's that a page's bundler would follow.
 */
export default defineConfig(({ mode }) => ({
  plugins: [wgslPlugin({ shipped: true }), ...(mode === 'page' ? [pagePlugin()] : [])],
  build: {
    target: 'es2022',
    sourcemap: true,
    minify: true,
    emptyOutDir: mode !== 'page',
    lib: {
      entry: { [mode === 'page' ? 'browser' : 'index']: 'src/index.ts' },
      formats: ['es'],
    },
    rolldownOptions: { output: { entryFileNames: '[name].js' } },
  },
}));
