/** Node with Dawn, the WebGPU of Chromium (npm `webgpu`), on two Vulkan drivers, or on the machine's own. */
import {
  lavapipeEnvironment,
  probeAdapter,
  swiftShaderEnvironment,
  type Variables,
} from '../../src/cli/vulkan.js';
import { childEntry } from './bundle.js';
import { startChildEngine } from './child_engine.js';
import type { Engine } from './engine.js';

interface Driver extends Pick<Engine, 'name' | 'npmOnly' | 'takes' | 'isStoodFor'> {
  readonly environment: () => Promise<Variables>;
}

function dawn({ environment, ...driver }: Driver): Engine {
  return {
    ...driver,
    gpu: true,
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

/** What runs on one device runs on the quicker driver where that is sure to be there. */
const inCi = Boolean(process.env.CI);
const ON_ONE_DEVICE = ['each runtime', 'once'] as const;

/** Its subgroups have 4 invocations. In CI Chromium is there, which has the same compiler and driver. */
export const dawnOnSwiftShader = dawn({
  name: 'dawn-swiftshader',
  npmOnly: true,
  takes: [
    ...(['thorough', 'each compiler and driver', 'quick driver', 'each subgroup size'] as const),
    ...(inCi ? [] : ON_ONE_DEVICE),
  ],
  isStoodFor: inCi,
  environment: swiftShaderEnvironment,
});

/** Its subgroups have 8 invocations. */
export const dawnOnLavapipe = dawn({
  name: 'dawn-lavapipe',
  npmOnly: false,
  takes: [
    ...(['thorough', 'each compiler and driver', 'each compiler', 'each subgroup size'] as const),
    ...(inCi ? ON_ONE_DEVICE : []),
  ],
  environment: async () => {
    const variables = await lavapipeEnvironment();
    if (variables !== undefined) return variables;
    throw new Error(
      "Mesa's lavapipe (25 or newer) is not installed. On Debian 12: apt-get install -t bookworm-backports mesa-vulkan-drivers",
    );
  },
});

/** Whatever the machine has, or VK_DRIVER_FILES names: for one with a graphics processor (bench:gpu). */
export const dawnOnGpu = dawn({
  name: 'dawn-gpu',
  npmOnly: false,
  takes: ['thorough', 'each compiler and driver'],
  environment: () => Promise.resolve({}),
});
