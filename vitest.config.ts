import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { wgslPlugin } from './build/wgsl_plugin.js';
import { ENGINE_NAMES, namedEngines } from './test/engines/names.js';

const ON_ENGINES = 'test/conformance/on/*.test.ts';

/** The order of ENGINE_NAMES: that of what takes longest first. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      ENGINE_NAMES.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  plugins: [wgslPlugin()],
  test: {
    testTimeout: 60_000,
    hookTimeout: 180_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'engines',
          include: (namedEngines() ?? ENGINE_NAMES).map((name) => ON_ENGINES.replace('*', name)),
          globalSetup: 'test/engines/bundle_setup.ts',
          // Much of each engine's time goes to one core: compiling, waiting for a page, the twin.
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'others',
          include: ['test/**/*.test.ts'],
          exclude: [ON_ENGINES],
          // Pages are held to answer while they compute: nothing else runs then.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
