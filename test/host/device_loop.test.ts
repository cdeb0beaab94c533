import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DeviceRuns, iterateOnDevice, type RunStatus } from '../../host/device_loop.js';
import { KernelError } from '../../host/errors.js';
import type { Recording } from '../../host/recording.js';

const WAITS = 9;
const pace = { observe: vi.fn<(work: number, milliseconds: number) => void>() };

let now = 0;
beforeEach(() => {
  now = 1000;
  pace.observe.mockClear();
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What becomes of a run: the iteration before which it halts, and why. */
interface Fate {
  readonly at: number;
  readonly halted: number;
}

/** A device of a steady pace that does what it is sent at once, and reports it a task later. */
class FakeRuns implements DeviceRuns<RunStatus> {
  readonly count: number;
  streamed = false;
  work: number | undefined = 100;
  /** Milliseconds an iteration takes. */
  each = 1;
  works = true;
  /** Iterations of each submission, and of each those that were in flight when it was sent. */
  readonly sent: number[] = [];
  readonly depths: number[] = [];
  /** What was recorded, and given back: by run, parity and iterations done by then. */
  readonly recorded: string[] = [];
  readonly released: string[] = [];
  /** What each run was given, and did. */
  readonly given: string[] = [];
  readonly done: number[];
  readonly halted: number[];
  inFlight = 0;
  readonly #fates: readonly (Fate | undefined)[];

  constructor(...fates: readonly (Fate | undefined)[]) {
    this.#fates = fates;
    this.count = fates.length;
    this.done = fates.map(() => 0);
    this.halted = fates.map(() => 0);
  }

  record(run: number, done: number): Promise<readonly [Recording, Recording]> {
    expect(this.inFlight).toBe(0);
    const recording = (parity: string) => {
      const name = `${run} ${parity} ${done}`;
      this.recorded.push(name);
      const release = () => {
        expect(this.inFlight).toBe(0);
        this.released.push(name);
      };
      return { name, release } as unknown as Recording;
    };
    return Promise.resolve([recording('even'), recording('odd')]);
  }

  submit(turns: readonly (readonly Recording[])[]): Promise<void> {
    this.sent.push(turns.length);
    this.depths.push(this.inFlight);
    for (const recording of turns.flat()) {
      const { name } = recording as unknown as { name: string };
      this.given.push(name);
      const run = Number(name[0]);
      const fate = this.#fates[run];
      if (!this.works || this.halted[run] !== 0) continue;
      if (fate?.at === this.done[run]) this.halted[run] = fate.halted;
      else this.done[run]++;
    }
    return Promise.resolve();
  }

  async readStatus(): Promise<readonly RunStatus[]> {
    this.inFlight++;
    const cost = this.each * (this.sent.at(-1) ?? 0);
    const statuses = this.done.map((iterations, run) => ({
      iterations,
      halted: this.halted[run],
      waits: this.halted[run] === WAITS,
      objective: (i: number) => 100 * run + i,
    }));
    await new Promise((resolve) => setTimeout(resolve));
    now += cost;
    this.inFlight--;
    return statuses;
  }
}

describe('one run', () => {
  test('tells every iteration in order, of which even and odd ones take turns', async () => {
    const device = new FakeRuns(undefined);
    const told: (readonly number[])[] = [];
    const [{ status, history }] = await iterateOnDevice(pace, device, {
      maxIter: 45,
      onIteration: (...all) => told.push(all),
    });
    const iterations = Array.from({ length: 45 }, (_, i) => i);
    expect(told).toEqual(iterations.map((i) => [i + 1, i, 0]));
    expect(history).toEqual(Float64Array.from(iterations));
    expect(status.iterations).toBe(45);
    const parity = (i: number) => (i % 2 === 0 ? 'even' : 'odd');
    expect(device.given).toEqual(iterations.map((i) => `0 ${parity(i)} ${i < 2 ? 0 : 2}`));
    expect(device.released).toEqual(device.recorded);
    expect(pace.observe).toHaveBeenCalledWith(100, 1);
  });

  test('sends two iterations by themselves, then more and more while they take a short time', async () => {
    const device = new FakeRuns(undefined);
    await iterateOnDevice(pace, device, { maxIter: 60 });
    expect(device.sent).toEqual([1, 1, 2, 2, 4, 8, 16, 16, 10]);
    expect(device.depths).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1]);
  });

  test('sends fewer at a time once they take long', async () => {
    const device = new FakeRuns(undefined);
    const slowing = (iteration: number) => {
      if (iteration === 8) device.each = 200;
    };
    await iterateOnDevice(pace, device, { maxIter: 65, onIteration: slowing });
    expect(device.sent.slice(4)).toEqual([4, 8, 16, 16, 8, 4, 2, 1]);
  });

  test('streamed, goes an iteration at a time, which is no measure', async () => {
    const device = new FakeRuns(undefined);
    device.streamed = true;
    await iterateOnDevice(pace, device, { maxIter: 6 });
    expect(device.sent).toEqual([1, 1, 1, 1, 1, 1]);
    expect(new Set(device.depths)).toEqual(new Set([0]));
    expect(pace.observe).not.toHaveBeenCalled();
  });

  test('of unknown work, has the first iteration of a recording go by itself', async () => {
    const device = new FakeRuns(undefined);
    const seen: (number | undefined)[] = [];
    const observe = vi.fn((_: readonly RunStatus[], left: number, each: number | undefined) => {
      seen.push(each);
      if (left < 20 && device.work !== undefined) {
        device.work = undefined;
        return true;
      }
      return false;
    });
    await iterateOnDevice(pace, Object.assign(device, { observe }), { maxIter: 30 });
    expect(device.recorded).toEqual([0, 2, 18].flatMap((i) => [`0 even ${i}`, `0 odd ${i}`]));
    expect(device.sent).toEqual([1, 1, 2, 2, 4, 8, 1, 11]);
    expect(seen).toEqual([undefined, 1, 1, 1, 1, 1, undefined, 1]);
  });

  test('leaves undone what was in flight when the device halts it', async () => {
    const device = new FakeRuns({ at: 5, halted: 2 });
    const told: number[] = [];
    const [{ status, history }] = await iterateOnDevice(pace, device, {
      maxIter: 100,
      onIteration: (iteration) => told.push(iteration),
    });
    expect(status).toMatchObject({ iterations: 5, halted: 2 });
    expect([...history]).toEqual([0, 1, 2, 3, 4]);
    expect(told).toEqual([1, 2, 3, 4, 5]);
    expect(device.given.length).toBeGreaterThan(6);
    expect(device.inFlight).toBe(0);
    expect(device.released).toEqual(device.recorded);
  });

  test('is cancelled with what is in flight read first', async () => {
    const device = new FakeRuns(undefined);
    const controller = new AbortController();
    const told: number[] = [];
    const looping = iterateOnDevice(pace, device, {
      maxIter: 100,
      signal: controller.signal,
      onIteration: (iteration) => {
        told.push(iteration);
        if (iteration === 6) controller.abort('enough');
      },
    });
    await expect(looping).rejects.toBe('enough');
    expect(told).toEqual([1, 2, 3, 4, 5, 6]);
    expect(device.depths.at(-1)).toBe(1);
    expect(device.released).toEqual(device.recorded);
  });

  test('a device that does nothing, at first or later, is an error', async () => {
    const device = new FakeRuns(undefined);
    device.works = false;
    const looping = iterateOnDevice(pace, device, { maxIter: 9 });
    await expect(looping).rejects.toThrow(KernelError);
    await expect(looping).rejects.toThrow(/did nothing.*after iteration 0,/);
    const later = new FakeRuns(undefined);
    const onIteration = (iteration: number) => {
      later.works = iteration < 2;
    };
    const ending = iterateOnDevice(pace, later, { maxIter: 9, onIteration });
    await expect(ending).rejects.toThrow(/after iteration 2,/);
    expect(later.released).toEqual(later.recorded);
  });
});

describe('several runs', () => {
  test('go side by side until each has ended', async () => {
    const device = new FakeRuns({ at: 3, halted: 1 }, undefined, { at: 7, halted: 2 });
    const told: number[][] = [[], [], []];
    const results = await iterateOnDevice(pace, device, {
      maxIter: 12,
      onIteration: (iteration, objective, run) => {
        expect(objective).toBe(100 * run + iteration - 1);
        told[run].push(iteration);
      },
    });
    expect(results.map(({ status }) => status.iterations)).toEqual([3, 12, 7]);
    expect(results.map(({ status }) => status.halted)).toEqual([1, 0, 2]);
    expect(told.map((all) => all.length)).toEqual([3, 12, 7]);
    // A run that is known to have ended is given no more.
    expect(device.given.filter((name) => name.startsWith('0')).length).toBeLessThan(12);
  });

  test('one that waits is helped with nothing in flight, and all go on', async () => {
    const device = new FakeRuns({ at: 4, halted: WAITS }, undefined);
    const helped: number[] = [];
    const help = (run: number, { iterations }: RunStatus) => {
      expect(device.inFlight).toBe(0);
      helped.push(run, iterations);
      device.halted[run] = 0;
      device.done[run]++;
      return Promise.resolve();
    };
    const results = await iterateOnDevice(pace, Object.assign(device, { help }), { maxIter: 11 });
    expect(helped).toEqual([0, 4]);
    expect(results.map(({ history }) => history.length)).toEqual([11, 11]);
    expect([...results[0].history]).toEqual(Array.from({ length: 11 }, (_, i) => i));
  });
});
