/** A race of candidates on this device. */
import { type Candidate, type Contest, type Lap, openOf, type Track } from './contest.js';
import { KernelError } from './errors.js';
import type { Race, TuningRecord } from './tuning_record.js';
import type { TuningSettings } from './tuning_options.js';

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

async function timed<T>(
  now: () => number,
  work: () => Promise<T>,
): Promise<{ value: T; took: number }> {
  const begin = now();
  const value = await work();
  return { value, took: now() - begin };
}

/**
 * Races the candidates of which `before` says nothing against its winner, or the default, for as long as
 * the budget allows; writes the slowest compilation to `record`.
 */
export async function runRace<C extends Candidate>(
  contest: Contest<C>,
  track: Track<C>,
  record: TuningRecord,
  before: Race | undefined,
  settings: TuningSettings,
  now: () => number,
): Promise<Race> {
  const [first] = contest.candidates;
  const winner = contest.candidates.find(({ name }) => name === before?.winner) ?? first;
  const open = openOf(contest, before).filter((candidate) => candidate !== winner);
  const isNew = !track.isCompiled(winner);
  const started = await timed(now, async () => {
    const lap = await track.start(winner);
    await lap(1);
    return lap;
  });
  if (isNew) record.slowest = Math.max(record.slowest, started.took);
  const begin = now();
  const { scale, time } = await findScale(now, started.value, track.mostScale);
  const running: Running<C> = { winner, lap: started.value, time };
  // What was measured in an earlier race is brought to this one's scale.
  const unit = before ? time / before.times[winner.name] : 1;
  const times: Record<string, number> = { [winner.name]: time };
  for (const [name, ms] of Object.entries(before?.times ?? {})) times[name] = ms * unit;
  const rejected = [...(before?.rejected ?? [])];
  const { share, budget: most } = settings;
  const budget = Math.min(most, (share * track.laps * time) / scale);
  let compilation = 0;
  for (const candidate of open) {
    // Without a compilation that was watched nobody knows how long the next one takes.
    const expected = record.slowest > 0 ? record.slowest + 2 * ROUNDS * running.time : Infinity;
    if (now() - begin + expected > budget) break;
    const { value, took } = await timed(now, () => startChecked(track, candidate, scale));
    compilation += took;
    record.slowest = Math.max(record.slowest, took);
    if (!value) {
      rejected.push(candidate.name);
      // Its results are not to be what later ones are held to.
      await running.lap(scale);
      continue;
    }
    const other = running.winner.name;
    const time = await compete(now, running, candidate, value, scale);
    if (running.winner !== candidate) times[other] = running.time;
    times[candidate.name] = time;
  }
  return {
    winner: running.winner.name,
    times,
    rejected,
    cost: (before?.cost ?? 0) + now() - begin,
    compilation: (before?.compilation ?? 0) + compilation,
  };
}

/** The scale at which a lap takes about LAP_MS, and what it takes there. */
async function findScale(
  now: () => number,
  lap: Lap,
  most: number,
): Promise<{ scale: number; time: number }> {
  let scale = 1;
  let { took } = await timed(now, () => lap(scale));
  while (took < LAP_MS / 2 && scale < most) {
    scale = Math.min(most, scale * Math.max(2, Math.min(16, Math.floor(LAP_MS / took))));
    // The first at a scale may touch memory that none has touched.
    await lap(scale);
    ({ took } = await timed(now, () => lap(scale)));
  }
  return { scale, time: took };
}

/** Laps of both in turn; the challenger takes over if it is faster by a margin. Its time. */
async function compete<C extends Candidate>(
  now: () => number,
  running: Running<C>,
  candidate: C,
  lap: Lap,
  scale: number,
): Promise<number> {
  let time = Number.POSITIVE_INFINITY;
  let rounds = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const own = (await timed(now, () => lap(scale))).took;
    time = Math.min(time, own);
    if (round === 1 && time > HOPELESS * running.time) return time;
    const other = (await timed(now, () => running.lap(scale))).took;
    running.time = Math.min(running.time, other);
    if (own < other) rounds++;
  }
  if (rounds > ROUNDS / 2 && time < (1 - MARGIN) * running.time) {
    Object.assign(running, { winner: candidate, lap, time });
  }
  return time;
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
