/**
 * Headless Firefox: wgpu and naga, as in Deno, but on lavapipe where that is installed, so that
 * naga's shaders meet both drivers.
 */
import { existsSync } from 'node:fs';
import { lavapipeEnvironment, swiftShaderEnvironment } from '../../src/cli/vulkan.js';
import type { LaunchOptions } from 'puppeteer-core';
import type { Engine } from './engine.js';
import { startPageEngine } from './page_engine.js';

const firefoxPath = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => existsSync(path));

export async function launchOptions(): Promise<LaunchOptions> {
  return {
    browser: 'firefox',
    executablePath: firefoxPath!,
    extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
    env: {
      ...process.env,
      ...((await lavapipeEnvironment()) ?? (await swiftShaderEnvironment())),
    },
  };
}

export const firefox: Engine = {
  name: 'firefox',
  gpu: true,
  npmOnly: false,
  takes: ['each compiler'],
  missing: () =>
    Promise.resolve(
      firefoxPath === undefined
        ? 'Firefox is not installed. On Debian: apt-get install firefox-esr'
        : undefined,
    ),
  start: async () => {
    const running = await startPageEngine(await launchOptions());
    // Firefox tells pages nothing of the adapter's name.
    const driver = (await lavapipeEnvironment()) ? 'lavapipe' : 'SwiftShader';
    return { ...running, adapter: `${driver}; ${running.adapter}` };
  },
};
