import { defineConfig } from 'vitest/config';
import { wgslPlugin } from './build/wgsl_plugin.js';

export default defineConfig({
  plugins: [wgslPlugin()],
  test: {
    include: ['test/**/*.test.ts'],
    // Engines share two cores with each other: one file at a time.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
