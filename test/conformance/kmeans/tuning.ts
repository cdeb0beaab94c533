/** Tuning changes the time that a fit takes, and not one bit of what it finds. */
import { assignCandidates } from '../../../src/ops/assign/assignment.js';
import type {
  KMeansModel,
  Runtime,
  RuntimeOptions,
  TuningEntry,
  TuningStore,
} from '../../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectEqual, expectThat, expectThrows } from '../expect.js';
import { clouds, fit, outcome, type Rows } from './support.js';

/** Enough for every candidate on every driver: some take seconds to compile each. */
const BUDGET = 600_000;
const TIMEOUT_MS = 300_000;

interface Problem {
  readonly points: Rows;
  readonly k: number;
}

const PROBLEMS = [
  { name: 'narrow rows', points: clouds(5000, 3, 5, 1), k: 5, quads: 1 },
  { name: 'rows of three quads', points: clouds(5000, 11, 13, 2), k: 13, quads: 3 },
  { name: 'wide rows', points: clouds(3000, 37, 20, 3), k: 20, quads: 10 },
] as const;

function store(): TuningStore {
  const texts = new Map<string, string>();
  return {
    get: (key) => texts.get(key),
    set: (key, text) => {
      texts.set(key, text);
    },
    clear: () => {
      texts.clear();
    },
  };
}

interface Tuned {
  readonly model: KMeansModel;
  readonly entries: readonly TuningEntry[];
}

async function tuned(
  context: ConformanceContext,
  { points, k }: Problem,
  tuning: NonNullable<RuntimeOptions['tuning']>,
): Promise<Tuned> {
  const runtime = await context.library.createRuntime({ tuning });
  try {
    const model = await fit(context, points, { k, init: 'random', nInit: 1, maxIter: 8, runtime });
    return { model, entries: runtime.tuning.entries };
  } finally {
    runtime.dispose();
  }
}

async function runtimeOf({ library }: ConformanceContext): Promise<Runtime> {
  const runtime = await library.createRuntime();
  runtime.dispose();
  return runtime;
}

const everyKernel = (problem: (typeof PROBLEMS)[number]): Case => ({
  name: `every kernel can be asked for, and gives the same bits: ${problem.name}`,
  needsGpu: true,
  timeoutMs: TIMEOUT_MS,
  run: async (context) => {
    const { model } = await tuned(context, problem, 'off');
    const candidates = assignCandidates(await runtimeOf(context), {
      ...problem,
      columns: problem.points.shape[1],
      storage: 'float32',
    });
    const kernels = [...new Set(candidates.map(({ source }) => source))];
    for (const kernel of kernels) {
      const { name } = candidates.filter(({ source }) => source === kernel).at(-1)!;
      const other = await tuned(context, problem, { store: store(), choices: { assign: name } });
      expectEqual(outcome(other.model), outcome(model), name);
      expectEqual(
        other.entries.map(({ winner, because }) => [winner, because]),
        [[name, 'choice']],
        'what was chosen',
      );
    }
  },
});

const race = (problem: (typeof PROBLEMS)[number]): Case => ({
  name: `a race changes no bit, and its winner serves the next runtime: ${problem.name}`,
  // The host races them; that they give the same bits on each driver, the cases above say.
  where: 'once',
  needsGpu: true,
  timeoutMs: TIMEOUT_MS,
  run: async (context) => {
    const kept = store();
    const { model } = await tuned(context, problem, 'off');
    const first = await tuned(context, problem, { store: kept, budget: BUDGET });
    expectEqual(outcome(first.model), outcome(model), 'the fit with the race');
    const [entry] = first.entries;
    expectEqual(
      [entry.because, entry.rejected, entry.unmeasured],
      ['race', [], []],
      'the race, those rejected in it, and those left out',
    );
    expectThat(entry.winner in entry.times, `${entry.winner} won without being measured.`);
    const second = await tuned(context, problem, { store: kept });
    expectEqual(outcome(second.model), outcome(model), 'the fit with the kept winner');
    expectEqual(second.entries, [{ ...entry, because: 'kept' }], 'what was kept');
    context.note(`${entry.winner}, ${entry.won.toFixed(2)} times as fast as ${entry.default}`);
  },
});

/** What a graphics processor gets by default, and where it says nothing true of its subgroups, as in Safari. */
const ofGraphicsProcessors: Case = {
  name: 'the kernels of graphics processors give the same bits',
  needsGpu: true,
  timeoutMs: TIMEOUT_MS,
  where: 'each subgroup size',
  run: async (context) => {
    const { createRuntime } = context.library;
    const { points, k, quads } = PROBLEMS[2];
    const options = { k, algorithm: 'bounded', tol: 0, maxIter: 12 } as const;
    const own = await createRuntime({ tuning: 'off' });
    const { device, subgroupSize } = own;
    try {
      const expected = outcome(await fit(context, points, { ...options, runtime: own }));
      for (const [least, most, taken] of [
        [subgroupSize, 64, subgroupSize],
        [32, 32, 4],
      ]) {
        const value = { subgroupMinSize: least, subgroupMaxSize: most };
        Object.defineProperty(device, 'adapterInfo', { value, configurable: true });
        const [passed] = assignCandidates(
          { subgroupSize: taken, lanes: 0 },
          { k, quads, columns: points.shape[1], storage: 'float32' },
        ).filter(({ constants }) => 'SUBGROUPS' in constants);
        const choices = least === 32 ? { assign: passed.name } : {};
        const passing = await createRuntime({ device, tuning: { choices, store: store() } });
        expectEqual([passing.subgroupSize, passing.lanes], [taken, 0], 'what it takes it for');
        const actual = await fit(context, points, { ...options, runtime: passing });
        expectEqual(outcome(actual), expected, `the fit, subgroups of ${least}`);
        passing.dispose();
      }
    } finally {
      own.dispose();
    }
  },
};

export const kmeansTuning: Suite = {
  name: 'kmeans tuning',
  cases: [
    ...PROBLEMS.map(everyKernel).map((one, i) =>
      // Each kernel by itself is held to its twin on every driver.
      i === 0 ? one : { ...one, where: 'once' as const },
    ),
    ...PROBLEMS.map(race),
    ofGraphicsProcessors,
    {
      name: 'a small fit does not race',
      where: 'everywhere',
      needsGpu: true,
      run: async (context) => {
        const problem = { points: clouds(200, 3, 4, 4), k: 17 };
        const { entries } = await tuned(context, problem, { store: store() });
        expectEqual(
          entries.map(({ winner, because, times }) => [winner, because, times]),
          [['direct-256', 'default', {}]],
          'what was chosen',
        );
      },
    },
    {
      name: 'what there is not is refused',
      where: 'once',
      needsGpu: true,
      run: async (context) => {
        const wrong = { tuning: 'fast' } as unknown as RuntimeOptions;
        await expectThrows(() => context.library.createRuntime(wrong), {
          name: 'InvalidArgumentError',
          message: /tuning is 'fast'; it must be 'auto', 'off'/,
        });
        await expectThrows(() => tuned(context, PROBLEMS[0], { choices: { assign: 'fastest' } }), {
          name: 'KernelError',
          message: /no 'fastest' for kernel 'assign'.*direct-256/,
        });
      },
    },
  ],
};
