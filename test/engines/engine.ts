/** An engine is a place where the conformance suite runs: a browser, a runtime, or the CPU twin. */
import type { Case, Suite, TestJudgement } from '../conformance/case.js';
import type { CaseResult } from './protocol.js';

export interface Engine {
  readonly name: string;
  /** False on the CPU twin, which is given no case that `needsGpu`. */
  readonly gpu: boolean;
  /** True where everything it needs comes from npm: then being unable to run is a failure. */
  readonly npmOnly: boolean;
  /** Which cases that judge tests it runs; none when absent. */
  readonly judgesTests?: readonly TestJudgement[];
  /** Undefined when the engine can run here, else what is missing and how to install it. */
  missing(): Promise<string | undefined>;
  start(): Promise<RunningEngine>;
}

export interface RunningEngine {
  /** The adapter, its features and limits, for people. */
  readonly adapter: string;
  /**
   * Runs one case. Never rejects: a crash of the engine, too, is the case's result, and the next
   * case finds the engine started anew.
   */
  run(suite: Suite['name'], conformanceCase: TimedCase): Promise<CaseResult>;
  stop(): Promise<void>;
}

/** What an engine needs to know of a case; the rest is in the bundle that it loads. */
export interface TimedCase {
  readonly name: string;
  readonly timeoutMs?: number;
  readonly provokesDeviceErrors?: boolean;
}

/** The cases of a suite that run on an engine. */
export function casesFor(
  { gpu, judgesTests = [] }: Pick<Engine, 'gpu' | 'judgesTests'>,
  { cases }: Suite,
): readonly Case[] {
  return cases.filter(
    ({ needsGpu = false, judgesTests: judgement }) =>
      (gpu || !needsGpu) && (judgement === undefined || judgesTests.includes(judgement)),
  );
}

export const DEFAULT_TIMEOUT_MS = 60_000;
