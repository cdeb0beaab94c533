/** WebGPU by hand, for what stands beside the library: the plain kernels and the adapter's rates. */
import { type KernelConstants, type KernelSource, specialize } from '../host/kernel.js';

/** A device with all that its adapter allows. */
export async function openDevice(): Promise<GPUDevice> {
  const { gpu } = navigator as { gpu?: GPU };
  const adapter = await gpu?.requestAdapter();
  if (!adapter) throw new Error('no WebGPU adapter');
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  return adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
}

export async function compile(
  device: GPUDevice,
  source: KernelSource,
  constants: KernelConstants = {},
): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({
    label: source.name,
    code: specialize(source, constants),
  });
  return device.createComputePipelineAsync({
    label: source.name,
    layout: 'auto',
    compute: { module, entryPoint: 'main' },
  });
}

/** A buffer that holds `data`, or that many bytes. */
export function makeBuffer(
  device: GPUDevice,
  label: string,
  data: number | Float32Array | Uint32Array,
  usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
): GPUBuffer {
  const size = typeof data === 'number' ? data : data.byteLength;
  const buffer = device.createBuffer({ label, size, usage });
  if (typeof data !== 'number') device.queue.writeBuffer(buffer, 0, data as BufferSource);
  return buffer;
}

export function bind(
  device: GPUDevice,
  pipeline: GPUComputePipeline,
  buffers: readonly GPUBuffer[],
): GPUBindGroup {
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  return device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
}

/** A dispatch to be encoded. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  /** Folded to two dimensions past the limit of one. */
  readonly workgroups: number;
}

const MOST_WORKGROUPS = 65_535;

export function submit(device: GPUDevice, dispatches: readonly Dispatch[]): void {
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const { pipeline, group, workgroups } of dispatches) {
    const y = Math.ceil(workgroups / MOST_WORKGROUPS);
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(Math.ceil(workgroups / y), y);
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
}

/** The numbers in a buffer, once all work before is done. */
export async function readFloats(device: GPUDevice, buffer: GPUBuffer): Promise<Float32Array> {
  const { size } = buffer;
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const readable = device.createBuffer({ size, usage });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, readable, 0, size);
  device.queue.submit([encoder.finish()]);
  await readable.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(readable.getMappedRange().slice(0));
  readable.destroy();
  return values;
}
