/** Results that stay on a device: what is left there when the rows are given back. */
import { DeviceLimitError } from '../../host/errors.js';
import type { Workspace } from '../../host/workspace.js';
import { STORAGE_USAGE } from '../../host/usage.js';
import { InvalidArgumentError } from '../errors.js';
import type { DeviceRows, Op } from './op.js';

/** A result's buffer, which is the caller's to destroy, and its device. */
export interface Kept {
  readonly buffer: GPUBuffer;
  readonly device: GPUDevice;
}

/**
 * A buffer for `count` numbers of 4 bytes, once `fill` has filled it.
 *
 * @param usage flags to add
 * @throws DeviceLimitError, OutOfMemoryError
 */
export async function filled(
  workspace: Workspace,
  label: string,
  count: number,
  usage: number,
  fill: (target: GPUBuffer) => Promise<void> | void,
): Promise<Kept> {
  const { device, limits } = workspace.runtime;
  // Others who take the buffer over want whole vec4s.
  const size = 16 * Math.ceil(count / 4);
  if (size > limits.maxBufferSize) {
    throw new DeviceLimitError(
      `The result, ${label}, needs ${size} bytes, but this device allows ` +
        `${limits.maxBufferSize} in one buffer; give fewer rows at a time.`,
    );
  }
  const target = workspace.capture(() =>
    device.createBuffer({ label, size, usage: STORAGE_USAGE | usage }),
  );
  try {
    await workspace.settle();
    await fill(target);
    await workspace.settle();
    return { buffer: target, device };
  } catch (error) {
    target.destroy();
    throw error;
  }
}

/** A buffer for a number of 4 bytes of each row in each of so many columns. */
export const deviceResult = (
  { workspace, points: { shape } }: Pick<DeviceRows, 'workspace' | 'points'>,
  label: string,
  columns: number,
  usage: number,
  fill: (target: GPUBuffer) => Promise<void> | void,
): Promise<Kept> => filled(workspace, label, columns * shape[0], usage, fill);

/** A buffer with numbers of the host. */
export const uploadedResult = (
  { workspace }: Pick<DeviceRows, 'workspace'>,
  data: Float32Array | Uint32Array,
  usage: number,
): Promise<Kept> =>
  filled(workspace, 'result', data.length, usage, (target) => {
    workspace.upload(target, data);
  });

/** Values of 4 bytes of which each row has one, in a buffer for each chunk of rows, in one. */
export function joinedValues(
  rows: Pick<DeviceRows, 'workspace' | 'points'>,
  label: string,
  values: readonly GPUBuffer[],
  usage: number,
): Promise<Kept> {
  const { workspace, points } = rows;
  return deviceResult(rows, label, 1, usage, (target) => {
    workspace.run(label, (recording) => {
      points.ranges.forEach(({ start, rows: count }, c) => {
        recording.copy(values[c], 0, target, 4 * start, 4 * count);
      });
    });
  });
}

/** In the place of a twin. */
export function notOnCpu(): Promise<never> {
  return Promise.reject(
    new InvalidArgumentError(
      'output',
      `output is 'gpu', but this runs on the CPU; pass runtime: await createRuntime(), or leave output out.`,
    ),
  );
}

/** Numbers of the host, in a buffer of the caller's. */
export const uploadedRows: Op<[data: Float32Array, usage: number], Kept> = {
  device: uploadedResult,
  twin: () => Promise.resolve(notOnCpu),
};
