/**
 * Headless Firefox: wgpu and naga, as in Deno, but on lavapipe where that is installed, so that
 * naga's shaders meet both drivers.
 */
import { existsSync } from 'node:fs';
import { lavapipeEnvironment, swiftShaderEnvironment } from '../../src/cli/vulkan.js';
import type { Engine } from './engine.js';
import { startPageEngine } from './page_engine.js';

const firefoxPath = ['/usr/bin/firefox-esr', '/usr/bin/firefox'].find((path) => existsSync(path));

export const firefox: Engine = {
  name: 'firefox',
  gpu: true,
  npmOnly: false,
  missing: () =>
    Promise.resolve(
      firefoxPath === undefined
        ? 'Firefox is not installed. On Debian: apt-get install firefox-esr'
        : undefined,
    ),
  start: async () => {
    const lavapipe = await lavapipeEnvironment();
    const running = await startPageEngine({
      browser: 'firefox',
      executablePath: firefoxPath!,
      extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
      env: { ...process.env, ...(lavapipe ?? (await swiftShaderEnvironment())) },
    });
    // Firefox tells pages nothing of the adapter's name.
    return { ...running, adapter: `${lavapipe ? 'lavapipe' : 'SwiftShader'}; ${running.adapter}` };
  },
};
