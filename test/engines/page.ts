/** The page in which a browser runs cases: bundled to out/conformance/page.js. */
import type { AdapterFacts, CaseResult } from './protocol.js';
import { adapterFacts, runCase } from './runner.js';

/** What the page offers to puppeteer, as the global `conformance`. */
export interface PageConformance {
  adapterFacts(): Promise<AdapterFacts>;
  runCase(suiteName: string, caseName: string): Promise<CaseResult>;
}

const platform = {
  gpu: navigator.gpu,
  adapterClass: GPUAdapter,
  files: new URL('/', location.href).href,
};

const conformance: PageConformance = {
  adapterFacts: () => adapterFacts(navigator.gpu),
  runCase: (suiteName, caseName) => runCase(platform, suiteName, caseName),
};

Object.assign(globalThis, { conformance });
