/** The browsers that the site is tested in: headless Chromium and, where installed, Firefox. */
import type { LaunchOptions } from 'puppeteer-core';
import * as chromium from '../engines/chromium.js';
import { selectEngines } from '../engines/engines.js';
import * as firefox from '../engines/firefox.js';

export interface SiteBrowser {
  readonly name: 'chromium' | 'firefox';
  /** What it lacks to run here; undefined when it can run. */
  readonly missing: string | undefined;
  /** How to start it, with files downloaded to `folder`. */
  readonly launchOptions: (folder: string) => Promise<LaunchOptions>;
}

const LAUNCH: Readonly<Record<SiteBrowser['name'], SiteBrowser['launchOptions']>> = {
  chromium: async (folder) => ({
    ...(await chromium.launchOptions()),
    downloadBehavior: { policy: 'allow', downloadPath: folder },
  }),
  firefox: async (folder) => {
    const options = await firefox.launchOptions();
    return {
      ...options,
      extraPrefsFirefox: {
        ...options.extraPrefsFirefox,
        'browser.download.folderList': 2,
        'browser.download.dir': folder,
        // 0: pages are told that dark is preferred. Chromium shows both schemes.
        'layout.css.prefers-color-scheme.content-override': 0,
      },
    };
  },
};

/** Chromium and Firefox, or those of them that the environment variable ENGINE names. */
export async function selectBrowsers(): Promise<readonly SiteBrowser[]> {
  const found: SiteBrowser[] = [];
  for (const { engine, missing, required } of await selectEngines()) {
    if (engine.name !== 'chromium' && engine.name !== 'firefox') continue;
    if (missing !== undefined && !required) {
      console.warn(`NOTICE: the site is not tested in ${engine.name}. ${missing}`);
      continue;
    }
    found.push({ name: engine.name, missing, launchOptions: LAUNCH[engine.name] });
  }
  return found;
}
