/** A GPUDevice, its limits and its compiled kernels. */
import { ClusteringError, DeviceLostError, KernelError, NoAdapterError } from './errors.js';
import { findGpu } from './gpu.js';
import {
  type KernelConstants,
  type KernelSource,
  specialize,
  workgroupInvocations,
} from './kernel.js';
import { startNudging } from './nudge.js';
import { Pace } from './pace.js';
import { BufferPool } from './pool.js';
import type { Profiler } from './profiler.js';
import { Tuning } from './tuning.js';
import { type TuningOptions, type TuningSettings, tuningSettings } from './tuning_options.js';
import { STAGE_COMPUTE } from './usage.js';

/** The device limits this library splits its work by. */
export interface RuntimeLimits {
  /** Bytes in one buffer. */
  readonly maxBufferSize: number;
  /** Bytes of one buffer that a kernel can see. */
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

export interface RuntimeOptions {
  /** A device to borrow. It stays the caller's: it is never destroyed here. */
  readonly device?: GPUDevice;
  /** Where to ask for an adapter; by default `navigator.gpu`, in Node the package `webgpu`. */
  readonly gpu?: GPU;
  readonly powerPreference?: GPUPowerPreference;
  /** Lower limits than the device's own to work within (for example to leave memory to others). */
  readonly limits?: Partial<RuntimeLimits>;
  /**
   * How to choose among kernels that give the same result. `'auto'`, the default, races them on the
   * first large enough fit on an adapter, for 200 ms at most, and keeps the winner for later ones;
   * `'off'` takes the defaults; an object says where winners are kept, or fixes the choice.
   */
  readonly tuning?: 'auto' | 'off' | TuningOptions;
}

/** What runs the work. */
export interface RuntimeInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

/** Optional features that faster kernels use when they are there. */
const WANTED_FEATURES = ['subgroups', 'shader-f16', 'timestamp-query'] as const;

/**
 * How long after its first effects the loss of a device is known at the latest: in Firefox with its
 * device busy it took up to half a second.
 */
const LOSS_KNOWN_MS = 2000;

/** A compiled kernel. */
export interface Kernel {
  readonly source: KernelSource;
  /** Invocations in one workgroup. */
  readonly workgroup: number;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/**
 * Owns or borrows a GPUDevice and everything compiled for it. Create with {@link createRuntime};
 * pass as `runtime` to any fit; call `dispose` when done with it.
 */
export class Runtime {
  readonly device: GPUDevice;
  readonly info: RuntimeInfo;
  readonly limits: RuntimeLimits;
  readonly features: ReadonlySet<string>;
  /** The least invocations a subgroup may have; 0 where the device has no subgroups. */
  readonly subgroupSize: number;
  readonly pool: BufferPool;
  readonly pace = new Pace();
  /** What kernels were chosen, and why. */
  readonly tuning: Tuning;
  /** Set to time every dispatch. */
  profiler: Profiler | undefined;
  readonly #owned: boolean;
  readonly #kernels = new Map<string, Promise<Kernel>>();
  /** What is under way, to be rejected when the device is lost. */
  readonly #waiting = new Set<(loss: DeviceLostError) => void>();
  readonly #failureListeners = new Set<(error: ClusteringError) => void>();
  #loss: DeviceLostError | undefined;

  private constructor(
    device: GPUDevice,
    owned: boolean,
    limits: Partial<RuntimeLimits>,
    tuning: TuningSettings,
  ) {
    this.device = device;
    this.#owned = owned;
    const { vendor, architecture, device: name, description } = device.adapterInfo;
    this.info = { vendor, architecture, device: name, description };
    this.features = new Set(device.features);
    this.subgroupSize = this.features.has('subgroups') ? device.adapterInfo.subgroupMinSize : 0;
    const within = (name: keyof RuntimeLimits) =>
      Math.min(device.limits[name], limits[name] ?? Number.POSITIVE_INFINITY);
    this.limits = {
      maxBufferSize: within('maxBufferSize'),
      maxStorageBufferBindingSize: within('maxStorageBufferBindingSize'),
      maxComputeWorkgroupsPerDimension: within('maxComputeWorkgroupsPerDimension'),
    };
    this.pool = new BufferPool(device);
    this.tuning = new Tuning(identify(device.adapterInfo), tuning);
    void device.lost.then((info) => {
      const loss = new DeviceLostError(
        `The GPU device was lost (${info.reason}: ${info.message || 'no further message'}). ` +
          `Nothing was returned; run the work again, it will use a fresh device.`,
      );
      this.#loss = loss;
      this.#kernels.clear();
      for (const abandon of this.#waiting) abandon(loss);
    });
    device.addEventListener('uncapturederror', this.#onUncapturedError);
  }

  /** Asks for an adapter and a device, or borrows `options.device`. */
  static async create(options: RuntimeOptions = {}): Promise<Runtime> {
    const tuning = tuningSettings(options.tuning);
    if (options.device) return new Runtime(options.device, false, options.limits ?? {}, tuning);
    const gpu = options.gpu ?? (await findGpu());
    const adapter = await gpu.requestAdapter(
      options.powerPreference ? { powerPreference: options.powerPreference } : {},
    );
    if (!adapter) {
      throw new NoAdapterError(
        'WebGPU is here but offers no adapter: no graphics driver was found, or it is blocked. ' +
          'In a browser look at its page about the GPU (chrome://gpu) and update it or the driver; ' +
          'in Node on Linux install a Vulkan driver (Mesa), or name one in VK_ICD_FILENAMES.',
      );
    }
    const { limits } = adapter;
    const device = await adapter.requestDevice({
      label: 'webgpu-clustering',
      requiredFeatures: WANTED_FEATURES.filter((feature) => adapter.features.has(feature)),
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      },
    });
    return new Runtime(device, true, options.limits ?? {}, tuning);
  }

  /** Why the device can no longer be used, if so. */
  get loss(): DeviceLostError | undefined {
    return this.#loss;
  }

  /** `promise`, or a rejection with DeviceLostError as soon as the device is lost. */
  async guard<T>(promise: Promise<T>): Promise<T> {
    // Once the loss is told, what becomes of it is of no interest, nor an unhandled rejection.
    promise.catch(() => undefined);
    this.#throwIfLost();
    let abandon: (loss: DeviceLostError) => void = () => undefined;
    // Its own promise: what is raced against one that lives on stays in memory as long as that does.
    const lost = new Promise<never>((_, reject) => {
      abandon = reject;
    });
    this.#waiting.add(abandon);
    try {
      const value = await Promise.race([promise, lost]);
      this.#throwIfLost();
      return value;
    } catch (error) {
      // A loss first shows as some other call's failure (in Firefox as an invalid buffer).
      if (!(error instanceof ClusteringError) || /\blost\b|\bis invalid\b/.test(error.message)) {
        await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, LOSS_KNOWN_MS))]);
      }
      throw error;
    } finally {
      this.#waiting.delete(abandon);
    }
  }

  #throwIfLost(): void {
    if (this.#loss) throw this.#loss;
  }

  /** As `guard`, for a promise that waits for submitted work. */
  async finished<T>(promise: Promise<T>): Promise<T> {
    const stop = startNudging(this.device.queue);
    try {
      return await this.guard(promise);
    } finally {
      stop();
    }
  }

  /** Calls `listener` with every error the device reports outside our own error scopes. */
  onFailure(listener: (error: ClusteringError) => void): () => void {
    this.#failureListeners.add(listener);
    return () => this.#failureListeners.delete(listener);
  }

  /** Whether `kernel` has it, or is about to. */
  isCompiled(source: KernelSource, constants: KernelConstants = {}): boolean {
    return this.#kernels.has(specialize(source, constants));
  }

  /** The compiled kernel, from the cache where the same final text was compiled before. */
  async kernel(source: KernelSource, constants: KernelConstants = {}): Promise<Kernel> {
    this.#throwIfLost();
    const code = specialize(source, constants);
    let kernel = this.#kernels.get(code);
    if (!kernel) {
      kernel = this.#compile(source, constants, code);
      this.#kernels.set(code, kernel);
      // A failed compilation must not be what later callers get.
      kernel.catch(() => this.#kernels.delete(code));
    }
    return this.guard(kernel);
  }

  async #compile(source: KernelSource, constants: KernelConstants, code: string): Promise<Kernel> {
    const { device } = this;
    const label = source.name;
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label, code });
    const layout = device.createBindGroupLayout({
      label,
      entries: source.bindings.map(({ binding, type }) => ({
        binding,
        visibility: STAGE_COMPUTE,
        buffer: { type },
      })),
    });
    const pipelineLayout = device.createPipelineLayout({ label, bindGroupLayouts: [layout] });
    const invalid = device.popErrorScope();
    const { messages } = await module.getCompilationInfo();
    const errors = messages.filter(({ type }) => type === 'error');
    if (errors.length > 0) {
      const lines = code.split('\n');
      throw new KernelError(
        errors
          .map(
            ({ lineNum, linePos, message }) =>
              `kernel '${label}', line ${lineNum}, column ${linePos}: ${message}\n  ${lines[lineNum - 1] ?? ''}`,
          )
          .join('\n'),
      );
    }
    const error = await invalid;
    if (error) throw new KernelError(`kernel '${label}': ${error.message}`);
    const pipeline = await device
      .createComputePipelineAsync({
        label,
        layout: pipelineLayout,
        compute: { module, entryPoint: 'main' },
      })
      .catch((cause: unknown) => {
        throw new KernelError(`kernel '${label}' was refused: ${String(cause)}`, { cause });
      });
    return { source, workgroup: workgroupInvocations(source, constants), pipeline, layout };
  }

  readonly #onUncapturedError = (event: GPUUncapturedErrorEvent): void => {
    const error = new KernelError(`The device reported an error: ${event.error.message}`);
    for (const listener of this.#failureListeners) listener(error);
  };

  /** Frees what the runtime holds; an own device is destroyed, a borrowed one is left as it was. */
  dispose(): void {
    this.device.removeEventListener('uncapturederror', this.#onUncapturedError);
    this.pool.dispose();
    this.#kernels.clear();
    if (this.#owned) this.device.destroy();
  }
}

/** An adapter with its driver, and the browser that compiles for it, as far as they tell. */
function identify(info: GPUAdapterInfo): string {
  const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = info;
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  const subgroups = `subgroups ${subgroupMinSize} to ${subgroupMaxSize}`;
  return [vendor, architecture, device, description, subgroups, navigator?.userAgent ?? ''].join();
}

/**
 * Makes a runtime: a device of its own, or around `options.device`.
 *
 * @throws NoAdapterError when no WebGPU adapter can be had; InvalidArgumentError for a wrong `tuning`
 */
export function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  return Runtime.create(options);
}
