/**
 * Chooses among kernels that do the same work with the same result: by a race on this device, whose
 * winner is kept. Knows nothing of what the kernels compute.
 */
import { KernelError } from './errors.js';
import type { KernelConstants, KernelSource } from './kernel.js';
import { parseRecord, type Race, type TuningRecord } from './tuning_record.js';
import type { TuningSettings } from './tuning_options.js';
import { textHash } from './tuning_store.js';

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

/** A lap should take this long: short, and long enough for the clock and the submission to drown. */
const LAP_MS = 4;
/** Laps of each candidate beside as many of the one in use; the shortest count. */
const ROUNDS = 3;
/** A challenger must be faster by this share, and in most rounds. */
const MARGIN = 0.08;
/** One that is slower by this factor in two laps is not measured again. */
const HOPELESS = 1.5;
/** A race under way: the candidate in use, and what it has cost. */
interface Running<C extends Candidate> {
  winner: C;
  lap: Lap;
  /** Of one lap, at the race's scale. */
  time: number;
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
        race = await this.#race(contest, track, record, race);
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

  async #timed<T>(work: () => Promise<T>): Promise<{ value: T; took: number }> {
    const begin = this.#now();
    const value = await work();
    return { value, took: this.#now() - begin };
  }

  async #race<C extends Candidate>(
    contest: Contest<C>,
    track: Track<C>,
    record: TuningRecord,
    before: Race | undefined,
  ): Promise<Race> {
    const [first] = contest.candidates;
    const winner = contest.candidates.find(({ name }) => name === before?.winner) ?? first;
    const open = openOf(contest, before).filter((candidate) => candidate !== winner);
    const isNew = !track.isCompiled(winner);
    const started = await this.#timed(async () => {
      const lap = await track.start(winner);
      await lap(1);
      return lap;
    });
    if (isNew) record.slowest = Math.max(record.slowest, started.took);
    const begin = this.#now();
    const { scale, time } = await this.#findScale(started.value, track.mostScale);
    const running: Running<C> = { winner, lap: started.value, time };
    // What was measured in an earlier race is brought to this one's scale.
    const unit = before ? time / before.times[winner.name] : 1;
    const times: Record<string, number> = { [winner.name]: time };
    for (const [name, ms] of Object.entries(before?.times ?? {})) times[name] = ms * unit;
    const rejected = [...(before?.rejected ?? [])];
    const { share, budget: most } = this.#settings;
    const budget = Math.min(most, (share * track.laps * time) / scale);
    let compilation = 0;
    for (const candidate of open) {
      // Without a compilation that was watched nobody knows how long the next one takes.
      const expected = record.slowest > 0 ? record.slowest + 2 * ROUNDS * running.time : Infinity;
      if (this.#now() - begin + expected > budget) break;
      const { value, took } = await this.#timed(() => startChecked(track, candidate, scale));
      compilation += took;
      record.slowest = Math.max(record.slowest, took);
      if (!value) {
        rejected.push(candidate.name);
        // Its results are not to be what later ones are held to.
        await running.lap(scale);
        continue;
      }
      const other = running.winner.name;
      const time = await this.#compete(running, candidate, value, scale);
      if (running.winner !== candidate) times[other] = running.time;
      times[candidate.name] = time;
    }
    return {
      winner: running.winner.name,
      times,
      rejected,
      cost: (before?.cost ?? 0) + this.#now() - begin,
      compilation: (before?.compilation ?? 0) + compilation,
    };
  }

  /** The scale at which a lap takes about LAP_MS, and what it takes there. */
  async #findScale(lap: Lap, most: number): Promise<{ scale: number; time: number }> {
    let scale = 1;
    let { took } = await this.#timed(() => lap(scale));
    while (took < LAP_MS / 2 && scale < most) {
      scale = Math.min(most, scale * Math.max(2, Math.min(16, Math.floor(LAP_MS / took))));
      // The first at a scale may touch memory that none has touched.
      await lap(scale);
      ({ took } = await this.#timed(() => lap(scale)));
    }
    return { scale, time: took };
  }

  /** Laps of both in turn; the challenger takes over if it is faster by a margin. Its time. */
  async #compete<C extends Candidate>(
    running: Running<C>,
    candidate: C,
    lap: Lap,
    scale: number,
  ): Promise<number> {
    let time = Number.POSITIVE_INFINITY;
    let rounds = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const own = (await this.#timed(() => lap(scale))).took;
      time = Math.min(time, own);
      if (round === 1 && time > HOPELESS * running.time) return time;
      const other = (await this.#timed(() => running.lap(scale))).took;
      running.time = Math.min(running.time, other);
      if (own < other) rounds++;
    }
    if (rounds > ROUNDS / 2 && time < (1 - MARGIN) * running.time) {
      Object.assign(running, { winner: candidate, lap, time });
    }
    return time;
  }
}

/** A candidate's lap, compiled and run once; undefined where it fails or its result is another. */
async function startChecked<C extends Candidate>(
  track: Track<C>,
  candidate: C,
  scale: number,
): Promise<Lap | undefined> {
  try {
    const lap = await track.start(candidate);
    return (await lap(scale)) ? lap : undefined;
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

/** The candidates of which a race says nothing. */
function openOf<C extends Candidate>({ candidates }: Contest<C>, race?: Race): C[] {
  const known = [...Object.keys(race?.times ?? {}), ...(race?.rejected ?? [])];
  return candidates.filter(({ name }) => !known.includes(name));
}

/** What a store gives; undefined where it fails. */
async function quietly<T>(ask: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
