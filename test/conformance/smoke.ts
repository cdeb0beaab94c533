/** The engine itself, below the library: an adapter, a device, and one kernel that computes. */
import type { Suite } from './case.js';
import { expectEqual, expectThat } from './expect.js';

const SQUARES = /* wgsl */ `
@group(0) @binding(0) var<storage, read_write> squares: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&squares)) { squares[id.x] = id.x * id.x; }
}`;

// Node has no GPUBufferUsage or GPUMapMode to name these.
const STORAGE = 0x80;
const COPY_DST = 0x08;
const COPY_SRC = 0x04;
const MAP_READ = 0x01;

/** 0, 1, 4, 9, ... (n numbers), computed on the device. */
async function squaresOnDevice(device: GPUDevice, n: number): Promise<Uint32Array> {
  const size = n * Uint32Array.BYTES_PER_ELEMENT;
  const buffer = device.createBuffer({ size, usage: STORAGE | COPY_SRC });
  const readBack = device.createBuffer({ size, usage: MAP_READ | COPY_DST });
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code: SQUARES }) },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer } }],
    }),
  );
  pass.dispatchWorkgroups(Math.ceil(n / 64));
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, readBack, 0, size);
  device.queue.submit([encoder.finish()]);
  await readBack.mapAsync(MAP_READ);
  const result = new Uint32Array(readBack.getMappedRange().slice(0));
  readBack.unmap();
  return result;
}

export const smoke: Suite = {
  name: 'smoke',
  where: 'everywhere',
  cases: [
    {
      name: 'the built library loads',
      run: async ({ library }) => {
        await Promise.resolve();
        expectEqual(typeof library.kmeans, 'function');
      },
    },
    {
      name: 'fixtures can be read',
      run: async ({ readFile }) => {
        const head = new TextDecoder().decode(await readFile('golden/iris.csv')).split('\n');
        expectThat(head.length > 150, `iris.csv has ${head.length} lines.`);
      },
    },
    {
      name: 'a kernel computes',
      needsGpu: true,
      run: async ({ requestAdapter }) => {
        const device = await (await requestAdapter()).requestDevice();
        const n = 1000;
        try {
          const expected = Uint32Array.from({ length: n }, (_, i) => i * i);
          expectEqual(await squaresOnDevice(device, n), expected, 'squares');
        } finally {
          device.destroy();
        }
      },
    },
  ],
};
