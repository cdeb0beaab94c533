/** Work that goes on after the device of a runtime of the caller's own was lost. */
import type { Runtime } from './runtime.js';

/**
 * Does `work` again on a fresh device, made as that of `lost` was and destroyed afterwards.
 *
 * @param retries how often at most, at least 1
 * @throws DeviceLostError where none can be made: the caller lent his, or disposed of the runtime
 */
export async function onFreshDevice<T>(
  lost: Runtime,
  retries: number,
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  const fresh = await lost.renew();
  if (!fresh) throw lost.loss!;
  // What the work begins by itself with the lost one, too.
  lost.successor = fresh;
  try {
    return await work(fresh);
  } catch (error) {
    if (retries === 1 || !fresh.isLostBy(error)) throw error;
    return await onFreshDevice(fresh, retries - 1, work);
  } finally {
    lost.successor = undefined;
    fresh.dispose();
  }
}
