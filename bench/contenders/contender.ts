import type { Method, Results, Workload } from '../workload.js';

/** What one run gave. */
export interface Run<R> {
  readonly result: R;
  /** Iterations done, which may be fewer than asked for where nothing moved any more. */
  readonly iterations: number;
  /** By a clock of its own, where passing on the result would count otherwise. */
  readonly milliseconds?: number;
}

/** What a race of kernels came to. */
export interface Tuned {
  readonly default: string;
  readonly winner: string;
  /** The default's time over the winner's, of that kernel alone. */
  readonly won: number;
  /** Milliseconds of the race, and of those that went into compiling. */
  readonly cost: number;
  readonly compilation: number;
  /** Candidates for which no time was left. */
  readonly unmeasured: number;
}

/** The data, brought to where the contender computes. */
export interface Loaded<R> {
  /** True where every run brings the data anew, so that its time is more than its iterations'. */
  readonly loadsEachRun?: boolean;
  /** Runs that many iterations from the workload's start; for PCA a whole fit. */
  iterate(iterations: number): Promise<Run<R>>;
  /** The same from a start of its own by k-means++. */
  iterateSeeded?(iterations: number): Promise<Run<R>>;
  /** Iterates from the workload's start until scikit-learn's default tolerance (1e-4) is met. */
  converge?(): Promise<Run<R>>;
  /** What the device itself says that so many iterations take, in milliseconds. */
  deviceTime?(iterations: number): Promise<number>;
  /** Races the kernels on the workload, with more time than a user's fit would give. */
  tuned?(): Promise<Tuned | undefined>;
  dispose(): void;
}

/** A contender's device and compiled code. */
export interface Session<M extends Method> {
  load(workload: Workload): Promise<Loaded<Results[M]>>;
  dispose(): void;
}

/** Opens a contender for one measurement. */
export type Contender<M extends Method> = () => Promise<Session<M>>;
