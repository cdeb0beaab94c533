/** An engine is a place where the conformance suite runs: a browser, a runtime, or the CPU twin. */
import type { Case, Suite, Where } from '../conformance/case.js';
import type { CaseResult } from './protocol.js';

export interface Engine {
  readonly name: string;
  /** False on the CPU twin, which is given no case that `needsGpu`. */
  readonly gpu: boolean;
  /** True where everything it needs comes from npm: then being unable to run is a failure. */
  readonly npmOnly: boolean;
  /** Which cases run here beside those for everywhere; none when absent. */
  readonly takes?: readonly Where[];
  /** Whether another engine runs the cases for everywhere by the same compiler on the same driver. */
  readonly isStoodFor?: boolean;
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

/** The cases of a suite that run on an engine; with `all` those too that others stand for. */
export function casesFor(
  { gpu, takes = [], isStoodFor = false }: Pick<Engine, 'gpu' | 'takes' | 'isStoodFor'>,
  { cases, where: usual = 'thorough' }: Suite,
  all = false,
): readonly Case[] {
  return cases.filter(
    ({ needsGpu = false, where = usual }) =>
      (gpu || !needsGpu) && (all || (where === 'everywhere' ? !isStoodFor : takes.includes(where))),
  );
}

export const DEFAULT_TIMEOUT_MS = 60_000;
