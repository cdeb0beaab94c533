/**
 * Chooses among kernels that do the same work with the same result: by a race on this device, whose
 * winner is kept. Knows nothing of what the kernels compute.
 */
import { type Candidate, type Contest, openOf } from './contest.js';
import { KernelError } from './errors.js';
import { parseRecord, type Race, type TuningRecord } from './tuning_record.js';
import type { TuningSettings } from './tuning_options.js';
import { textHash } from './text_hash.js';

/** What is known of one kernel and class of work. */
export interface TuningEntry {
  readonly kernel: string;
  readonly shape: string;
  readonly default: string;
  /** What is used. */
  readonly winner: string;
  /** Why: a fixed choice, a race of this runtime's, one that was kept, or none so far. */
  readonly because: 'choice' | 'race' | 'kept' | 'default';
  /** Milliseconds on the same piece of work. */
  readonly times: Readonly<Record<string, number>>;
  /** Candidates that failed, or whose results were others. */
  readonly rejected: readonly string[];
  /** Candidates for which no time was left; a later runtime goes on with them. */
  readonly unmeasured: readonly string[];
  /** The default's time over the winner's. */
  readonly won: number;
  /** Milliseconds that all races took beyond starting what was in use. */
  readonly cost: number;
  /** Of which compiling. */
  readonly compilation: number;
}

/** A runtime's choices. */
export class Tuning {
  readonly #adapter: string;
  readonly #settings: TuningSettings;
  readonly #now: () => number;
  readonly #records = new Map<string, Promise<TuningRecord>>();
  readonly #entries = new Map<string, TuningEntry>();
  /** Contests that have raced: once is enough for a runtime. */
  readonly #raced = new Set<string>();
  #isRacing = false;

  /** @param adapter tells this adapter, its driver and its compiler from others */
  constructor(adapter: string, settings: TuningSettings, now = () => performance.now()) {
    this.#adapter = adapter;
    this.#settings = settings;
    this.#now = now;
  }

  /** What was chosen so far. */
  get entries(): readonly TuningEntry[] {
    return [...this.#entries.values()];
  }

  /** Forgets all that was found out, here and in the store. */
  async clear(): Promise<void> {
    this.#records.clear();
    this.#entries.clear();
    this.#raced.clear();
    await quietly(() => this.#settings.store.clear());
  }

  /**
   * The candidate to use. A race is run where there is a track, and none was run to the end before. It
   * keeps to its budget by not starting what is expected to take too long, going by the slowest
   * compilation seen on the adapter: a candidate that takes longer than any before it overruns it.
   *
   * @throws KernelError where the fixed choice of `createRuntime` is none of the candidates
   */
  async choose<C extends Candidate>(contest: Contest<C>): Promise<C> {
    const { kernel, sources, shape, candidates, track } = contest;
    const fixed = this.#settings.choices[kernel] as string | undefined;
    if (fixed !== undefined) {
      const choice = candidates.find(({ name }) => name === fixed);
      if (!choice) {
        throw new KernelError(
          `tuning: there is no '${fixed}' for kernel '${kernel}' and ${shape} on this adapter; ` +
            `choose one of ${candidates.map(({ name }) => name).join(', ')}.`,
        );
      }
      this.#enter(contest, choice, 'choice');
      return choice;
    }
    if (!this.#settings.races) {
      this.#enter(contest, candidates[0], 'default');
      return candidates[0];
    }
    const key = `${this.#adapter}; ${kernel} ${textHash(sources.map(({ code }) => code).join())}`;
    const record = await this.#record(key);
    const named = (name: string | undefined) => candidates.find((one) => one.name === name);
    let race = record.races[shape] as Race | undefined;
    // A budget of the caller's own is spent for small work, too.
    const pays = track && (!track.isSmall || this.#settings.share === Number.POSITIVE_INFINITY);
    const mayRace = pays && !this.#isRacing && !this.#raced.has(`${key}; ${shape}`);
    if (mayRace && openOf(contest, race).length > 0 && record.slowest < this.#settings.budget) {
      this.#isRacing = true;
      this.#raced.add(`${key}; ${shape}`);
      try {
        const { runRace } = await import('./race.js');
        race = await runRace(contest, track, record, race, this.#settings, this.#now);
        record.races[shape] = race;
      } finally {
        this.#isRacing = false;
      }
      await quietly(() => this.#settings.store.set(key, JSON.stringify(record)));
      this.#enter(contest, named(race.winner)!, 'race', race);
    } else if (!this.#entries.has(`${kernel} ${shape}`)) {
      this.#enter(contest, named(race?.winner) ?? candidates[0], race ? 'kept' : 'default', race);
    }
    return named(race?.winner) ?? candidates[0];
  }

  #enter<C extends Candidate>(
    contest: Contest<C>,
    winner: C,
    because: TuningEntry['because'],
    race?: Race,
  ): void {
    const { kernel, shape, candidates } = contest;
    const { times = {}, rejected = [], cost = 0, compilation = 0 } = race ?? {};
    const first = candidates[0].name;
    this.#entries.set(`${kernel} ${shape}`, {
      kernel,
      shape,
      default: first,
      winner: winner.name,
      because,
      times,
      rejected,
      unmeasured: openOf(contest, race).map(({ name }) => name),
      won: first in times && winner.name in times ? times[first] / times[winner.name] : 1,
      cost,
      compilation,
    });
  }

  #record(key: string): Promise<TuningRecord> {
    let record = this.#records.get(key);
    if (!record) {
      record = quietly(() => this.#settings.store.get(key)).then(parseRecord);
      this.#records.set(key, record);
    }
    return record;
  }
}

/** What a store gives; undefined where it fails. */
async function quietly<T>(ask: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
