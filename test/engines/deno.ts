/** Deno (npm `deno`): WebGPU by wgpu, its shaders compiled by naga. */
import { createRequire } from 'node:module';
import { lavapipeEnvironment, swiftShaderEnvironment } from '../../src/cli/vulkan.js';
import { childEntry, root } from './bundle.js';
import { startChildEngine } from './child_engine.js';
import type { Engine } from './engine.js';

/** The binary itself: the package's own command is a Node process that waits for it. */
function denoBinary(): string {
  const require = createRequire(import.meta.url);
  const { runInstall } = require('deno/install_api.cjs') as { runInstall: () => string };
  return runInstall();
}

export const deno: Engine = {
  name: 'deno',
  gpu: true,
  npmOnly: true,
  takes: ['each compiler and driver'],
  missing: async () => {
    try {
      denoBinary();
      await swiftShaderEnvironment();
      return undefined;
    } catch (error) {
      return `Deno cannot run: ${(error as Error).message} Run: npm ci`;
    }
  },
  start: async () =>
    startChildEngine({
      program: denoBinary(),
      // The library needs no permission; the harness reads its bundle and fetches fixtures.
      programArguments: [
        'run',
        '--no-config',
        '--no-lock',
        '--no-prompt',
        `--allow-read=${root}`,
        '--allow-net=127.0.0.1',
        childEntry,
      ],
      // Lavapipe is the quicker of the two.
      variables: {
        ...((await lavapipeEnvironment()) ?? (await swiftShaderEnvironment())),
        DENO_NO_UPDATE_CHECK: '1',
      },
    }),
};
