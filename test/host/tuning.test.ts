import { beforeEach, describe, expect, test } from 'vitest';
import { InvalidArgumentError, KernelError } from '../../host/errors.js';
import type { KernelSource } from '../../host/kernel.js';
import type { Candidate, Contest, Track } from '../../host/contest.js';
import { Tuning } from '../../host/tuning.js';
import { type TuningOptions, tuningSettings } from '../../host/tuning_options.js';
import { memoryStore } from '../../host/tuning_store.js';
import type { TuningStore } from '../../host/store.js';
import { textHash } from '../../host/text_hash.js';

/** What a candidate takes: milliseconds to compile, and for a lap of scale 1. */
interface Speed {
  readonly compile: number;
  readonly lap: number;
  readonly fails?: true;
  readonly differs?: true;
}

const source = (code: string): KernelSource => ({
  name: 'work',
  code,
  bindings: [],
  constants: {},
  workgroupSize: ['1'],
});

/** Kernels on a clock of their own. */
class Course {
  now = 0;
  readonly started: string[] = [];
  readonly #speeds: Readonly<Record<string, Speed>>;
  readonly #compiled = new Set<string>();
  readonly mostScale: number;
  readonly laps: number;
  readonly isSmall: boolean;

  constructor(
    speeds: Readonly<Record<string, Speed>>,
    { mostScale = 1, laps = 1000, isSmall = false } = {},
  ) {
    this.#speeds = speeds;
    this.mostScale = mostScale;
    this.laps = laps;
    this.isSmall = isSmall;
  }

  get track(): Track<Candidate> {
    let latest = '';
    return {
      mostScale: this.mostScale,
      laps: this.laps,
      isSmall: this.isSmall,
      isCompiled: ({ name }) => this.#compiled.has(name),
      start: ({ name }) => {
        const speed = this.#speeds[name];
        this.started.push(name);
        if (!this.#compiled.has(name)) this.now += speed.compile;
        this.#compiled.add(name);
        if (speed.fails) return Promise.reject(new KernelError('it does not compile'));
        return Promise.resolve((scale) => {
          this.now += scale * speed.lap;
          const result = speed.differs ? 'another' : 'the same';
          const agrees = latest === result;
          latest = result;
          return Promise.resolve(agrees);
        });
      },
    };
  }

  contest(changes: Partial<Contest<Candidate>> = {}): Contest<Candidate> {
    const code = source('fn main() {}');
    const [first, ...others] = Object.keys(this.#speeds).map((name) => ({
      name,
      source: code,
      constants: {},
    }));
    return {
      kernel: 'work',
      sources: [code],
      shape: 'square',
      candidates: [first, ...others],
      track: this.track,
      ...changes,
    };
  }
}

let store: TuningStore;
beforeEach(() => {
  store = memoryStore();
});

const open = (course: Course, options: TuningOptions = {}, adapter = 'an adapter') =>
  new Tuning(adapter, tuningSettings({ store, ...options }), () => course.now);

const chosen = async (tuning: Tuning, contest: Contest<Candidate>) =>
  (await tuning.choose(contest)).name;

function trackless({ kernel, sources, shape, candidates }: Contest<Candidate>) {
  return { kernel, sources, shape, candidates };
}

describe('a race', () => {
  test('is won by the fastest, and told of', async () => {
    const course = new Course({
      plain: { compile: 10, lap: 4 },
      slow: { compile: 10, lap: 5 },
      fast: { compile: 10, lap: 2 },
      faster: { compile: 10, lap: 1 },
    });
    const tuning = open(course);
    expect(await chosen(tuning, course.contest())).toBe('faster');
    const [entry] = tuning.entries;
    expect(entry).toMatchObject({
      kernel: 'work',
      shape: 'square',
      default: 'plain',
      winner: 'faster',
      because: 'race',
      times: { plain: 4, slow: 5, fast: 2, faster: 1 },
      unmeasured: [],
      rejected: [],
      won: 4,
    });
    // All but what the default's start took: 10 to compile, and a lap.
    expect(entry.cost).toBe(course.now - 14);
    expect(entry.compilation).toBe(30 + 5 + 2 + 1);
  });

  test('needs more than a small difference to leave the default', async () => {
    const course = new Course({ plain: { compile: 1, lap: 100 }, near: { compile: 1, lap: 93 } });
    expect(await chosen(open(course, { budget: 1e4 }), course.contest())).toBe('plain');
    const other = new Course({ plain: { compile: 1, lap: 100 }, near: { compile: 1, lap: 91 } });
    store = memoryStore();
    expect(await chosen(open(other, { budget: 1e4 }), other.contest())).toBe('near');
  });

  test('is not won by luck', async () => {
    const course = new Course({ plain: { compile: 1, lap: 4 }, unsteady: { compile: 1, lap: 2 } });
    const { track } = course;
    let laps = 0;
    const unsteady: Track<Candidate> = {
      ...track,
      start: async (candidate) => {
        const lap = await track.start(candidate);
        return async (scale) => {
          // Two of three of its laps are slow.
          if (candidate.name === 'unsteady' && laps++ % 3 !== 0) course.now += 3;
          return lap(scale);
        };
      },
    };
    const tuning = open(course);
    expect(await chosen(tuning, course.contest({ track: unsteady }))).toBe('plain');
    expect(tuning.entries[0].times).toEqual({ plain: 4, unsteady: 2 });
  });

  test('scales its laps up to what the clock can tell apart', async () => {
    const course = new Course(
      { plain: { compile: 1, lap: 0.01 }, fast: { compile: 1, lap: 0.005 } },
      { mostScale: 1e6, laps: 1e6 },
    );
    const tuning = open(course);
    expect(await chosen(tuning, course.contest())).toBe('fast');
    expect(tuning.entries[0].times.plain).toBeGreaterThanOrEqual(2);
  });

  test('rejects candidates that fail, and those whose results are others', async () => {
    const course = new Course({
      plain: { compile: 1, lap: 4 },
      broken: { compile: 1, lap: 1, fails: true },
      wrong: { compile: 1, lap: 1, differs: true },
      right: { compile: 1, lap: 2 },
    });
    const tuning = open(course);
    expect(await chosen(tuning, course.contest())).toBe('right');
    expect(tuning.entries[0].rejected).toEqual(['broken', 'wrong']);
    await chosen(open(course), course.contest());
    expect(course.started.filter((name) => name !== 'plain')).toEqual(['broken', 'wrong', 'right']);
  });

  test('measures a hopeless candidate twice', async () => {
    const course = new Course({ plain: { compile: 1, lap: 4 }, poor: { compile: 1, lap: 30 } });
    const tuning = open(course);
    await chosen(tuning, course.contest());
    // To find the scale; to compile, with a lap; then two laps, and one of the other's between.
    expect(tuning.entries[0].cost).toBe(4 + (1 + 30) + (30 + 4 + 30));
  });

  test.each([['any error but a kernel’s', new Error('the device is lost')]])(
    'passes on %s, and the next contest races again',
    async (_, error) => {
      const course = new Course({ plain: { compile: 1, lap: 4 }, fast: { compile: 1, lap: 1 } });
      const tuning = open(course);
      const track = { ...course.track, start: () => Promise.reject(error) };
      await expect(tuning.choose(course.contest({ track }))).rejects.toBe(error);
      expect(await chosen(tuning, course.contest({ shape: 'round' }))).toBe('fast');
    },
  );
});

describe('the budget', () => {
  const SLOW = {
    plain: { compile: 100, lap: 4 },
    b: { compile: 100, lap: 3 },
    c: { compile: 100, lap: 2 },
  };

  test('is kept: what is expected to take longer is not started, and a later runtime goes on', async () => {
    const course = new Course(SLOW);
    const first = open(course);
    expect(await chosen(first, course.contest())).toBe('b');
    expect(first.entries[0]).toMatchObject({ unmeasured: ['c'], because: 'race' });
    expect(first.entries[0].cost).toBeLessThanOrEqual(200);
    // Once is enough for a runtime.
    expect(await chosen(first, course.contest())).toBe('b');
    expect(course.started).toEqual(['plain', 'b']);

    const later = open(course);
    expect(await chosen(later, course.contest())).toBe('c');
    expect(course.started).toEqual(['plain', 'b', 'b', 'c']);
    expect(later.entries[0]).toMatchObject({ unmeasured: [], times: { plain: 4, b: 3, c: 2 } });
  });

  test('forbids all races where compilation alone takes longer, from the first one on', async () => {
    const course = new Course({ plain: { compile: 600, lap: 4 }, fast: { compile: 1, lap: 1 } });
    expect(await chosen(open(course), course.contest())).toBe('plain');
    const begin = course.now;
    expect(await chosen(open(course), course.contest())).toBe('plain');
    expect(course.now).toBe(begin);
    expect(await chosen(open(course, { budget: 5000 }), course.contest())).toBe('fast');
  });

  test('nothing is started while no compilation was watched', async () => {
    const course = new Course({ plain: { compile: 9, lap: 4 }, fast: { compile: 9, lap: 1 } });
    await course.track.start(course.contest().candidates[0]);
    expect(await chosen(open(course), course.contest())).toBe('plain');
    expect(course.started).toEqual(['plain', 'plain']);
  });

  test('is a share of the work at hand', async () => {
    const speeds = { plain: { compile: 5, lap: 4 }, fast: { compile: 5, lap: 1 } };
    const small = new Course(speeds, { laps: 10 });
    expect(await chosen(open(small), small.contest())).toBe('plain');
    // One that is given is to be spent.
    expect(await chosen(open(small, { budget: 200 }), small.contest())).toBe('fast');
    store = memoryStore();
    const large = new Course(speeds, { laps: 100 });
    expect(await chosen(open(large), large.contest())).toBe('fast');
  });
});

test('small work is not raced for', async () => {
  const speeds = { plain: { compile: 1, lap: 4 }, fast: { compile: 1, lap: 1 } };
  const course = new Course(speeds, { isSmall: true });
  const tuning = open(course);
  expect(await chosen(tuning, course.contest())).toBe('plain');
  expect(course.started).toEqual([]);
  expect(tuning.entries[0].because).toBe('default');
});

describe('what was found out', () => {
  const speeds = { plain: { compile: 1, lap: 4 }, fast: { compile: 1, lap: 1 } };

  test('serves later runtimes on the same adapter without a race, or without a track', async () => {
    const course = new Course(speeds);
    await chosen(open(course), course.contest());
    const begin = course.now;
    const later = open(course);
    expect(await chosen(later, course.contest())).toBe('fast');
    expect(later.entries[0].because).toBe('kept');
    const contest = trackless(course.contest());
    expect(await chosen(open(course), contest)).toBe('fast');
    expect(course.now).toBe(begin);
  });

  test.each([
    ['adapter', {}, 'another adapter'],
    ['text', { sources: [source('fn main() { }')] }, undefined],
    ['class of work', { shape: 'round' }, undefined],
  ])('does not hold for another %s', async (_, changes, adapter) => {
    const course = new Course(speeds);
    await chosen(open(course), course.contest());
    const contest = trackless(course.contest(changes));
    const later = open(course, {}, adapter);
    expect(await chosen(later, contest)).toBe('plain');
    expect(later.entries[0].because).toBe('default');
  });

  test.each([
    ['no JSON', 'fast'],
    ['something else', '[1, 2]'],
    [
      'a winner without a time',
      '{"slowest":1,"races":{"square":{"winner":"fast","times":{"plain":1},"rejected":[],"cost":1,"compilation":1}}}',
    ],
    [
      'times that are none',
      '{"slowest":1,"races":{"square":{"winner":"fast","times":{"fast":"1"},"rejected":[],"cost":1,"compilation":1}}}',
    ],
    ['nothing at all', 'null'],
  ])('is raced for again where the store holds %s', async (_, text) => {
    const course = new Course(speeds);
    await chosen(open(course), course.contest());
    const damaged: TuningStore = { ...store, get: () => text };
    const later = open(course, { store: damaged });
    const contest = trackless(course.contest());
    expect(await chosen(later, contest)).toBe('plain');
    const fresh = new Course(speeds);
    expect(await chosen(open(fresh, { store: damaged }), fresh.contest())).toBe('fast');
    expect(await store.get(keyOf(course))).toContain('"winner":"fast"');
  });

  test('is lost without harm where the store fails', async () => {
    const fail = () => {
      throw new Error('no leave to write');
    };
    const course = new Course(speeds);
    const tuning = open(course, { store: { get: fail, set: fail, clear: fail } });
    expect(await chosen(tuning, course.contest())).toBe('fast');
    await tuning.clear();
    expect(tuning.entries).toEqual([]);
  });

  test('can be forgotten', async () => {
    const course = new Course(speeds);
    const tuning = open(course);
    await chosen(tuning, course.contest());
    await tuning.clear();
    const contest = trackless(course.contest());
    expect(await chosen(tuning, contest)).toBe('plain');
    expect(await chosen(open(course), contest)).toBe('plain');
  });

  const keyOf = (course: Course) => {
    const texts = course.contest().sources.map(({ code }) => code);
    return `an adapter; work ${textHash(texts.join())}`;
  };
});

describe('options', () => {
  const course = () => new Course({ plain: { compile: 1, lap: 4 }, fast: { compile: 1, lap: 1 } });

  test('a fixed choice is obeyed, without a race', async () => {
    const one = course();
    const tuning = open(one, { choices: { work: 'fast' } });
    expect(await chosen(tuning, one.contest())).toBe('fast');
    expect(one.started).toEqual([]);
    expect(tuning.entries[0].because).toBe('choice');
  });

  test('a choice that there is not names those there are', async () => {
    const one = course();
    const choosing = open(one, { choices: { work: 'fastest' } }).choose(one.contest());
    await expect(choosing).rejects.toThrow(KernelError);
    await expect(choosing).rejects.toThrow(/'fastest'.*'work'.*plain, fast\./);
  });

  test("'off' takes the default", async () => {
    const one = course();
    const tuning = new Tuning('an adapter', tuningSettings('off'), () => one.now);
    expect(await chosen(tuning, one.contest())).toBe('plain');
    expect(one.started).toEqual([]);
  });

  test.each([
    ['on', /tuning is 'on'; it must be 'auto', 'off', or an object/],
    [null, /tuning is null/],
    [{ stores: {} }, /no option 'stores'; the options are store, choices and budget/],
    [{ store: { get: () => '' } }, /tuning\.store .*get, set and clear/],
    [{ choices: 'fast' }, /tuning\.choices is 'fast'/],
    [{ choices: { work: 3 } }, /tuning\.choices\.work is 3/],
    [{ budget: -1 }, /tuning\.budget is -1; .*0 or more/],
    [{ budget: Number.NaN }, /tuning\.budget is NaN/],
  ])('%j is refused', (options, message) => {
    const read = () => tuningSettings(options as TuningOptions);
    expect(read).toThrow(InvalidArgumentError);
    expect(read).toThrow(message);
  });
});
