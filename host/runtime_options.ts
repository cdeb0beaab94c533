/** What `createRuntime` is told. */
import { InvalidArgumentError } from './errors.js';
import { refuse, type TuningOptions } from './tuning_options.js';

/** The device limits this library splits its work by. */
export interface RuntimeLimits {
  /** Bytes in one buffer. */
  readonly maxBufferSize: number;
  /** Bytes of one buffer that a kernel can see. */
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

/** What a caller may lower. */
export interface GivenLimits extends RuntimeLimits {
  /**
   * Bytes of rows kept on the device; what is beyond passes through it instead. WebGPU tells of no
   * memory, so by default four times the largest buffer, but on phones and tablets, where a page ends near 1.5
   * GB, half of it and 512 MiB at most.
   */
  readonly maxResidentBytes: number;
}

/** What also the device that calls share can be told: see `configureSharedRuntime`. */
export interface SharedRuntimeOptions {
  readonly powerPreference?: GPUPowerPreference;
  /** Lower limits than the device's own to work within (for example to leave memory to others). */
  readonly limits?: Partial<GivenLimits>;
  /**
   * How to choose among kernels that give the same result. `'auto'`, the default, races them on the
   * first large enough fit on an adapter, for 200 ms at most, and keeps the winner for later ones;
   * `'off'` takes the defaults; an object says where winners are kept, or fixes the choice.
   */
  readonly tuning?: 'auto' | 'off' | TuningOptions;
  /**
   * Milliseconds after which a device that has answered nothing at all, though something waits for
   * it, is given up: what waits rejects with DeviceLostError, or NoAdapterError where the device was
   * still being asked for. Time in which a page is hidden does not count. Default 600,000 (ten
   * minutes): long work is sent in pieces that answer one by one, and the slowest software driver
   * takes some seconds for each. Infinity for never; `signal` cancels at once whatever this is.
   */
  readonly watchdog?: number;
}

export interface RuntimeOptions extends SharedRuntimeOptions {
  /** A device to borrow. It stays the caller's: it is never destroyed here. */
  readonly device?: GPUDevice;
  /** Where to ask for an adapter; by default `navigator.gpu`, in Node the package `webgpu`. */
  readonly gpu?: GPU;
  /**
   * Features that a device which is to be lent to other libraries (`runtime.device`) must have besides what
   * this one uses. Where they or `requiredLimits` are given, be it `[]`, errors of others' work on the
   * device are left to them, as on a borrowed one.
   */
  readonly requiredFeatures?: readonly GPUFeatureName[];
  /** Limits that it must have, likewise. */
  readonly requiredLimits?: Readonly<Record<string, number>>;
}

export const WATCHDOG_MS = 600_000;

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupsPerDimension',
  'maxResidentBytes',
] as const satisfies readonly (keyof GivenLimits)[];

const OF_A_DEVICE = ['createBuffer', 'limits', 'features', 'lost'];

/** The parts of `given`, which must be an object with no others than `names`. */
function parts(
  argument: string,
  given: unknown,
  names: readonly string[],
): Record<string, unknown> {
  if (typeof given !== 'object' || given === null) refuse(argument, given, 'an object');
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(
      unknown,
      `createRuntime: ${argument} has no '${unknown}'; there are ${names.join(', ')}.`,
    );
  }
  return { ...given };
}

const has = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' && value !== null && names.every((name) => name in value);

const SHARED = ['powerPreference', 'limits', 'tuning', 'watchdog'];
const OWN = ['device', 'gpu', 'requiredFeatures', 'requiredLimits'];

/**
 * The options, checked and copied. Throws InvalidArgumentError; `tuning` has a check of its own.
 *
 * @param shared whether they are those of the shared runtime
 */
export function checkRuntimeOptions(given: unknown, shared = false): RuntimeOptions {
  const options = parts('options', given, shared ? SHARED : [...OWN, ...SHARED]);
  const { device, gpu, powerPreference, limits, watchdog, requiredFeatures, requiredLimits } =
    options;
  if (device !== undefined && !has(device, ...OF_A_DEVICE)) refuse('device', device, 'a GPUDevice');
  if (gpu !== undefined && !has(gpu, 'requestAdapter')) refuse('gpu', gpu, 'a GPU (navigator.gpu)');
  if (![undefined, 'low-power', 'high-performance'].includes(powerPreference as undefined)) {
    refuse('powerPreference', powerPreference, "'low-power' or 'high-performance'");
  }
  if (watchdog !== undefined && !(typeof watchdog === 'number' && watchdog > 0)) {
    refuse('watchdog', watchdog, 'a number of milliseconds above 0, or Infinity');
  }
  const areNames =
    Array.isArray(requiredFeatures) && requiredFeatures.every((one) => typeof one === 'string');
  if (requiredFeatures !== undefined && !areNames) {
    refuse('requiredFeatures', requiredFeatures, 'a list of names');
  }
  const areNumbers =
    has(requiredLimits) && Object.values(requiredLimits as object).every(Number.isFinite);
  if (requiredLimits !== undefined && !areNumbers) {
    refuse('requiredLimits', requiredLimits, 'an object of numbers');
  }
  if (limits === undefined) return options;
  const checked = parts('limits', limits, LIMITS);
  for (const [name, value] of Object.entries(checked)) {
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 1)) continue;
    refuse(`limits.${name}`, value, 'a whole number >= 1');
  }
  return { ...options, limits: checked };
}
