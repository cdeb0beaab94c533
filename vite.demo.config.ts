import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { pagePlugin } from './build/page_plugin.js';
import { wgslPlugin } from './build/wgsl_plugin.js';
import { browserReaders } from './demo/build/browser_readers.js';
import { pageEntries, sitePlugin } from './demo/build/site_plugin.js';

const root = fileURLToPath(new URL('demo', import.meta.url));

/** Serves the site of demo/, and builds it as a static folder, demo/dist, for any host and path. */
export default defineConfig({
  root,
  // Relative addresses: the folder works wherever it is put.
  base: './',
  appType: 'mpa',
  plugins: [wgslPlugin(), pagePlugin(), browserReaders(root), sitePlugin(root)],
  worker: { format: 'es', plugins: () => [wgslPlugin(), pagePlugin(), browserReaders(root)] },
  // Workers import most packages: found at once, none of them makes a page reload later.
  optimizeDeps: { entries: ['**/index.html', '**/*.ts'] },
  server: { fs: { allow: [fileURLToPath(new URL('.', import.meta.url))] } },
  build: {
    target: 'es2022',
    // Files stay files of their own: the pages' policy lets nothing be fetched from data: URLs.
    assetsInlineLimit: 0,
    rolldownOptions: { input: pageEntries(root) },
  },
});
