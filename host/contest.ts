/** Kernels that do the same work, and where they can race. */
import type { KernelConstants, KernelSource } from './kernel.js';
import type { Race } from './tuning_record.js';

/** One way to do the work. */
export interface Candidate {
  /** Unique among those it is chosen from, and stable: overrides and what is kept go by it. */
  readonly name: string;
  readonly source: KernelSource;
  readonly constants: KernelConstants;
}

/** Runs a candidate on a part of the work, `scale` times the least there is. */
export interface Lap {
  /** Resolves, once the device is done, with whether the result is that of the lap before. */
  (scale: number): Promise<boolean>;
}

/** Where candidates race: the caller's own work, or a part of it. */
export interface Track<C extends Candidate> {
  /** Whether its kernel was compiled before. */
  isCompiled(candidate: C): boolean;
  /** Compiles. */
  start(candidate: C): Promise<Lap>;
  /** The largest scale of a lap. */
  readonly mostScale: number;
  /** How many laps of scale 1 the caller's whole work amounts to. */
  readonly laps: number;
  /** The work is so short that even measuring what is in use would be felt: then it is not raced for. */
  readonly isSmall: boolean;
}

export interface Contest<C extends Candidate> {
  /** What is chosen, such as 'assign'; overrides name it. */
  readonly kernel: string;
  /** All files of which candidates are made: with other texts, what is kept no longer counts. */
  readonly sources: readonly KernelSource[];
  /** Work of one class has one winner. */
  readonly shape: string;
  /** The default first, then by how promising they are. */
  readonly candidates: readonly [C, ...C[]];
  /** Absent where there is nothing to race on: then the kept winner serves, or the default. */
  readonly track?: Track<C>;
}

/** The candidates of which a race says nothing. */
export function openOf<C extends Candidate>({ candidates }: Contest<C>, race?: Race): C[] {
  const known = [...Object.keys(race?.times ?? {}), ...(race?.rejected ?? [])];
  return candidates.filter(({ name }) => !known.includes(name));
}
