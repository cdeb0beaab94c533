/** Node with Dawn, the WebGPU of Chromium (npm `webgpu`), on two Vulkan drivers. */
import {
  lavapipeEnvironment,
  probeAdapter,
  swiftShaderEnvironment,
  type Variables,
} from '../../src/cli/vulkan.js';
import { childEntry } from './bundle.js';
import { startChildEngine } from './child_engine.js';
import type { Engine } from './engine.js';

function dawn(name: string, npmOnly: boolean, environment: () => Promise<Variables>): Engine {
  return {
    name,
    gpu: true,
    npmOnly,
    missing: async () => {
      try {
        const adapter = await probeAdapter(await environment());
        return adapter === undefined ? `Dawn gets no adapter from this driver.` : undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
    start: async () =>
      startChildEngine({
        program: process.execPath,
        programArguments: [childEntry],
        variables: await environment(),
      }),
  };
}

export const dawnOnSwiftShader = dawn('dawn-swiftshader', true, swiftShaderEnvironment);

export const dawnOnLavapipe = dawn('dawn-lavapipe', false, async () => {
  const variables = await lavapipeEnvironment();
  if (variables !== undefined) return variables;
  throw new Error(
    "Mesa's lavapipe (25 or newer) is not installed. On Debian 12: apt-get install -t bookworm-backports mesa-vulkan-drivers",
  );
});
