/** What a page's worker does for it. Each page declares its jobs by an interface. */

/** How far a job has come. */
export interface Progress {
  readonly value: number;
  readonly max: number;
  /** What is being done, for people. */
  readonly text: string;
}

/** What a job takes and gives, and what it sends meanwhile (never, where it sends nothing). */
export interface Job {
  readonly takes: unknown;
  readonly gives: unknown;
  readonly sends?: unknown;
}

/** An interface whose members are all jobs. */
export type JobTable<Jobs> = { readonly [J in keyof Jobs]: Job };

export type Takes<Jobs extends JobTable<Jobs>, J extends keyof Jobs> = Jobs[J]['takes'];
export type Gives<Jobs extends JobTable<Jobs>, J extends keyof Jobs> = Jobs[J]['gives'];
export type Sends<Jobs extends JobTable<Jobs>, J extends keyof Jobs> = Jobs[J] extends {
  readonly sends: infer Update;
}
  ? Update
  : never;

/** What a job is told besides its input. */
export interface Told {
  readonly signal: AbortSignal;
  /** 'cpu' where the page has found no adapter: to ask for one again is of no use. */
  readonly runtime: 'cpu' | undefined;
  readonly onProgress: (progress: Progress) => void;
  readonly onUpdate: (update: unknown) => void;
}

/** What the worker offers to `webgpu-clustering/worker`, by which the page calls it. */
export interface JobHost {
  readonly run: (job: PropertyKey, input: unknown, told: Told) => Promise<unknown>;
  /** Gives its promise's end once nothing runs any more that was cancelled. */
  readonly settled: () => Promise<undefined>;
}
