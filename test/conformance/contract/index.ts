/** What a caller may rely on whatever the method: the same cases for each, made from methods.ts. */
import type { ComputeOptions, NonFiniteError, Points, PointStream } from '../../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat, expectThrows } from '../expect.js';
import { streamed } from '../kmeans/stream_support.js';
import { pick } from '../kmeans/support.js';
import { type Method, METHODS, type Options, type Refusal, ROWS, type Rows } from './methods.js';

type Fit = (...given: readonly unknown[]) => Promise<unknown>;
interface ModelClass {
  readonly fromJSON: (json: unknown) => unknown;
}

const [N] = ROWS.shape;
const rowsOf = ({ rows = ROWS }: Method<unknown>): Rows => rows;
const everyRow = Array.from({ length: N }, (_, i) => i);

/** What is given and must stay as it is, in words. */
const held = (points: unknown, { init, sampleWeight }: Options): string =>
  JSON.stringify(
    [Reflect.has(Object(points) as object, 'blocks') || points, init, sampleWeight],
    (_, value) => (typeof value === 'bigint' ? String(value) : (value as unknown)),
  );

/** The method on the case's engine, `options` beside those of its entry; nothing given may change. */
async function run(
  { library, runtime }: ConformanceContext,
  { name, labels, options }: Method<unknown>,
  points: Points | PointStream,
  given: Options | null = {},
): Promise<unknown> {
  const fit = (library as unknown as Readonly<Record<string, Fit>>)[name];
  const all = given && Object.freeze({ ...options, runtime, ...given });
  const before = held(points, { ...all });
  try {
    return await (labels ? fit(points, labels, all) : fit(points, all));
  } finally {
    expectEqual(held(points, { ...all }), before, `${name}: what was given, afterwards`);
  }
}

/** All that can be told of a result: of two alike, the same bits. */
const told = (result: unknown): unknown => JSON.parse(JSON.stringify(result));

const withCell = ({ data, shape }: Rows, row: number, column: number, value: number): Points => {
  const changed = data.slice();
  changed[row * shape[1] + column] = value;
  return { data: changed, shape };
};

const NO_NUMBERS: readonly (readonly [row: number, column: number, value: number])[] = [
  [7, 1, Number.NaN],
  [0, 2, Number.POSITIVE_INFINITY],
  [59, 0, Number.NEGATIVE_INFINITY],
];

const MISSHAPEN: readonly unknown[] = [
  [],
  [[]],
  [[1, 2], [3]],
  { data: new Float32Array(5), shape: [2, 3] },
  { data: new Float32Array(0), shape: [0, 3] },
  { data: new Float32Array(4), shape: [4] },
  { data: new Float32Array(6) },
];

const NO_POINTS: readonly unknown[] = [
  undefined,
  null,
  7,
  'points.csv',
  { data: new BigInt64Array(6), shape: [2, 3] },
  { data: 'abcdef', shape: [2, 3] },
];

/** Wrong in every method that has the option. */
function wrongOptions({ progress, seed, weights }: Method<unknown>): readonly Refusal[] {
  return [
    [{ centers: 2 }, 'centers'],
    [{ signal: {} }, 'signal'],
    [{ runtime: 'webgpu' }, 'runtime'],
    [{ runtime: {} }, 'runtime'],
    ...(progress ? ([[{ onIteration: 'log' }, 'onIteration']] as const) : []),
    ...(seed
      ? ([
          [{ seed: -1 }, 'seed'],
          [{ seed: 2 ** 32 }, 'seed'],
          [{ seed: '1' }, 'seed'],
        ] as const)
      : []),
    ...(weights
      ? [3, [1], everyRow.map((i) => i - 1), everyRow.map(() => Number.NaN), everyRow.map(() => 0)]
      : []
    ).map((sampleWeight): Refusal => [{ sampleWeight }, 'sampleWeight']),
  ];
}

const refusesPoints = (method: Method<unknown>): Case => ({
  name: `${method.name}: points that are none are refused, and cells by row and column`,
  run: async (context) => {
    const refused = async (work: (points: Points) => Promise<unknown>) => {
      for (const [row, column, value] of NO_NUMBERS) {
        const error = await expectThrows(() => work(withCell(rowsOf(method), row, column, value)), {
          name: 'NonFiniteError',
          message: new RegExp(`row ${row}, column ${column} is ${value}`),
        });
        const given = error as Partial<NonFiniteError>;
        expectEqual([given.row, given.column], [row, column], 'row and column');
      }
      for (const points of MISSHAPEN) {
        await expectThrows(() => work(points as Points), { name: 'ShapeError' });
      }
      for (const points of NO_POINTS) {
        await expectThrows(() => work(points as Points), { name: 'InvalidArgumentError' });
      }
    };
    await refused((points) => run(context, method, points));
    if (!method.use) return;
    const model = await run(context, method, rowsOf(method));
    const where = { runtime: context.runtime };
    await refused((points) => method.use!(model, points, where));
    await expectThrows(() => method.use!(model, [[1, 2]], where), { name: 'ShapeError' });
    await expectThrows(() => method.use!(model, rowsOf(method), { k: 2 } as ComputeOptions), {
      name: 'InvalidArgumentError',
    });
  },
});

const refusesOptions = (method: Method<unknown>): Case => ({
  name: `${method.name}: options that are wrong are refused by name and value`,
  run: async (context) => {
    for (const [options, argument] of [...wrongOptions(method), ...method.refused]) {
      const error = await expectThrows(() => run(context, method, rowsOf(method), options), {
        name: 'InvalidArgumentError',
        message: new RegExp(argument),
      });
      const { argument: named } = error as Partial<Record<'argument', unknown>>;
      expectEqual(named, argument, JSON.stringify(options));
      const value = options[argument];
      if (argument === 'centers' || !['number', 'string'].includes(typeof value)) continue;
      expectThat(error.message.includes(String(value)), `no '${String(value)}': ${error.message}`);
    }
    await expectThrows(() => run(context, method, rowsOf(method), null), {
      name: 'InvalidArgumentError',
      message: /options is null/,
    });
  },
});

/** Fails unless `work` rejects with `reason` itself. */
async function expectReason(what: string, work: Promise<unknown>, reason: unknown): Promise<void> {
  const outcome = await work.then(
    () => 'a result',
    (error: unknown) => error,
  );
  expectThat(outcome === reason, `${what}: ended with ${String(outcome)}, not with the reason.`);
}

const cancels = (method: Method<unknown>): Case => ({
  name: `${method.name}: a signal, and what onIteration throws, end the work as they are`,
  run: async (context) => {
    const reason = new RangeError('enough');
    const aborted = AbortSignal.abort(reason);
    await expectReason('before', run(context, method, rowsOf(method), { signal: aborted }), reason);
    const soon = new AbortController();
    const work = run(context, method, rowsOf(method), { signal: soon.signal });
    soon.abort(reason);
    await expectReason('at once', work, reason);
    if (method.progress !== undefined) {
      const later = new AbortController();
      const onIteration = () => {
        later.abort(reason);
      };
      const midst = run(context, method, rowsOf(method), { onIteration, signal: later.signal });
      await expectReason('in the midst', midst, reason);
      const thrower = () => {
        throw reason;
      };
      await expectReason(
        'thrown',
        run(context, method, rowsOf(method), { onIteration: thrower }),
        reason,
      );
    }
    const model = await run(context, method, rowsOf(method));
    if (!method.use) return;
    const where = { runtime: context.runtime, signal: aborted };
    await expectReason('a use', method.use(model, rowsOf(method), where), reason);
  },
});

const repeats = (method: Method<unknown>): Case => ({
  name: `${method.name}: the same seed gives the same bits, told in order`,
  run: async (context) => {
    const { progress, seed } = method;
    const { data, shape } = rowsOf(method);
    const points = { data: Float64Array.from(data, (value) => value + 1 / 3), shape };
    const options = seed ? { seed: 5 } : {};
    const steps: number[] = [];
    const onIteration = (now: Readonly<Record<string, number>>) => {
      steps.push(now[progress!]);
    };
    const watched = progress === undefined ? options : { ...options, onIteration };
    const first = await run(context, method, points, watched);
    expectEqual(told(await run(context, method, points, options)), told(first), 'another run');
    if (progress === undefined) return;
    const rises = steps.every((step, i) => step > (i === 0 ? 0 : steps[i - 1]));
    expectThat(steps.length > 0 && rises, `${progress} was told as ${steps.join()}.`);
  },
});

const keeps = (method: Method<unknown>): Case => ({
  name: `${method.name}: a model is frozen, says what ran it, and is the same from its JSON`,
  run: async (context) => {
    const model = (await run(context, method, rowsOf(method))) as { readonly engine: string };
    expectThat(Object.isFrozen(model), 'the model can be changed.');
    const onHost = method.onHost ?? !context.gpu;
    expectEqual(model.engine === 'cpu', onHost, `run by '${model.engine}'`);
    const json = told(model) as Readonly<Record<string, unknown>>;
    const { fromJSON } = (context.library as unknown as Readonly<Record<string, ModelClass>>)[
      method.model!
    ];
    const back = fromJSON(json);
    expectEqual(told(back), json, 'JSON');
    if (method.use) {
      const where = { runtime: context.runtime };
      const expected = await method.use(model, rowsOf(method), where);
      expectSameBits(await method.use(back, rowsOf(method), where), expected, 'its use');
    }
    const refused = { name: 'InvalidArgumentError' };
    for (const none of [undefined, null, 7, [], {}, { ...json, format: 'x' }]) {
      await expectThrows(() => fromJSON(none), refused);
    }
    for (const part of Object.keys(json)) {
      // What follows from the other parts may be missing.
      await expectThrows(
        () => {
          const without = fromJSON({ ...json, [part]: undefined });
          expectEqual(told(without), json, `without ${part}`);
          throw Object.assign(new Error(part), refused);
        },
        { ...refused, message: new RegExp(part) },
      );
    }
  },
});

const weighs = (method: Method<unknown>): Case => ({
  name: `${method.name}: weights of 1 change no bit, weights are copies, 0 is none`,
  run: async (context) => {
    const ones = new Float32Array(N).fill(1);
    const unweighted = told(await run(context, method, rowsOf(method)));
    const ofOnes = await run(context, method, rowsOf(method), { sampleWeight: ones });
    expectEqual(told(ofOnes), unweighted, 'weights of 1');
    if (method.weights !== 'copies') return;
    const times = everyRow.map((i) => (i * 7) % 3);
    const of = everyRow.flatMap((i) => new Array<number>(times[i]).fill(i));
    const weighted = await run(context, method, rowsOf(method), {
      ...method.start?.(everyRow),
      sampleWeight: times,
    });
    const repeated = await run(context, method, pick(rowsOf(method), of), method.start?.(of));
    expectClose(method.values(weighted), method.values(repeated), {
      relative: 1e-5,
      absolute: 1e-5,
      because: 'float32 sums of rows in another order',
    });
  },
});

const streams = (method: Method<unknown>): Case => ({
  name: `${method.name}: takes a stream, or refuses it`,
  run: async (context) => {
    const given = method.start?.(everyRow);
    const work = () => run(context, method, streamed(rowsOf(method), [25]), given);
    if (method.streams === undefined) {
      await expectThrows(work, { name: 'InvalidArgumentError' });
      return;
    }
    const model = await work();
    if (method.streams === 'as rows') {
      expectEqual(
        told(model),
        told(await run(context, method, rowsOf(method), given)),
        'of a stream',
      );
    }
  },
});

const agrees = (method: Method<unknown>): Case => ({
  name: `${method.name}: finds on the device what it finds on the CPU`,
  needsGpu: true,
  run: async (context) => {
    const given = method.start?.(everyRow);
    const onDevice = await run(context, method, rowsOf(method), given);
    const onHost = await run(context, method, rowsOf(method), { ...given, runtime: 'cpu' });
    expectClose(method.values(onDevice), method.values(onHost), {
      relative: 1e-5,
      absolute: 1e-5,
      because: 'float32 beside float64',
    });
  },
});

/** One runtime for all, as compiling their kernels takes longer than they do. */
const outlived: Case = {
  name: 'a runtime that is disposed of before or during the work ends it',
  needsGpu: true,
  where: 'each runtime',
  run: async (context) => {
    const runtime = await context.library.createRuntime();
    const lost = { name: 'DeviceLostError', message: /createRuntime/ };
    const onIteration = () => {
      runtime.dispose();
    };
    // Whichever tells first ends them all.
    const methods = METHODS.filter(({ onHost = false }) => !onHost);
    const told = methods.filter(({ progress }) => progress !== undefined);
    await Promise.all(
      told.map((method) =>
        expectThrows(() => run(context, method, rowsOf(method), { runtime, onIteration }), lost),
      ),
    );
    for (const method of methods) {
      await expectThrows(() => run(context, method, rowsOf(method), { runtime }), lost);
    }
  },
};

/**
 * Everywhere all of the first method. What the others' kernels make their own suites show everywhere, and this one by
 * each compiler. That the same seed gives the same bits hangs on how a driver orders its work, not on the compiler in
 * front of it.
 */
export const contract: Suite = {
  name: 'contract',
  where: 'everywhere',
  cases: [
    outlived,
    ...METHODS.flatMap((method, i) => [
      ...[
        refusesPoints(method),
        refusesOptions(method),
        cancels(method),
        ...(method.model === undefined ? [] : [keeps(method)]),
        ...(method.weights ? [weighs(method)] : []),
        streams(method),
      ].map((ofHost) => (i === 0 ? ofHost : { ...ofHost, where: 'each runtime' as const })),
      i === 0 ? repeats(method) : { ...repeats(method), where: 'thorough' as const },
      ...(method.onHost
        ? []
        : [i === 0 ? agrees(method) : { ...agrees(method), where: 'each compiler' as const }]),
    ]),
  ],
};
