/** Lloyd's iterations: centroids ping-pong on the device, which decides itself when to stop. */
import { KernelError } from '../../../host/errors.js';
import { MAX_F32, MAX_U32 } from '../../../host/kernel.js';
import type { Recording } from '../../../host/recording.js';
import type { Runtime } from '../../../host/runtime.js';
import { Halt } from '../sums/converge.twin.js';
import { type Algorithm, AlgorithmChoice } from './algorithm.js';
import type { Clustering, Ending } from './clustering.js';
import { Restarts, restartsAtOnce } from './restarts.js';
import type { Op } from '../op.js';
import { allSettled, inBatches } from '../side_by_side.js';
import { scaled, unscaled } from '../units.js';
import type { Status } from './status.js';

export interface LloydOptions {
  readonly algorithm?: Algorithm | undefined;
  readonly maxIter: number;
  /** Stop when the summed squared shift of the centroids is at most this (absolute). */
  readonly tolerance: number;
  readonly signal?: AbortSignal | undefined;
  /**
   * Called once an iteration of each start (by its index), possibly some iterations late: in order
   * for each of them, but in turn where several go side by side.
   */
  readonly onIteration?: ((iteration: number, inertia: number, start: number) => void) | undefined;
}

export interface LloydResult {
  /** k x d, centred. */
  readonly centroids: Float32Array;
  readonly iterations: number;
  /** The labels no longer changed, or the centroids moved by no more than the tolerance. */
  readonly converged: boolean;
  /** The objective at each iteration, before that iteration's update of the centroids. */
  readonly history: Float64Array;
}

/**
 * Lloyd's iterations from each of `starts` (k x d, centred): the results of one start at a time, in
 * whatever way they share passes over the rows and waits for the device.
 */
export const lloyd: Op<
  [starts: readonly Float32Array[], k: number, options: LloydOptions],
  readonly LloydResult[]
> = {
  device: (rows, starts, k, options) => {
    const { workspace, points } = rows;
    const { scale } = points;
    const { algorithm = 'auto', maxIter, tolerance, onIteration } = options;
    return inBatches(
      starts.map((start) => scaled(start, scale)),
      () => restartsAtOnce(workspace, points, k, algorithm !== 'lloyd'),
      (batch, first) =>
        Restarts.with(rows, k, batch, maxIter, async (restarts) => {
          const results = await iterate(workspace.runtime, restarts, {
            ...options,
            tolerance: tolerance * scale ** 2,
            onIteration: (iteration, inertia, start) =>
              onIteration?.(iteration, inertia / scale ** 2, first + start),
          });
          return results.map((result) => ({
            ...result,
            centroids: unscaled(result.centroids, scale),
            history: unscaled(result.history, scale ** 2),
          }));
        }),
    );
  },
  twin: async () => (await import('./lloyd.twin.js')).lloydFrom,
};

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

/** One of the restarts: what was sent of it, and what is known to be done. */
class Run {
  readonly clustering: Clustering;
  readonly history: number[] = [];
  /** Iterations sent, and done. */
  submitted = 0;
  done = 0;
  /** Labels changed in the last of them. */
  changed = 0;
  halted: number = Halt.running;
  readonly #maxIter: number;
  readonly #tell: (iteration: number, inertia: number) => void;
  #recordings: readonly Recording[] = [];

  constructor(
    clustering: Clustering,
    maxIter: number,
    tell: (iteration: number, inertia: number) => void,
  ) {
    this.clustering = clustering;
    this.#maxIter = maxIter;
    this.#tell = tell;
  }

  get goesOn(): boolean {
    return this.halted === Halt.running && this.done < this.#maxIter;
  }

  /** Whether it can't go on without the host. */
  get waits(): boolean {
    return this.halted === Halt.emptyClusters || this.halted === Halt.inexactSums;
  }

  /** Records its iterations anew. Nothing may be in flight. */
  async record(bounded: boolean, ending: Ending): Promise<void> {
    this.release();
    if (bounded) await this.clustering.useBounds(this.done);
    else this.clustering.dropBounds();
    this.#recordings = [true, false].map((even) => this.clustering.recordIteration(even, ending));
  }

  /** The iteration after `ahead` more than were sent, if it has one. */
  recording(ahead: number): readonly Recording[] {
    const iteration = this.submitted + ahead;
    return this.goesOn && iteration < this.#maxIter ? [this.#recordings[iteration % 2]] : [];
  }

  /** Iterations that were not sent yet. */
  get left(): number {
    return this.goesOn ? this.#maxIter - this.submitted : 0;
  }

  take({ iterations, halted, changed, objective }: Status): void {
    for (let i = this.history.length; i < iterations; i++) {
      this.history.push(objective(i));
      this.#tell(i + 1, this.history[i]);
    }
    this.done = iterations;
    this.halted = halted;
    this.changed = changed;
  }

  async result(): Promise<LloydResult> {
    const { halted, done, history } = this;
    return {
      centroids: await this.clustering.readCentroids(done),
      iterations: done,
      converged: halted === Halt.sameLabels || halted === Halt.withinTolerance,
      history: Float64Array.from(history),
    };
  }

  release(): void {
    for (const recording of this.#recordings) recording.release();
    this.#recordings = [];
  }
}

/**
 * Iterates each of the restarts until the device halts it or `maxIter` is reached. What was in flight
 * of one when the device halted it does nothing, so the results are those of one iteration of one
 * restart at a time.
 */
async function iterate(
  runtime: Runtime,
  restarts: Restarts,
  { algorithm = 'auto', maxIter, tolerance, signal, onIteration }: LloydOptions,
): Promise<readonly LloydResult[]> {
  const runs = restarts.clusterings.map(
    (clustering, restart) =>
      new Run(clustering, maxIter, (iteration, inertia) =>
        onIteration?.(iteration, inertia, restart),
      ),
  );
  // What a uniform can hold.
  const ending = { tolerance: Math.min(tolerance, MAX_F32), most: Math.min(maxIter, MAX_U32) };
  const [n, d] = runs[0].clustering.shape;
  // What comes by once an iteration has to be read anyway: bounds would save little of it.
  const choice = new AlgorithmChoice(
    restarts.streamed ? 'lloyd' : algorithm,
    runs[0].clustering.k,
    d,
  );
  let bounded = choice.bounded;
  const furthest = () => Math.max(...runs.map(({ done }) => done));
  /** Records anew, by what is known by now. Nothing may be in flight. */
  const renew = async () => {
    bounded = choice.bounded;
    for (const run of runs) if (run.goesOn) await run.record(bounded, ending);
  };
  const inFlight: Promise<readonly Status[]>[] = [];
  let perSubmit = 1;
  const fill = async (depth: number, most: number) => {
    for (;;) {
      const count = Math.min(most, Math.max(...runs.map(({ left }) => left)));
      if (count === 0 || inFlight.length >= depth) return;
      await restarts.submit(
        Array.from({ length: count }, (_, i) => runs.flatMap((run) => run.recording(i))),
      );
      for (const run of runs) run.submitted += Math.min(count, run.left);
      inFlight.push(restarts.readStatus());
    }
  };

  let last = performance.now();
  /** The iteration after `renew` goes by itself: with bounds it computes every distance. */
  let renewed = true;
  try {
    await renew();
    while (runs.some(({ goesOn }) => goesOn)) {
      signal?.throwIfAborted();
      const before = furthest();
      if (choice.bounded === bounded) {
        const single = renewed || before < MEASURED || restarts.streamed;
        await fill(single ? 1 : DEPTH, renewed ? 1 : perSubmit);
      } else if (inFlight.length === 0) {
        await renew();
        renewed = true;
        last = performance.now();
        continue;
      }
      const going = runs
        .map((run, place) => ({ run, place, done: run.done }))
        .filter(({ run }) => run.goesOn);
      const take = (statuses: readonly Status[]) => {
        for (const { run, place } of going) run.take(statuses[place]);
      };
      take(await inFlight.shift()!);
      const now = performance.now();
      const isMeasure = before > 0 && !renewed;
      renewed = false;
      const inexact = new Set<Run>();
      if (going.some(({ run }) => run.waits)) {
        for (const statuses of await allSettled(inFlight.splice(0))) take(statuses);
        for (const { run } of going) {
          if (run.halted === Halt.emptyClusters) await run.clustering.relocate(run.done, ending);
          else if (run.halted === Halt.inexactSums) {
            run.clustering.renew(run.done);
            inexact.add(run);
          }
        }
        take(await restarts.readStatus());
        for (const { run } of going) run.submitted = run.done;
        renewed = bounded;
        last = performance.now();
      } else {
        const iterations = going.reduce((sum, { run, done }) => sum + run.done - done, 0);
        const isTimed = isMeasure && iterations > 0 && !restarts.streamed;
        const each = isTimed ? (now - last) / iterations : undefined;
        if (each !== undefined) {
          if (!bounded) runtime.pace.observe(restarts.work, each);
          if (now - last < SUBMIT_MS)
            perSubmit = Math.min(MOST_ITERATIONS_PER_SUBMIT, 2 * perSubmit);
          else if (now - last > 2 * SUBMIT_MS) perSubmit = Math.max(1, Math.floor(perSubmit / 2));
        }
        choice.observe({
          bounded,
          left: Math.max(...runs.map(({ left }) => left)),
          changed: going.reduce((sum, { run }) => sum + run.changed, 0) / (n * going.length),
          each,
        });
        last = now;
      }
      const isStuck = ({ run, done }: (typeof going)[number]) =>
        run.halted === Halt.running && run.done === done && !inexact.has(run);
      if (going.some(isStuck)) {
        throw new KernelError(
          `The device did nothing of what it was given after iteration ${before}, most likely because it ran out of memory; ` +
            `free memory, use fewer rows, or set runtime to 'cpu'.`,
        );
      }
      if (before < MEASURED && furthest() >= MEASURED && runs.some(({ goesOn }) => goesOn)) {
        await renew();
        renewed = bounded;
      }
    }
  } finally {
    // Nothing may be released while a read is under way.
    await Promise.allSettled(inFlight);
    for (const run of runs) run.release();
  }
  return allSettled(runs.map((run) => run.result()));
}
