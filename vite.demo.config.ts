import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { wgslPlugin } from './build/wgsl_plugin.js';

/** Serves the site of demo/, and builds it as a static folder, demo/dist, for any host and path. */
export default defineConfig({
  root: fileURLToPath(new URL('demo', import.meta.url)),
  // Relative addresses: the folder works wherever it is put.
  base: './',
  appType: 'mpa',
  plugins: [wgslPlugin()],
  worker: { format: 'es', plugins: () => [wgslPlugin()] },
  server: { fs: { allow: [fileURLToPath(new URL('.', import.meta.url))] } },
  build: {
    target: 'es2022',
    // The sample stays a file of its own: the page's policy lets nothing be fetched from data: URLs.
    assetsInlineLimit: 0,
  },
});
