/** Every conformance suite on an engine. A suite's or case's name as vitest's -t filter runs only those. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRunner } from '../engines/bundle.js';
import { casesFor, DEFAULT_TIMEOUT_MS, type RunningEngine } from '../engines/engine.js';
import { selectEngine } from '../engines/engines.js';
import type { EngineName } from '../engines/names.js';

/** Longer than any case may take: an engine that has to be restarted first. */
const RESTART_MS = 60_000;

/** Declares the tests of one engine: the content of its test file. */
export async function declareSuites(engineName: EngineName): Promise<void> {
  const { suites } = await loadRunner();
  const { engine, missing, required } = await selectEngine(engineName);
  describe(engineName, () => {
    if (missing !== undefined) {
      if (!required) console.warn(`NOTICE: not tested on ${engineName}. ${missing}`);
      test.skipIf(!required)('can run', () => {
        expect.fail(`${engineName} cannot run here. ${missing}`);
      });
      return;
    }
    let running: RunningEngine;
    beforeAll(async () => {
      running = await engine.start();
      console.log(`${engineName}: ${running.adapter}`);
    });
    afterAll(async () => {
      // Undefined when the start has failed.
      await (running as RunningEngine | undefined)?.stop();
    });

    for (const suite of suites) {
      const cases = casesFor(engine, suite);
      if (cases.length === 0) continue;
      describe(suite.name, () => {
        for (const conformanceCase of cases) {
          const { name, timeoutMs = DEFAULT_TIMEOUT_MS } = conformanceCase;
          test(name, { timeout: timeoutMs + RESTART_MS }, async () => {
            const { error, notes } = await running.run(suite.name, conformanceCase);
            for (const note of notes) {
              console.log(`${engineName} / ${suite.name} / ${name}: ${note}`);
            }
            if (error) throw Object.assign(new Error(error.message), { stack: error.stack });
          });
        }
      });
    }
  });
}
