/** A device whose kernels write down where they read and write: their first dispatches are of an instrumented form. */
import { countLines, type Lines } from './count.js';
import { instrument, type Instrumented, LOGGED_ACCESSES, LOGGED_LANES } from './instrument.js';

/** Dispatches of a kernel that are logged, the first ones: sizes differ. */
const LOGGED_DISPATCHES = 3;
const LOG_BYTES = 8 * LOGGED_LANES * LOGGED_ACCESSES;

interface Logged extends Instrumented {
  readonly original: string;
  readonly logs: GPUBuffer[];
  readonly module: GPUShaderModule;
  pipeline?: GPUComputePipeline;
}

/** The same object, with another method of that name. */
function replace<T extends object, Name extends keyof T>(of: T, name: Name, method: T[Name]): void {
  Object.defineProperty(of, name, { value: method });
}

/** Has the device's kernels log; what comes back reads the logs once all work was sent. */
export function logAccesses(device: GPUDevice): () => Promise<ReadonlyMap<string, Lines>> {
  const kernels: Logged[] = [];
  const modules = new Map<GPUShaderModule, Logged>();
  const pipelines = new Map<GPUComputePipeline, Logged>();
  const logLayout = device.createBindGroupLayout({
    entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'storage' } }],
  });
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
  const createBuffer = device.createBuffer.bind(device);
  const createBindGroup = device.createBindGroup.bind(device);
  const groupOf = (buffer: GPUBuffer) =>
    createBindGroup({ layout: logLayout, entries: [{ binding: 0, resource: { buffer } }] });
  const noLog = groupOf(createBuffer({ size: 8, usage }));

  const createShaderModule = device.createShaderModule.bind(device);
  replace(device, 'createShaderModule', (descriptor) => {
    const { code, sites } = instrument(descriptor.code);
    const logged = {
      ...{ code, sites, original: descriptor.code, logs: [] },
      module: createShaderModule({ ...descriptor, code }),
    };
    const module = createShaderModule(descriptor);
    kernels.push(logged);
    modules.set(module, logged);
    return module;
  });
  const createPipelineLayout = device.createPipelineLayout.bind(device);
  replace(device, 'createPipelineLayout', (descriptor) =>
    createPipelineLayout({
      ...descriptor,
      bindGroupLayouts: [...descriptor.bindGroupLayouts, logLayout],
    }),
  );
  const createPipeline = device.createComputePipelineAsync.bind(device);
  replace(device, 'createComputePipelineAsync', async (descriptor) => {
    const pipeline = await createPipeline(descriptor);
    const logged = modules.get(descriptor.compute.module)!;
    const compute = { ...descriptor.compute, module: logged.module };
    logged.pipeline = await createPipeline({ ...descriptor, compute });
    pipelines.set(pipeline, logged);
    return pipeline;
  });
  const createCommandEncoder = device.createCommandEncoder.bind(device);
  replace(device, 'createCommandEncoder', (descriptor) => {
    const encoder = createCommandEncoder(descriptor);
    const beginComputePass = encoder.beginComputePass.bind(encoder);
    replace(encoder, 'beginComputePass', (given) => {
      const pass = beginComputePass(given);
      const setPipeline = pass.setPipeline.bind(pass);
      replace(pass, 'setPipeline', (pipeline) => {
        const { logs, pipeline: logging } = pipelines.get(pipeline)!;
        if (logs.length >= LOGGED_DISPATCHES) {
          setPipeline(pipeline);
          pass.setBindGroup(1, noLog);
        } else {
          setPipeline(logging!);
          const log = createBuffer({ size: LOG_BYTES, usage });
          logs.push(log);
          pass.setBindGroup(1, groupOf(log));
        }
      });
      return pass;
    });
    return encoder;
  });

  return async () => {
    const lines = new Map<string, Lines>();
    const target = createBuffer({
      size: LOG_BYTES,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    for (const { original, logs, sites } of kernels) {
      for (const log of logs) {
        const encoder = createCommandEncoder();
        encoder.copyBufferToBuffer(log, 0, target, 0, LOG_BYTES);
        device.queue.submit([encoder.finish()]);
        await target.mapAsync(GPUMapMode.READ);
        const counted = countLines(new Uint32Array(target.getMappedRange()), sites);
        target.unmap();
        // The dispatch that does the most: others are of fewer clusters, or of a fit that has ended.
        const known = lines.get(original);
        if (counted && !(known && known.inner.lines >= counted.inner.lines)) {
          lines.set(original, counted);
        }
      }
    }
    return lines;
  };
}
