/**
 * Headless Chromium on SwiftShader: the system's, or else the one that @sparticuz/chromium carries,
 * so that npm alone suffices.
 */
import { launchOptions } from './chromium_launch.js';
import type { Engine } from './engine.js';
import { startPageEngine } from './page_engine.js';

export { launchOptions };

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
