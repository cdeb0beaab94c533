import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { wgslPlugin } from './build/wgsl_plugin.js';

/** The tests that run in engines. */
const inEngines = ['test/conformance/engines/*.test.ts', 'test/engines/harness.test.ts'];

/** The tests that put something else in the place of a module or of a global: other files are not to meet it. */
const apart = [
  'test/host/*.test.ts',
  'test/compat/suites.test.ts',
  'test/demo/csv.test.ts',
  'test/demo/units.test.ts',
  'test/engines/vulkan.test.ts',
  'test/interop/tfjs.test.ts',
];

/** What takes longest, first: begun last, one of them would go on while the other worker has no more to do. */
const LONGEST = [
  'conformance/engines/dawn_swiftshader',
  'conformance/engines/dawn_lavapipe',
  'conformance/engines/deno',
  'scale/workers',
  'demo/data',
  'conformance/engines/chromium',
  'conformance/engines/firefox',
  'demo/bench',
  'demo/digits',
  'conformance/engines/cpu_twin',
  'engines/harness',
  'demo/palette',
  'demo/faithful',
  'demo/embeddings',
  'demo/maps',
  'demo/filters',
  'demo/textures',
  'fuzz/fuzz',
  'demo/shell',
  'package/bundles',
  'cli/gmm',
  'cli/kmeans',
].map((name) => `/test/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((end) => moduleId.endsWith(end));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  plugins: [wgslPlugin()],
  test: {
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // An engine or a browser waits for much of its time: two files at once, of whichever project.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'engines',
          include: inEngines,
          globalSetup: 'test/engines/bundle_suites.ts',
        },
      },
      { extends: true, test: { name: 'apart', include: apart } },
      {
        extends: true,
        test: {
          name: 'all else',
          include: ['test/**/*.test.ts'],
          exclude: [...inEngines, ...apart],
          // Files that share a worker load the library once.
          isolate: false,
        },
      },
    ],
  },
});
