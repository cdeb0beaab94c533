/**
 * Every conformance suite on every engine, one engine after another.
 *
 * ENGINE=name[,name] runs it on some: cpu-twin, dawn-swiftshader, dawn-lavapipe, deno, chromium,
 * firefox. A suite's or case's name as vitest's -t filter runs only those.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleSuites, loadRunner } from '../engines/bundle.js';
import { casesFor, DEFAULT_TIMEOUT_MS, type RunningEngine } from '../engines/engine.js';
import { selectEngines } from '../engines/engines.js';

/** Longer than any case may take: an engine that has to be restarted first. */
const RESTART_MS = 60_000;

await bundleSuites();
const { suites } = await loadRunner();

for (const { engine, missing, required } of await selectEngines()) {
  if (missing !== undefined && !required) {
    console.warn(`NOTICE: not tested on ${engine.name}. ${missing}`);
    continue;
  }
  describe(engine.name, () => {
    if (missing !== undefined) {
      test('can run', () => {
        expect.fail(`${engine.name} cannot run here. ${missing}`);
      });
      return;
    }
    let running: RunningEngine;
    beforeAll(async () => {
      running = await engine.start();
      console.log(`${engine.name}: ${running.adapter}`);
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
            for (const note of notes)
              console.log(`${engine.name} / ${suite.name} / ${name}: ${note}`);
            if (error) throw Object.assign(new Error(error.message), { stack: error.stack });
          });
        }
      });
    }
  });
}
