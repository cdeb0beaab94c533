/** Declares every conformance suite for one engine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRunner } from '../engines/bundle.js';
import { casesFor, DEFAULT_TIMEOUT_MS, type RunningEngine } from '../engines/engine.js';
import { selectEngines } from '../engines/engines.js';

/** Longer than any case may take: an engine that has to be restarted first. */
const RESTART_MS = 60_000;

/** To be called by a test file of its own for each engine: so two engines run at a time. */
export async function declareConformance(name: string): Promise<void> {
  const selected = (await selectEngines()).find(({ engine }) => engine.name === name);
  if (!selected) {
    test.skip(`${name}, which ENGINE does not name`);
    return;
  }
  const { engine, missing, required } = selected;
  if (missing !== undefined) {
    const declare = required ? test : test.skip;
    declare(`${name} can run`, () => {
      expect.fail(`${name} cannot run here. ${missing}`);
    });
    if (!required) console.warn(`NOTICE: not tested on ${name}. ${missing}`);
    return;
  }
  const { suites } = await loadRunner();

  describe(name, () => {
    let running: RunningEngine;
    beforeAll(async () => {
      running = await engine.start();
      console.log(`${name}: ${running.adapter}`);
    });
    afterAll(async () => {
      // Undefined when the start has failed.
      await (running as RunningEngine | undefined)?.stop();
    });

    for (const suite of suites) {
      const cases = casesFor(engine, suite, process.env.CASES === 'all');
      // Vitest fails a suite without a test; what runs once has none elsewhere.
      if (cases.length === 0) continue;
      describe(suite.name, () => {
        for (const conformanceCase of cases) {
          const { name: caseName, timeoutMs = DEFAULT_TIMEOUT_MS } = conformanceCase;
          test(caseName, { timeout: timeoutMs + RESTART_MS }, async () => {
            const { error, notes } = await running.run(suite.name, conformanceCase);
            for (const note of notes) console.log(`${name} / ${suite.name} / ${caseName}: ${note}`);
            if (error) throw Object.assign(new Error(error.message), { stack: error.stack });
          });
        }
      });
    }
  });
}
