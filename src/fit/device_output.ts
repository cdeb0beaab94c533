/** Results that stay on the device. */
import type { Runtime } from '../../host/runtime.js';
import { InvalidArgumentError } from '../errors.js';
import type { RuntimeChoice } from './backend.js';
import { oneOf, type OptionRules, RUNTIME_RULES, wholeNumber } from './options.js';

/** Where a result is to be: 'gpu' leaves it on the device. */
export interface DeviceOutput {
  readonly output: 'gpu';
  /** Its device takes the result. May be absent where `points` is a GPU matrix with its `device`. */
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  /**
   * GPUBufferUsage flags that the result's buffer gets besides STORAGE, INDIRECT, COPY_SRC and COPY_DST, such as
   * GPUBufferUsage.VERTEX for those who draw from it. Default none.
   */
  readonly usage?: number;
}

export const OUTPUT_RULES = {
  ...RUNTIME_RULES,
  output: oneOf('gpu'),
  usage: wholeNumber(0),
} as const satisfies OptionRules;

/** Options of a call whose result may stay on the device. */
export type MaybeOnDevice = {
  readonly runtime?: RuntimeChoice;
  readonly signal?: AbortSignal;
} & Partial<Pick<DeviceOutput, 'output' | 'usage'>>;

/**
 * Whether the result is to stay on the device.
 *
 * @throws InvalidArgumentError where there is none for it
 */
export function isKept(method: string, points: object, options: MaybeOnDevice): boolean {
  if (options.output !== 'gpu') return false;
  const { runtime } = options;
  if (typeof runtime === 'object' || (runtime === undefined && 'device' in Object(points)))
    return true;
  throw new InvalidArgumentError(
    'output',
    `${method}: output is 'gpu', but runtime is ${String(runtime)}; pass runtime: await createRuntime().`,
  );
}
