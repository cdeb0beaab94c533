/**
 * A model of tokens leaves its output [b, t, d] on the device: means of tokens -> clusters -> labels that a second
 * model takes from where they lie.
 */
import * as ort from 'onnxruntime-web/webgpu';
import { createRuntime, kmeans } from 'webgpu-clustering';
import { fromOrt, meanPool, toOrt } from 'webgpu-clustering/interop';
import { readBack, STARTS, type Told, turns } from './read_back.js';

/** Tokens of a sentence. */
const T = 3;

export async function run(
  b: number,
  d: number,
  models: { readonly tokens: readonly number[]; readonly labels: readonly number[] },
): Promise<Told> {
  ort.env.wasm.wasmPaths = '/onnxruntime/';
  ort.env.wasm.numThreads = 1;
  const session = (model: readonly number[], where: 'gpu-buffer' | 'cpu') =>
    ort.InferenceSession.create(Uint8Array.from(model), {
      executionProviders: ['webgpu'],
      preferredOutputLocation: where,
    });
  const tokens = await session(models.tokens, 'gpu-buffer');
  const labelled = await session(models.labels, 'cpu');
  const device = await ort.env.webgpu.device;
  const runtime = await createRuntime({ device });
  // Each sentence's tokens are its row of `turns`, a half less and a half more.
  const rows = turns(b, d);
  const data = Float32Array.from(
    { length: b * T * d },
    (_, at) => rows[Math.floor(at / (T * d)) * d + (at % d)] + ((Math.floor(at / d) % T) - 1) / 2,
  );
  const input = new ort.Tensor('float32', data, [b, T, d]);
  const mask = new Uint8Array(b * T).fill(1);
  const pooled = await readBack(async () => {
    const { hidden } = await tokens.run({ input });
    const lent = fromOrt(hidden, { device, finite: true });
    const embeddings = await meanPool(lent, { mask, runtime, normalize: false, output: 'gpu' });
    hidden.dispose();
    return embeddings;
  });
  const init = STARTS(d).map((start) => start.map((value) => 2 * value));
  const embeddings = { ...pooled.result, finite: true };
  const fit = await readBack(() => kmeans(embeddings, { k: 2, init, runtime, output: 'gpu' }));
  const way = await readBack(() => fit.result.predict(embeddings, { runtime, output: 'gpu' }));
  const { numbers } = await labelled.run({ labels: toOrt(ort.Tensor as never, way.result) });
  return {
    fit: fit.bytes,
    between: pooled.times + way.times,
    end: [...(numbers.data as Float32Array)],
  };
}
