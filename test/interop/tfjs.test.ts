/** tfjs itself, on Dawn: its tensor is clustered on its device, and labels and centroids are its tensors again. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { swiftShaderEnvironment } from '../../src/cli/vulkan.js';
import { checkLibrary } from '../engines/bundle.js';

await checkLibrary();

const PROGRAM = `
import { create, globals } from 'webgpu';
Object.assign(globalThis, globals);
const navigator = { gpu: create([]), userAgent: 'node' };
Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
const tf = await import('@tensorflow/tfjs');
await import('@tensorflow/tfjs-backend-webgpu');
await tf.setBackend('webgpu');
await tf.ready();
const { device } = tf.backend();
const { kmeans } = await import('webgpu-clustering');
const { fromTfjs, toTfjs } = await import('webgpu-clustering/interop');
const rows = Float32Array.from({ length: 4000 }, (_, i) => (i % 4 < 2 ? 0 : 9) + (i % 7) / 8);
// What tfjs has not yet computed with may still be on the host.
const lent = fromTfjs(tf.mul(tf.tensor2d(rows, [2000, 2]), 2), { device, finite: true });
let mapped = 0;
const { prototype } = GPUBuffer;
const { mapAsync } = prototype;
const model = await kmeans(lent, { k: 2, init: [[0, 0], [18, 18]], output: 'gpu' });
lent.release();
prototype.mapAsync = function (...given) { mapped++; return mapAsync.apply(this, given); };
const labels = toTfjs(tf, model.labels);
const centroids = toTfjs(tf, model.deviceCentroids);
const before = mapped;
process.stdout.write(JSON.stringify({ before, labels: [...await labels.data()], counts: [...model.counts],
  centroids: [...await centroids.data()].map(Math.round) }));
process.exit(0);
`;

test('a tensor there and back', { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', PROGRAM],
    {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, ...(await swiftShaderEnvironment()) },
      maxBuffer: 2 ** 22,
    },
  );
  expect(JSON.parse(stdout)).toEqual({
    before: 0,
    labels: Array.from({ length: 2000 }, (_, i) => i % 2),
    counts: [1000, 1000],
    centroids: [1, 1, 19, 19],
  });
});
