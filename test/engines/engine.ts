/** An engine is a place where the conformance suite runs: a browser, a runtime, or the CPU twin. */
import type { Case, Once, Suite } from '../conformance/case.js';
import type { CaseResult } from './protocol.js';

export interface Engine {
  readonly name: string;
  /** False on the CPU twin, which is given no case that `needsGpu`. */
  readonly gpu: boolean;
  /** True where everything it needs comes from npm: then being unable to run is a failure. */
  readonly npmOnly: boolean;
  /** Which of the cases that run `once` run here; none when absent. */
  readonly once?: readonly Once[];
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
  { gpu, once: here = [] }: Pick<Engine, 'gpu' | 'once'>,
  { cases }: Suite,
): readonly Case[] {
  return cases.filter(
    ({ needsGpu = false, once }) =>
      (gpu || !needsGpu) && (once === undefined || here.includes(once)),
  );
}

export const DEFAULT_TIMEOUT_MS = 60_000;
