/**
 * Headless Chromium on SwiftShader: the system's, or else the one that @sparticuz/chromium carries,
 * so that npm alone suffices.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchOptions } from 'puppeteer-core';
import { libraryPath, unpack } from '../../src/cli/vulkan.js';
import type { Engine } from './engine.js';
import { startPageEngine } from './page_engine.js';

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

export const chromium: Engine = {
  name: 'chromium',
  gpu: true,
  npmOnly: true,
  missing: async () => {
    try {
      await launchOptions();
      return undefined;
    } catch (error) {
      return `${(error as Error).message} Or name a Chromium in PUPPETEER_EXECUTABLE_PATH.`;
    }
  },
  start: async () => startPageEngine(await launchOptions()),
};
