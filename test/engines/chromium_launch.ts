/** How to start a headless Chromium with WebGPU on SwiftShader. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchOptions } from 'puppeteer-core';
import { libraryPath, unpack } from '../../src/cli/vulkan.js';

const SYSTEM_CHROMIUM = '/usr/bin/chromium';

export async function launchOptions(): Promise<LaunchOptions> {
  const args = [
    // Its sandbox refuses to run as root, and needs more than containers allow.
    '--no-sandbox',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
  ];
  const named = process.env.PUPPETEER_EXECUTABLE_PATH;
  if (named) return { executablePath: named, args };
  if (existsSync(SYSTEM_CHROMIUM)) return { executablePath: SYSTEM_CHROMIUM, args };
  const folder = await unpack('chromium');
  return {
    executablePath: join(folder, 'chromium'),
    headless: 'shell',
    args,
    env: { ...process.env, LD_LIBRARY_PATH: libraryPath(join(folder, 'lib')) },
  };
}
