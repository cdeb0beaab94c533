import { defineConfig } from 'vitest/config';
import { wgslPlugin } from './build/wgsl_plugin.js';

/** The tests that run in engines. */
const inEngines = ['test/conformance/engines/*.test.ts', 'test/engines/harness.test.ts'];
/** Those of the site, used as a person would, who has the machine to himself. */
const inPages = ['test/demo/*.test.ts'];

export default defineConfig({
  plugins: [wgslPlugin()],
  test: {
    testTimeout: 60_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'engines',
          include: inEngines,
          globalSetup: 'test/engines/bundle_suites.ts',
          // An engine waits for much of its time: on two cores all of them took 14 minutes so, and
          // 21 one after the other (beside other work).
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'all else',
          include: ['test/**/*.test.ts'],
          exclude: [...inEngines, ...inPages],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'pages',
          include: inPages,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
