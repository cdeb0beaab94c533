/** The CPU twin, in this very process: the built library, told that there is no GPU. */
import { loadRunner } from './bundle.js';
import type { Engine } from './engine.js';
import { startServer } from './server.js';

export const twin: Engine = {
  name: 'cpu-twin',
  gpu: false,
  npmOnly: true,
  takes: ['thorough', 'each runtime'],
  missing: () => Promise.resolve(undefined),
  start: async () => {
    const server = await startServer();
    const { runCase } = await loadRunner();
    const platform = { gpu: undefined, adapterClass: undefined, files: server.url };
    return {
      adapter: 'none',
      run: (suite, { name }) => runCase(platform, suite, name),
      stop: server.stop,
    };
  },
};
