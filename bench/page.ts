/** A job in a page, which npm run bench opens. */
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import basic from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import { inScript } from './contenders/in_script.js';
import { onAdapter } from './contenders/on_adapter.js';
import { type Answer, type Job, run } from './job.js';

declare global {
  /** Given by the program that opened the page. */
  var answerJob: (answer: Answer) => void;
  var runJob: (job: Job) => Promise<void>;
}

const wasmFiles = {
  'tfjs-backend-wasm.wasm': basic,
  'tfjs-backend-wasm-simd.wasm': simd,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded,
};

globalThis.runJob = (job) =>
  run(job, {
    loaders: [onAdapter, inScript(wasmFiles)],
    async readNumbers(file) {
      const response = await fetch(`data/${file}`);
      if (!response.ok) throw new Error(`${file}: ${response.statusText}`);
      return new Float32Array(await response.arrayBuffer());
    },
    answer: (answer) => {
      globalThis.answerJob(answer);
    },
  });
