/**
 * A process on a pretended adapter: has Dawn compile each kernel of its folder's file, and says on the standard
 * error, where the driver writes, which one is next.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { create, globals } from 'webgpu';
import type { CaughtKernel } from './kernels.js';
import { MARK } from './listing.js';

Object.assign(globalThis, globals);
const kernels = JSON.parse(
  await readFile(join(process.argv[2], 'kernels.json'), 'utf8'),
) as readonly CaughtKernel[];
const gpu = create([]);
// Dawn aborts the process once it is collected.
Object.assign(globalThis, { gpu });
const adapter = await gpu.requestAdapter();
if (!adapter) throw new Error('the driver gives no adapter');
const wanted: readonly GPUFeatureName[] = ['subgroups', 'shader-f16'];
const device = await adapter.requestDevice({
  requiredFeatures: wanted.filter((name) => adapter.features.has(name)),
});
const say = (text: string) => process.stderr.write(`\n${MARK}${text}\n`);
device.onuncapturederror = ({ error }) => {
  say(`refused: ${error.message.split('\n')[0]}`);
};
say(`adapter: ${adapter.info.description}`);
for (const [number, { code, bindings }] of kernels.entries()) {
  if (code.includes('enable f16') && !device.features.has('shader-f16')) {
    say('without: it has no float16');
    continue;
  }
  say(`kernel: ${number}`);
  const layout = device.createBindGroupLayout({
    entries: bindings.map(({ binding, type }) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
  device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
  });
  await new Promise((resolve) => setTimeout(resolve));
}
say('end');
process.exit(0);
