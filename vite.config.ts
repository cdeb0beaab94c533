import { defineConfig } from 'vite';
import { wgslPlugin } from './build/wgsl_plugin.js';

/** Builds the library (dist/index.js, no dependency) and the command line (dist/cli.js). */
export default defineConfig({
  plugins: [wgslPlugin()],
  build: {
    target: 'es2022',
    sourcemap: true,
    minify: true,
    lib: { entry: { index: 'src/index.ts', cli: 'src/cli/main.ts' }, formats: ['es'] },
    rolldownOptions: {
      external: [
        /^node:/,
        'webgpu',
        'cli-progress',
        'commander',
        'csv-parse',
        'csv-stringify',
        'fast-png',
        'hyparquet',
        'hyparquet-compressors',
        'hyparquet-writer',
        'tar-fs',
      ],
      output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
});
