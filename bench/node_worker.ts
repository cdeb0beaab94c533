/** A job in a Node process of its own. argv: the job as JSON, the folder of the data. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { inPython } from './contenders/python.js';
import { inScript } from './contenders/in_script.js';
import { onAdapter } from './contenders/on_adapter.js';
import { type Job, run } from './job.js';

/** Gives libraries made for pages the page's GPU, from Dawn. */
async function installDawn(): Promise<void> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  // Dawn rounds timestamps to 100 us unless told not to.
  const gpu = create(['disable-dawn-features=timestamp_quantization']);
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu, userAgent: 'node', hardwareConcurrency: availableParallelism() },
    configurable: true,
  });
}

function wasmFiles(): Record<string, string> {
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  const names = ['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`);
  return Object.fromEntries(names.map((name) => [name, join(dirname(entry), name)]));
}

const [jobText, dataFolder] = process.argv.slice(2);
if (process.env.BENCH_WITH_DAWN) await installDawn();
await run(JSON.parse(jobText) as Job, {
  loaders: [onAdapter, inScript(wasmFiles()), inPython],
  async readNumbers(file) {
    const bytes = await readFile(join(dataFolder, file));
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  },
  answer(answer) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  },
});
// Long answers are still on their way.
await new Promise<void>((resolve) => {
  process.stdout.write('', () => {
    resolve();
  });
});
process.exit();
