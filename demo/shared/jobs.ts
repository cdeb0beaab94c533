/** What a page and its worker say to each other. Each page declares its jobs by an interface. */

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

/** From the page: begin, or stop. */
export type PageMessage =
  | {
      readonly type: 'start';
      readonly id: number;
      readonly job: PropertyKey;
      readonly input: unknown;
      /** Where the page has found no adapter: to ask for one again is of no use. */
      readonly onCpu: boolean;
    }
  | { readonly type: 'cancel'; readonly id: number };

/** From the worker. Exactly one 'done' or 'failed' ends a job, cancelled or not. */
export type WorkerMessage =
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'update'; readonly id: number; readonly update: unknown }
  | { readonly type: 'done'; readonly id: number; readonly output: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
