/** Makes docs/numerics.md; test/conformance/numerics/table.ts is what writes it. */
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
const { writeTable } = await server.ssrLoadModule('/test/conformance/numerics/table.ts');
await writeTable();
await server.close();
// Dawn's devices keep a process alive.
process.exit();
