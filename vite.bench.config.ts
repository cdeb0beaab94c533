import { defineConfig } from 'vite';
import { wgslPlugin } from './build/wgsl_plugin.js';

/** Builds the benchmark for Node, packages left outside: out/bench/main.js and measure.js. */
export default defineConfig({
  plugins: [wgslPlugin()],
  build: {
    target: 'node20',
    outDir: 'out/bench',
    minify: false,
    lib: {
      entry: { main: 'bench/main.ts', measure: 'bench/measure.ts', profile: 'bench/profile.ts' },
      formats: ['es'],
    },
    rolldownOptions: {
      external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('pure-rand'),
      output: { entryFileNames: '[name].js' },
    },
  },
});
