/** Iterations that stay on the device, which decides itself when they end. */
import type { Pace } from './pace.js';
import type { Recording } from './recording.js';

/**
 * Submissions grow while they take less than this: short enough to cancel, long enough to hide what
 * each costs. (Firefox takes 100 ms to tell that one is done, however little it was.)
 */
const SUBMIT_MS = 150;
const MOST_ITERATIONS_PER_SUBMIT = 16;
/** Submissions in flight: the device never waits for the host. */
const DEPTH = 2;
/** The first iterations go one by one: the first pays for late compilation, the second is measured. */
const MEASURED = 2;

/** What the device reports of a run. */
export interface RunStatus {
  /** Iterations done. */
  readonly iterations: number;
  /** Why it halted; 0 while it goes on. What it is given once it has halted, it leaves undone. */
  readonly halted: number;
  /** Whether it halted for the host to `help`. */
  readonly waits?: boolean;
  /** The objective of iteration i, from 0: of those done since the status before. */
  readonly objective: (iteration: number) => number;
}

/** Runs side by side, each of which is one iteration after the other. */
export interface DeviceRuns<Status extends RunStatus> {
  readonly count: number;
  /** Whether the host brings the data once an iteration. */
  readonly streamed: boolean;
  /**
   * What an iteration of a run costs, in multiply-adds. Undefined where each leaves out what the one
   * before it showed: the first one recorded then goes by itself, as the one after `help` does.
   */
  readonly work: number | undefined;
  /**
   * A run's even and odd iterations, of which `done` are done and none is in flight. Asked for anew
   * once the first two are done and the device's pace is known.
   */
  record(run: number, done: number): Promise<readonly [even: Recording, odd: Recording]>;
  /** Sends turns of iterations, one of each run in a turn. */
  submit(turns: readonly (readonly Recording[])[]): Promise<void>;
  /** How far each run has come, once the work submitted before this call is done. */
  readStatus(): Promise<readonly Status[]>;
  /** Has a run that waits go on. None of any is in flight. */
  help?(run: number, status: Status): Promise<void>;
  /**
   * Whether iterations are to be recorded anew, by what a submission showed.
   *
   * @param runs those that went on
   * @param left iterations left to send
   * @param each milliseconds an iteration took; undefined where that is no measure
   */
  observe?(runs: readonly Status[], left: number, each: number | undefined): boolean;
}

export interface LoopOptions {
  /** Iterations of a run at most, at least 1. */
  readonly maxIter: number;
  readonly signal?: AbortSignal | undefined;
  /** Called once an iteration (from 1) of each run, in order for each, possibly some iterations late. */
  readonly onIteration?: ((iteration: number, objective: number, run: number) => void) | undefined;
}

/** How a run ended. */
export interface RunResult<Status> {
  readonly status: Status;
  /** The objective of each iteration. */
  readonly history: Float64Array;
}

/** One of the runs: what was sent of it, and what is known to be done. */
class Run<Status extends RunStatus> {
  readonly history: number[] = [];
  recordings: readonly Recording[] = [];
  submitted = 0;
  status!: Status;
  goesOn = true;

  /** Takes what is new, and returns how many iterations that were. */
  take(status: Status, maxIter: number, tell: (iteration: number, objective: number) => void) {
    const { history } = this;
    const before = history.length;
    while (history.length < status.iterations) {
      const objective = status.objective(history.length);
      tell(history.push(objective), objective);
    }
    this.status = status;
    this.goesOn = status.halted === 0 && history.length < maxIter;
    return history.length - before;
  }

  release(): void {
    for (const recording of this.recordings) recording.release();
    this.recordings = [];
  }
}

/**
 * Iterates each of the runs until the device halts it or `maxIter` is reached: several submissions are
 * in flight, of as many iterations as the device's pace allows. What was in flight of a run when it
 * halted does nothing, so the results are those of one iteration of one run at a time.
 *
 * @throws KernelError where the device does nothing of what it is given; the signal's reason
 */
export async function iterateOnDevice<Status extends RunStatus>(
  pace: Pick<Pace, 'observe'>,
  device: DeviceRuns<Status>,
  { maxIter, signal, onIteration }: LoopOptions,
): Promise<readonly RunResult<Status>[]> {
  const runs = Array.from({ length: device.count }, () => new Run<Status>());
  const inFlight: Promise<readonly Status[]>[] = [];
  let perSubmit = 1;
  /** Whether recordings are to be made, as soon as nothing is in flight. */
  let isStale = true;
  /** Whether the next iteration is the first after these were made, or after help. */
  let isFirst = false;
  let last = 0;

  const furthest = () => Math.max(...runs.map(({ history }) => history.length));
  const left = () =>
    Math.max(...runs.map(({ goesOn, submitted }) => (goesOn ? maxIter - submitted : 0)));
  const take = (statuses: readonly Status[]) =>
    runs.map((run, place) =>
      run.take(statuses[place], maxIter, (iteration, objective) =>
        onIteration?.(iteration, objective, place),
      ),
    );
  /** Whether it goes by itself, and is no measure. */
  const isAlone = () => isFirst && device.work === undefined;
  const record = async () => {
    for (const [place, run] of runs.entries()) {
      if (!run.goesOn) continue;
      run.release();
      run.recordings = await device.record(place, run.history.length);
    }
  };
  /** Of each run the iteration that is next, if it has one. */
  const nextTurn = () =>
    runs.flatMap((run) =>
      run.goesOn && run.submitted < maxIter ? [run.recordings[run.submitted++ % 2]] : [],
    );
  const fill = async () => {
    const depth = isAlone() || device.streamed || furthest() < MEASURED ? 1 : DEPTH;
    while (inFlight.length < depth && left() > 0) {
      const turns = Array.from({ length: Math.min(isAlone() ? 1 : perSubmit, left()) }, nextTurn);
      await device.submit(turns);
      inFlight.push(device.readStatus());
    }
  };
  const help = async () => {
    for (const statuses of await Promise.all(inFlight)) take(statuses);
    inFlight.length = 0;
    for (const [place, { status }] of runs.entries()) {
      if (status.waits) await device.help?.(place, status);
    }
    take(await device.readStatus());
    for (const run of runs) run.submitted = run.history.length;
  };
  const measure = (iterations: number): number => {
    const took = performance.now() - last;
    if (device.work !== undefined) pace.observe(device.work, took / iterations);
    if (took < SUBMIT_MS) perSubmit = Math.min(MOST_ITERATIONS_PER_SUBMIT, 2 * perSubmit);
    else if (took > 2 * SUBMIT_MS) perSubmit = Math.max(1, Math.floor(perSubmit / 2));
    return took / iterations;
  };

  try {
    while (runs.some(({ goesOn }) => goesOn)) {
      signal?.throwIfAborted();
      if (isStale && inFlight.length === 0) {
        await record();
        isStale = false;
        isFirst = true;
        last = performance.now();
      }
      if (!isStale) await fill();
      const before = furthest();
      const isMeasure = before > 0 && !isAlone() && !device.streamed;
      isFirst = false;
      const news = take(await inFlight.shift()!);
      if (runs.some(({ status }) => status.waits)) {
        await help();
        isFirst = true;
      } else {
        if (runs.some(({ goesOn }, place) => goesOn && news[place] === 0)) {
          throw (await import('./refusals.js')).nothingDone(before);
        }
        const iterations = news.reduce((sum, more) => sum + more, 0);
        const each = isMeasure && iterations > 0 ? measure(iterations) : undefined;
        const moved = runs.filter((_, place) => news[place] > 0).map(({ status }) => status);
        if (device.observe?.(moved, left(), each)) isStale = true;
      }
      if (before < MEASURED && furthest() >= MEASURED) isStale = true;
      last = performance.now();
    }
  } finally {
    // Nothing may be released while a read is under way.
    await Promise.allSettled(inFlight);
    for (const run of runs) run.release();
  }
  return runs.map(({ status, history }) => ({ status, history: Float64Array.from(history) }));
}
