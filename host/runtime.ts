/** A GPUDevice, its limits and its compiled kernels. */
import { nameClass } from './class_name.js';
import { AbortListeners } from './abort.js';
import { ClusteringError, DeviceLostError, KernelError } from './errors.js';
import { findGpu } from './gpu.js';
import {
  type KernelConstants,
  type KernelSource,
  specialize,
  workgroupInvocations,
} from './kernel.js';
import { inFirefox, startWaiting } from './wait.js';
import { Pace } from './pace.js';
import { BufferPool } from './pool.js';
import type { Profiler } from './profiler.js';
import {
  checkRuntimeOptions,
  type RuntimeLimits,
  type RuntimeOptions,
  WATCHDOG_MS,
} from './runtime_options.js';
import { openScopes, textOf, typed } from './scopes.js';
import { Tuning } from './tuning.js';
import { defaultTuning, type TuningSettings, tuningSettings } from './tuning_options.js';
import { STAGE_COMPUTE } from './usage.js';
import { Watchdog } from './watchdog.js';

export type { RuntimeLimits, RuntimeOptions };

/** Options that are checked already. */
export interface RuntimeSettings extends Omit<RuntimeOptions, 'tuning'> {
  readonly tuning?: TuningSettings;
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
 * How long after its first effects the loss of a device is known at the latest, in ms: in Firefox with
 * its device busy it took up to half a second.
 */
const LOSS_KNOWN_MS = { firefox: 1000, elsewhere: 250 } as const;

/** Of any graphics processor's largest subgroups. */
const FEWEST_LANES = 16;

/**
 * The least invocations that a subgroup may have. Later Safaris say 32 to 32 whatever the hardware has, so
 * that is believed of a vendor who makes nothing else; of others only what WGSL grants. A kernel takes its
 * place in a subgroup from the builtin, so any size from this one on will do.
 */
function leastSubgroup(info: GPUAdapterInfo | undefined): number {
  const { vendor, subgroupMinSize = 0, subgroupMaxSize } = info ?? {};
  const isKnown = subgroupMinSize !== 32 || subgroupMaxSize !== 32 || vendor === 'nvidia';
  return isKnown ? subgroupMinSize : 4;
}

/** See `GivenLimits`. */
function residentBytes({ maxBufferSize }: GPUSupportedLimits): number {
  const { navigator } = globalThis as {
    navigator?: { userAgent?: string; maxTouchPoints?: number };
  };
  const { userAgent = '', maxTouchPoints = 0 } = navigator ?? {};
  // An iPad says that it is a Mac.
  const isSmall = /iPhone|Android/.test(userAgent) || (maxTouchPoints > 1 && /Mac/.test(userAgent));
  return isSmall ? Math.min(maxBufferSize, 2 ** 30) / 2 : 4 * maxBufferSize;
}

/** What to do once a device is lost. */
const REMEDY = {
  shared: 'run the work again, it will use a fresh device',
  own: 'make another with createRuntime(), and run the work again with that',
  borrowed:
    'make another with createRuntime({ device }) and a fresh device, and run the work again with that',
} as const;

/** Whose the device of a runtime is. */
type Ownership = keyof typeof REMEDY;

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
  static {
    nameClass(this, 'Runtime');
  }
  readonly device: GPUDevice;
  readonly info: RuntimeInfo;
  readonly limits: RuntimeLimits;
  /** Bytes of rows to keep on the device at most. */
  readonly residentBytes: number;
  readonly features: ReadonlySet<string>;
  /** The least invocations a subgroup may have; 0 where the device has no subgroups. */
  readonly subgroupSize: number;
  /**
   * The same of a driver that runs on a processor: few, and what one loads for all is best passed round. 0
   * on a graphics processor, where a load at one address serves all: see docs/gpus.md.
   */
  readonly lanes: number;
  readonly pool: BufferPool;
  readonly pace = new Pace();
  /** What kernels were chosen, and why. */
  readonly tuning: Tuning;
  /** What takes its place while work that lost its device goes on. */
  successor: Runtime | undefined;
  /** Set to time every dispatch. */
  profiler: Profiler | undefined;
  readonly #ownership: Ownership;
  readonly #options: RuntimeSettings;
  #isDisposed = false;
  readonly #kernels = new Map<string, Promise<Kernel>>();
  readonly #aborts = new AbortListeners();
  /** What is under way, to be rejected when the device is lost. */
  readonly #waiting = new Set<(loss: DeviceLostError) => void>();
  readonly #failureListeners = new Set<(error: ClusteringError) => void>();
  readonly #watchdog: Watchdog;
  #loss: DeviceLostError | undefined;
  #isSilent = false;

  private constructor(
    device: GPUDevice,
    ownership: Ownership,
    options: RuntimeSettings,
    ofAdapter?: GPUAdapterInfo,
  ) {
    this.device = device;
    this.#ownership = ownership;
    this.#options = options;
    // Safari 26.0 leaves it undefined.
    const ofDevice = device.adapterInfo as GPUAdapterInfo | undefined;
    const info: Partial<GPUAdapterInfo> = ofDevice ?? ofAdapter ?? {};
    const { vendor = '', architecture = '', device: name = '', description = '' } = info;
    this.info = { vendor, architecture, device: name, description };
    this.features = new Set(device.features);
    this.subgroupSize = this.features.has('subgroups') ? leastSubgroup(ofDevice) : 0;
    this.lanes = info.subgroupMaxSize! < FEWEST_LANES ? this.subgroupSize : 0;
    const within = (name: keyof RuntimeLimits) =>
      Math.min(device.limits[name], options.limits?.[name] ?? Number.POSITIVE_INFINITY);
    this.limits = {
      maxBufferSize: within('maxBufferSize'),
      maxStorageBufferBindingSize: within('maxStorageBufferBindingSize'),
      maxComputeWorkgroupsPerDimension: within('maxComputeWorkgroupsPerDimension'),
    };
    this.residentBytes = options.limits?.maxResidentBytes ?? residentBytes(device.limits);
    this.pool = new BufferPool(device);
    this.tuning = new Tuning(identify(info), options.tuning ?? defaultTuning());
    const patience = options.watchdog ?? WATCHDOG_MS;
    this.#watchdog = new Watchdog(patience, () => {
      this.#isSilent = true;
      this.#end(
        `The GPU device was lost: it has answered nothing for ${patience / 1000} s (option watchdog)`,
        ownership,
      );
    });
    void device.lost.then(({ reason, message }) => {
      this.#end(
        `The GPU device was lost (${reason}: ${message || 'no further message'})`,
        ownership,
      );
    });
    // On a device that others use, too, it may be theirs: what is ours is in scopes of our own.
    if (ownership !== 'borrowed' && !options.requiredFeatures && !options.requiredLimits) {
      device.addEventListener('uncapturederror', this.#onUncapturedError);
    }
  }

  /** Rejects all that waits for the device, and whatever comes later. */
  #end(what: string, ownership: Ownership): void {
    this.#loss ??= new DeviceLostError(`${what}. Nothing was returned; ${REMEDY[ownership]}.`);
    this.#kernels.clear();
    for (const abandon of this.#waiting) abandon(this.#loss);
  }

  /**
   * Asks for an adapter and a device, or borrows `options.device`. See `createRuntime`, which checks them.
   *
   * @param ownership 'shared' for the runtime of all calls that bring none of their own
   */
  static async create(
    options: RuntimeSettings = {},
    ownership: 'shared' | 'own' = 'own',
  ): Promise<Runtime> {
    const { powerPreference, watchdog, requiredFeatures = [], requiredLimits } = options;
    const isLent = options.requiredFeatures ?? requiredLimits;
    const check = async (by: Pick<GPUAdapter, 'features' | 'limits'>) => {
      if (isLent) (await import('./required.js')).refuseMissing(by, options);
    };
    if (options.device) {
      await check(options.device);
      return new Runtime(options.device, 'borrowed', options);
    }
    const gpu = options.gpu ?? (await findGpu());
    const adapter = await asked('adapter', watchdog, () =>
      gpu.requestAdapter(powerPreference ? { powerPreference } : {}),
    );
    await check(adapter);
    const { features, limits } = adapter;
    const device = await asked('device', watchdog, () =>
      adapter.requestDevice({
        label: 'webgpu-clustering',
        requiredFeatures: [
          ...WANTED_FEATURES.filter((feature) => features.has(feature)),
          ...requiredFeatures,
        ],
        requiredLimits: {
          ...requiredLimits,
          maxBufferSize: limits.maxBufferSize,
          maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
          maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
        },
      }),
    );
    // An adapter that can give no more devices gives one that is lost.
    const lost = await Promise.race([device.lost, Promise.resolve(undefined)]);
    if (lost) {
      const { noDevice } = await import('./refusals.js');
      throw noDevice('device', `it was lost from the start: ${lost.message}`);
    }
    const ofAdapter = adapter.info as GPUAdapterInfo | undefined;
    return new Runtime(device, ownership, options, ofAdapter);
  }

  /** Another like it; undefined where this one borrowed its device or was disposed. */
  renew(): Promise<Runtime> | undefined {
    return this.#options.device || this.#isDisposed ? undefined : Runtime.create(this.#options);
  }

  /** Why the device can no longer be used, if so. */
  get loss(): DeviceLostError | undefined {
    return this.#loss;
  }

  /** Whether `error` is that loss. */
  isLostBy(error: unknown): boolean {
    return this.#loss !== undefined && error === this.#loss;
  }

  /**
   * What the device answers to `promise`; a rejection with DeviceLostError as soon as the device is
   * lost, and with the signal's reason as soon as that is aborted. Whatever WebGPU itself rejects with
   * comes out as a ClusteringError.
   */
  async guard<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
    // Once the loss is told, what becomes of it is of no interest, nor an unhandled rejection.
    promise.catch(() => undefined);
    this.#throwIfLost();
    signal?.throwIfAborted();
    let abandon: (reason: unknown) => void = () => undefined;
    // Its own promise: what is raced against one that lives on stays in memory as long as that does.
    const abandoned = new Promise<never>((_, reject) => {
      abandon = reject;
    });
    this.#waiting.add(abandon);
    const stopListening = signal && this.#aborts.add(signal, abandon);
    try {
      const value = await this.#watchdog.watch(Promise.race([promise, abandoned]));
      this.#throwIfLost();
      return value;
    } catch (error) {
      signal?.throwIfAborted();
      // A loss first shows as some other call's failure (in Firefox as an invalid buffer).
      if (!(error instanceof ClusteringError) || /\blost\b|\bis invalid\b/.test(error.message)) {
        const known = LOSS_KNOWN_MS[inFirefox() ? 'firefox' : 'elsewhere'];
        await Promise.race([abandoned, new Promise((resolve) => setTimeout(resolve, known))]);
      }
      throw typed(error);
    } finally {
      this.#waiting.delete(abandon);
      stopListening?.();
    }
  }

  #throwIfLost(): void {
    if (this.#loss) throw this.#loss;
  }

  /** As `guard`, for a promise that waits for submitted work. */
  async finished<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
    const stop = startWaiting(this.device.queue);
    try {
      return await this.guard(promise, signal);
    } finally {
      stop();
    }
  }

  /** Calls `listener` with every error that a device of our own reports outside our error scopes. */
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
    const closeScopes = openScopes(device, `kernel '${label}'`);
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
    const invalid = closeScopes();
    const { messages } = await module.getCompilationInfo();
    const errors = messages.filter(({ type }) => type === 'error');
    if (errors.length > 0) {
      throw (await import('./refusals.js')).compilationFailed(label, code, errors);
    }
    const error = await invalid;
    if (error) throw error;
    const pipeline = await device
      .createComputePipelineAsync({
        label,
        layout: pipelineLayout,
        compute: { module, entryPoint: 'main' },
      })
      .catch((cause: unknown) => {
        throw new KernelError(`kernel '${label}' was refused: ${textOf(cause)}`, { cause });
      });
    return { source, workgroup: workgroupInvocations(source, constants), pipeline, layout };
  }

  readonly #onUncapturedError = (event: GPUUncapturedErrorEvent): void => {
    const error = new KernelError(`The device reported an error: ${event.error.message}`);
    for (const listener of this.#failureListeners) listener(error);
  };

  /**
   * Frees what the runtime holds, and rejects what still runs with DeviceLostError; an own device is
   * destroyed, a borrowed one is left as it was. Idempotent.
   */
  dispose(): void {
    this.#isDisposed = true;
    this.#end('The runtime was disposed, its work is lost', 'own');
    this.device.removeEventListener('uncapturederror', this.#onUncapturedError);
    this.pool.dispose();
    // Dawn would wait for a device that does not answer, and hold up the whole process.
    if (this.#ownership !== 'borrowed' && !this.#isSilent) this.device.destroy();
  }
}

/** What is asked of the environment. Throws NoAdapterError where it refuses, gives nothing or is silent. */
async function asked<T>(
  what: 'adapter' | 'device',
  patience = WATCHDOG_MS,
  ask: () => Promise<T | null | undefined>,
): Promise<T> {
  let why = 'it offers none';
  let options: ErrorOptions | undefined;
  try {
    const given = await new Promise<T | null | undefined>((resolve, reject) => {
      const watchdog = new Watchdog(patience, () => {
        why = `nothing was answered for ${patience / 1000} s, option watchdog`;
        resolve(undefined);
      });
      watchdog.watch((async () => ask())()).then(resolve, reject);
    });
    if (given) return given;
  } catch (cause) {
    why = textOf(cause);
    options = { cause };
  }
  throw (await import('./refusals.js')).noDevice(what, why, options);
}

/** An adapter with its driver, and the browser that compiles for it, as far as they tell. */
function identify(info: Partial<GPUAdapterInfo>): string {
  const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = info;
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  const subgroups = `subgroups ${subgroupMinSize} to ${subgroupMaxSize}`;
  return [vendor, architecture, device, description, subgroups, navigator?.userAgent ?? ''].join();
}

/**
 * Makes a runtime: a device of its own, or around `options.device`.
 *
 * @throws NoAdapterError when no WebGPU adapter or device can be had; InvalidArgumentError for options
 *   that are none
 */
export async function createRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const checked = checkRuntimeOptions(options);
  return Runtime.create({ ...checked, tuning: tuningSettings(checked.tuning) });
}
