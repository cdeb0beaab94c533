/** What the page asks of its worker. A worker measures one contender and is ended. */
import type { Ceiling } from '../../bench/ceiling.js';
import type { Measured } from '../../bench/measure.js';
import type { Measurement } from '../../bench/rows.js';
import type { SYNTHETIC } from '../../bench/sources.js';

/** Thorough: what is to be relied on. Quick: what it comes to, in a few seconds. */
export type EffortName = 'thorough' | 'quick';

export interface AskedWorkload {
  readonly name: keyof typeof SYNTHETIC;
  /** Of its rows. */
  readonly share: number;
}

/** Where all contenders start, and what their objective ought to be after each iteration. */
export interface Reference {
  readonly title: string;
  /** k x d. */
  readonly start: Float32Array;
  /** None for a mixture: its contenders are held to ours. */
  readonly objectives: readonly number[];
}

export interface BenchJobs {
  /** Is done as soon as the adapter has finished what it was given, by whomever. */
  settle: { readonly takes: undefined; readonly gives: undefined };
  ceiling: {
    readonly takes: EffortName;
    readonly gives: { readonly adapter: string; readonly ceiling: Ceiling };
  };
  refer: { readonly takes: AskedWorkload; readonly gives: Reference };
  measure: {
    readonly takes: {
      readonly contender: string;
      readonly workload: AskedWorkload;
      readonly reference: Reference;
      readonly effort: EffortName;
    };
    readonly gives: Measurement;
    /** Figures as they are known, for a contender that is cut off. */
    readonly sends: Measured;
  };
}

/** The name of the one place where a page measures. */
export const HERE = 'page';
