/**
 * What the first use costs in a process of its own: `npm run bench:first`, on the driver that Dawn finds
 * (VK_ICD_FILENAMES names another; MESA_SHADER_CACHE_DISABLE=true for a fresh machine), or
 * `deno run -A out/bench/first_use.js` after it. And what a device takes that lives and does nothing.
 */
import type * as Library from '../src/index.js';

const IDLE_MS = 2000;
const [n, d, k] = [20_000, 32, 16];

const since = (start: number) => `${Math.round(performance.now() - start)} ms`;

const start = performance.now();
const built = new URL('../../dist/index.js', import.meta.url).href;
const { createRuntime, kmeans } = (await import(/* @vite-ignore */ built)) as typeof Library;
console.log(`import: ${since(start)}`);

const data = Float32Array.from(
  { length: n * d },
  (_, i) => Math.sin(i * i) + ((Math.floor(i / d) % 7) * (i % d)) / 8,
);
const asked = performance.now();
const runtime = await createRuntime({ tuning: 'off' });
console.log(`adapter and device: ${since(asked)}, ${runtime.info.description}`);

for (const run of ['first', 'second']) {
  const begun = performance.now();
  let first: string | undefined;
  const onIteration = () => {
    first ??= since(begun);
  };
  await kmeans({ data, shape: [n, d] }, { k, maxIter: 3, runtime, onIteration });
  console.log(`${run} fit, ${n} x ${d}, k ${k}: first iteration ${first}, in all ${since(begun)}`);
}

const before = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
const { user, system } = process.cpuUsage(before);
console.log(`an idle live device: ${((user + system) / IDLE_MS / 10).toFixed(1)} % of a core`);
runtime.dispose();
