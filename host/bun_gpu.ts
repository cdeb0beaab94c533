/** Dawn as the package 'bun-webgpu' gives it to Bun, with what its version 0.1 lacks. */

export interface BunModule {
  readonly createGPUInstance: () => GPU;
}

/** It asks for 8 of each, also of an adapter that has none to give. */
const OF_STAGES = [
  'maxStorageBuffersInVertexStage',
  'maxStorageBuffersInFragmentStage',
  'maxStorageTexturesInVertexStage',
  'maxStorageTexturesInFragmentStage',
] as const;

/** A GPU object whose devices can be had, and whose shader modules tell that they found no errors. */
export function gpuOfBun({ createGPUInstance }: BunModule): GPU {
  const gpu = createGPUInstance();
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  return wrapped(gpu, 'requestAdapter', async (options) => {
    const adapter = await requestAdapter(options);
    if (!adapter) return null;
    const requestDevice = adapter.requestDevice.bind(adapter);
    return wrapped(adapter, 'requestDevice', async (given) => {
      const limits = adapter.limits as unknown as Readonly<Record<string, number>>;
      const ofStages = Object.fromEntries(OF_STAGES.map((name) => [name, limits[name]]));
      const requiredLimits = { ...ofStages, ...given?.requiredLimits };
      return tellingModules(await requestDevice({ ...given, requiredLimits }));
    });
  });
}

function tellingModules(device: GPUDevice): GPUDevice {
  const createShaderModule = device.createShaderModule.bind(device);
  // What is wrong with a module comes out of an error scope, and of its pipelines.
  return wrapped(device, 'createShaderModule', (descriptor) =>
    wrapped(createShaderModule(descriptor), 'getCompilationInfo', () =>
      Promise.resolve({ __brand: 'GPUCompilationInfo', messages: [] }),
    ),
  );
}

/** The same object, with another method of that name. */
function wrapped<T extends object, Name extends keyof T>(of: T, name: Name, method: T[Name]): T {
  Object.defineProperty(of, name, { value: method });
  return of;
}
