/** What is fitted by half iterations. */
import type { RunOptions } from '../shared/worker_host.js';
import type { State } from './jobs.js';

/** A fit as far as it has come. */
export interface Stepper {
  /** k x 2, of standardized columns. */
  readonly means: Float64Array;
  /** It half an iteration later. */
  readonly step: (options: RunOptions) => Promise<Stepper>;
  readonly state: (options: RunOptions) => Promise<State>;
}
