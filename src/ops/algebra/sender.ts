/** Sends recordings again and again, as many at a time as a device does in a moment. */
import type { Recording } from '../../../host/recording.js';
import type { Workspace } from '../../../host/workspace.js';

/**
 * A submission grows while it takes less than this: short enough to cancel, long enough to hide what it costs. Two
 * are in flight, so that the device never waits for the host.
 */
const SUBMIT_MS = 150;
const MOST_AT_ONCE = 64;

/** What `Recorded.repeat` does on a device. How much goes at once, it keeps from call to call. */
export function createSender(
  workspace: Workspace,
): (recording: Recording, times: number) => Promise<void> {
  const { queue } = workspace.runtime.device;
  let atOnce = 1;
  let last: Promise<void> | undefined;
  let lastDone = 0;
  return async (recording, times) => {
    for (let left = times; left > 0;) {
      const count = Math.min(left, atOnce);
      workspace.submit(Array.from({ length: count }, () => recording));
      left -= count;
      const before = last;
      last = queue.onSubmittedWorkDone();
      last.catch(() => undefined);
      if (!before) continue;
      await workspace.finished(before);
      const now = performance.now();
      const took = now - lastDone;
      lastDone = now;
      if (took < SUBMIT_MS && count === atOnce) atOnce = Math.min(MOST_AT_ONCE, 2 * atOnce);
      else if (took > 2 * SUBMIT_MS) atOnce = Math.max(1, Math.floor(atOnce / 2));
    }
  };
}
