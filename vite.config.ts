import { defineConfig } from 'vite';
import { wgslPlugin } from './build/wgsl_plugin.js';

/** Builds the library: dist/index.js, one file for pages and Node, without any dependency. */
export default defineConfig({
  plugins: [wgslPlugin()],
  build: {
    target: 'es2022',
    sourcemap: true,
    minify: true,
    lib: { entry: { index: 'src/index.ts' }, formats: ['es'] },
    rolldownOptions: { output: { entryFileNames: '[name].js' } },
  },
});
