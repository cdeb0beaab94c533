/** What must fail on an engine does fail there, and the engine goes on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smoke } from '../conformance/smoke.js';
import type { RunningEngine } from './engine.js';
import { selectEngines } from './engines.js';
import { misbehaving } from './misbehaving.js';

/** Why each case of the suite `misbehaving` must be said to have failed. */
const REASONS: Readonly<Record<string, RegExp>> = {
  'fails an expectation': /counts: 1 of 3 differ.*\n.*\n +2 +3 +4 +1\.000e\+0/,
  'calls console.error': /console\.error: something is amiss/,
  'leaves a warning unread': /^console\.warn: to be looked into$/,
  'leaves a device error uncaptured': /uncaptured device error: ./,
  'never ends': /timed out after 500 ms/,
  'blocks for ever': /timed out after 500 ms/,
  'is torn away': /ended with code 7|the page was loaded anew/,
};

/** Within vitest's own process these would end, or block, vitest itself. */
const NOT_IN_PROCESS = ['never ends', 'blocks for ever', 'is torn away'];

for (const { engine, missing } of await selectEngines()) {
  if (missing !== undefined) continue;
  describe(engine.name, () => {
    let running: RunningEngine;
    beforeAll(async () => {
      running = await engine.start();
    });
    afterAll(async () => {
      await (running as RunningEngine | undefined)?.stop();
    });

    const cases = misbehaving.cases.filter(
      ({ name, needsGpu = false }) => engine.gpu || !(needsGpu || NOT_IN_PROCESS.includes(name)),
    );
    test.each(cases)('$name', async (misbehaved) => {
      const { ok, error } = await running.run(misbehaving.name, misbehaved);
      expect(ok).toBe(false);
      expect(error?.message).toMatch(REASONS[misbehaved.name]);
      const next = await running.run(smoke.name, smoke.cases[0]);
      expect(next).toMatchObject({ ok: true });
    });
  });
}
