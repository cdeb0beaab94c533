/**
 * Holds mixtures of drawn data to the CPU twin: node build/mixture_sweep.mjs [CASES] [SEED] [ONLY]. What
 * it does is in test/conformance/numerics/sweep.ts.
 */
import process from 'node:process';
import { createServer } from 'vite';

const server = await createServer({
  // Any other is that of the build for pages, which has no Dawn.
  mode: 'production',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  appType: 'custom',
  logLevel: 'warn',
});
const [cases = 118, seed = 1, only] = process.argv.slice(2).map(Number);
const { sweepMixtures } = await server.ssrLoadModule('/test/conformance/numerics/sweep.ts');
await sweepMixtures(cases, seed, only);
await server.close();
// Dawn's devices keep a process alive.
process.exit();
