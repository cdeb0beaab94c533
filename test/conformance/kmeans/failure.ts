/** Devices that fail: lost, silent, or refusing. Nothing resolves with zeros, and the next fit works. */
import type { ComputeOptions, Runtime } from '../../../src/index.js';
import {
  type Case,
  type ConformanceContext,
  everywhere,
  firstEverywhere,
  type Suite,
} from '../case.js';
import { expectEqual, expectThat, expectThrows } from '../expect.js';
import { clouds, fit, outcome } from './support.js';

/** Of the device that calls share. */
const LOST = {
  name: 'DeviceLostError',
  code: 'device-lost',
  message: /lost.*again.*fresh device/s,
};
/** Of a runtime of one's own, which never gets another device. */
const OWN_LOST = {
  ...LOST,
  message: /lost.*make another with createRuntime\(\), and run the work again/s,
};

const points = clouds(2000, 6, 1, 1);
const options = { k: 8, tol: 0, init: 'random', nInit: 1 } as const;

/** A case with a runtime of its own, and then a fit on the shared device, which must not notice. */
const withRuntime = (
  name: string,
  run: (context: ConformanceContext, runtime: Runtime) => Promise<void>,
): Case => ({
  name,
  needsGpu: true,
  provokesDeviceErrors: true,
  run: async (context) => {
    const expected = outcome(await fit(context, points, options));
    const runtime = await context.library.createRuntime();
    try {
      await run(context, runtime);
    } finally {
      runtime.dispose();
    }
    expectEqual(outcome(await fit(context, points, options)), expected, 'the next fit');
  },
});

/** The device that the library shares among fits: the one that makes bind groups in this fit. */
async function sharedDevice(context: ConformanceContext): Promise<GPUDevice> {
  const other = await (await context.requestAdapter()).requestDevice();
  const prototype = Object.getPrototypeOf(other) as GPUDevice;
  other.destroy();
  const createBindGroup = Reflect.get(prototype, 'createBindGroup');
  const users = new Set<GPUDevice>();
  prototype.createBindGroup = function (this: GPUDevice, descriptor) {
    users.add(this);
    return createBindGroup.call(this, descriptor);
  };
  try {
    await fit(context, points, { ...options, maxIter: 1 });
  } finally {
    prototype.createBindGroup = createBindGroup;
  }
  const [device] = users;
  expectEqual(users.size, 1, 'devices in use');
  return device;
}

/** The methods, by where they run. */
type Methods = Readonly<Record<string, (where: ComputeOptions) => Promise<unknown>>>;

/** Little work. */
const quick = { k: 3, init: 'random', nInit: 1, maxIter: 3 } as const;
const few = { data: points.data.slice(0, 6 * 200), shape: [200, 6] } as const;

async function everyMethod({ library }: ConformanceContext): Promise<Methods> {
  const { bayesianGaussianMixture, gaussianMixture, kmeans, miniBatchKMeans, pca } = library;
  const stream = { shape: few.shape, blocks: () => [few.data] };
  const runtime = 'cpu';
  const means = await kmeans(few, { k: 3, runtime });
  const mixture = await gaussianMixture(few, { k: 2, tol: 1, runtime });
  const components = await pca(few, { nComponents: 2, runtime });
  return {
    kmeans: (where) => kmeans(few, { k: 3, ...where }),
    'kmeans of a stream': (where) => kmeans(stream, { k: 3, ...where }),
    miniBatchKMeans: (where) => miniBatchKMeans(few, { k: 3, maxIter: 1, ...where }),
    gaussianMixture: (where) => gaussianMixture(few, { k: 2, tol: 1, ...where }),
    bayesianGaussianMixture: (where) => bayesianGaussianMixture(few, { k: 2, tol: 1e3, ...where }),
    pca: (where) => pca(few, { nComponents: 2, ...where }),
    predict: (where) => means.predict(few, where),
    transform: (where) => means.transform(few, where),
    score: (where) => means.score(few, where),
    predictProba: (where) => mixture.predictProba(few, where),
    'transform of pca': (where) => components.transform(few, where),
  };
}

type CreateBuffer = GPUDevice['createBuffer'];

/** Has the device make buffers as `fault` does while `work` runs. */
async function withFault<T>(
  { device }: Runtime,
  fault: (create: CreateBuffer) => CreateBuffer,
  work: () => Promise<T>,
): Promise<T> {
  device.createBuffer = fault(device.createBuffer.bind(device));
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(device, 'createBuffer');
  }
}

/** When the fault struck first. */
let struck = Number.POSITIVE_INFINITY;

function strike(): void {
  struck = Math.min(struck, performance.now());
}

/** Buffers that are mapped so. */
const mapping =
  (mapAsync: () => Promise<undefined>) =>
  (create: CreateBuffer): CreateBuffer =>
  (descriptor) =>
    Object.assign(create(descriptor), {
      mapAsync: () => {
        strike();
        return mapAsync();
      },
    });

const noRoom = (): CreateBuffer => () => {
  strike();
  throw new RangeError('no room');
};
const refusing = mapping(() => Promise.reject(new DOMException('', 'OperationError')));
const never = mapping(() => new Promise(() => undefined));

/** A failure must be told in so many ms: what may be a loss is waited for, in Firefox for a second. */
const AT_ONCE = 2500;

/** What `action` rejects with, at once after the fault. */
async function rejectedAtOnce(what: string, action: () => Promise<unknown>): Promise<unknown> {
  struck = Number.POSITIVE_INFINITY;
  let error: unknown;
  let resolved = true;
  try {
    await action();
  } catch (thrown) {
    error = thrown;
    resolved = false;
  }
  const took = performance.now() - struck;
  expectThat(!resolved, `${what}: expected an error.`);
  expectThat(took < AT_ONCE, `${what}: told after ${took} ms.`);
  return error;
}

/** A fit that loses the device of its own runtime after the second iteration, and may go on once. */
const goesOn = (
  method: string,
  run: (
    library: ConformanceContext['library'],
    where: ComputeOptions & { readonly retries?: number; readonly onIteration?: () => void },
  ) => Promise<object>,
): Case => ({
  name: `${method} goes on where it lost its device, with the same bits`,
  needsGpu: true,
  provokesDeviceErrors: true,
  run: async ({ library }) => {
    let expectedTold = 0;
    const expected = await run(library, { onIteration: () => expectedTold++ });
    const runtime = await library.createRuntime();
    let told = 0;
    const onIteration = () => {
      if (++told === 2) runtime.device.destroy();
    };
    const model = await run(library, { runtime, retries: 1, onIteration });
    expectThat(runtime.loss !== undefined, 'the device was not lost.');
    expectEqual(JSON.stringify(model), JSON.stringify(expected), 'the model');
    expectEqual(told, expectedTold, 'iterations told of');
    runtime.dispose();
  },
});

/** Faults of WebGPU itself: what it throws, rejects with, reports, and never answers. */
const faults: readonly Case[] = [
  withRuntime(
    'what WebGPU throws, rejects with or never answers ends each method at once',
    async (context, runtime) => {
      const { ClusteringError } = context.library;
      for (const [method, run] of Object.entries(await everyMethod(context))) {
        for (const fault of [noRoom, refusing]) {
          runtime.pool.dispose();
          const what = `${method}, ${fault === noRoom ? 'createBuffer' : 'mapAsync'}`;
          const error = await rejectedAtOnce(what, () =>
            withFault(runtime, fault, () => run({ runtime })),
          );
          expectThat(error instanceof ClusteringError, `${what}: ${String(error)}`);
          expectEqual(runtime.pool.usedBytes, 0, `${what}: bytes in use`);
        }
        runtime.pool.dispose();
        const controller = new AbortController();
        const reason = new RangeError('enough');
        setTimeout(() => {
          struck = performance.now();
          controller.abort(reason);
        }, 50);
        const error = await rejectedAtOnce(method, () =>
          withFault(runtime, never, () => run({ runtime, signal: controller.signal })),
        );
        expectThat(error === reason, `${method}, cancelled: ${String(error)}`);
        // What compiles goes on to its end.
        for (let i = 0; runtime.pool.usedBytes > 0 && i < 500; i++) {
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        expectEqual(runtime.pool.usedBytes, 0, `${method}, cancelled: bytes in use`);
      }
    },
  ),
  withRuntime(
    'a device that never answers: the watchdog ends the work',
    async ({ library }, { device }) => {
      const runtime = await library.createRuntime({ device, watchdog: 300 });
      const work = () => library.kmeans(few, { ...quick, runtime });
      const message = /lost.*answered nothing for 0\.3 s.*createRuntime\(\{ device \}\)/;
      await expectThrows(() => withFault(runtime, never, work), { ...LOST, message });
      await expectThrows(work, { ...LOST, message });
    },
  ),
  withRuntime(
    'a borrowed device whose runtime is disposed in the middle of a fit',
    async ({ library }, { device }) => {
      const runtime = await library.createRuntime({ device });
      const onIteration = () => {
        strike();
        runtime.dispose();
      };
      const work = () => library.kmeans(few, { ...quick, runtime, onIteration });
      const error = await rejectedAtOnce('kmeans', work);
      expectThat(error instanceof library.DeviceLostError, String(error));
      await expectThrows(work, { ...LOST, message: /disposed.*make another with createRuntime/ });
      const next = await library.createRuntime({ device });
      await library.kmeans(few, { ...quick, runtime: next });
    },
  ),
  withRuntime(
    'a buffer that the device refuses spoils nothing of what comes later',
    async ({ library }, runtime) => {
      const before = outcome(await library.kmeans(few, { ...quick, runtime }));
      for (const usage of [0x40, 0x80, 0x01]) {
        runtime.pool.dispose();
        const refusingOnce = (create: CreateBuffer): CreateBuffer => {
          let refused = false;
          return (descriptor) => {
            if (refused || (descriptor.usage & usage) === 0) return create(descriptor);
            refused = true;
            // No such usage beside it.
            return create({ ...descriptor, usage: descriptor.usage | 0x10000 });
          };
        };
        await expectThrows(
          () => withFault(runtime, refusingOnce, () => library.kmeans(few, { ...quick, runtime })),
          { name: 'KernelError' },
        );
        const after = outcome(await library.kmeans(few, { ...quick, runtime }));
        expectEqual(after, before, `the next fit, usage ${usage}`);
      }
    },
  ),
  {
    name: 'the shared device lost while several calls wait: each of them works',
    needsGpu: true,
    provokesDeviceErrors: true,
    run: async (context) => {
      const expected = outcome(await fit(context, few, quick));
      const device = await sharedDevice(context);
      device.destroy();
      await device.lost;
      const { kmeans } = context.library;
      const models = await Promise.all([1, 2, 3].map(() => kmeans(few, quick)));
      for (const model of models) expectEqual(outcome(model), expected, 'a fit');
    },
  },
];

export const kmeansFailure: Suite = {
  name: 'kmeans failure',
  // The host tells of devices that fail; what they do then is made up.
  where: 'each runtime',
  cases: [
    withRuntime('a device lost before the fit', async ({ library }, runtime) => {
      runtime.device.destroy();
      await expectThrows(() => library.kmeans(points, { ...options, runtime }), OWN_LOST);
      await expectThrows(() => library.kmeans(points, { ...options, runtime }), OWN_LOST);
    }),
    withRuntime('a device lost in the middle of a fit', async ({ library }, runtime) => {
      const fitted = await library.kmeans(points, { ...options, runtime });
      expectThat(fitted.iterations > 4, `${fitted.iterations} iterations are too few.`);
      let told = 0;
      const onIteration = ({ iteration }: { readonly iteration: number }) => {
        told = iteration;
        if (iteration === 2) runtime.device.destroy();
      };
      await expectThrows(
        () => library.kmeans(points, { ...options, runtime, onIteration }),
        OWN_LOST,
      );
      expectThat(told >= 2, `lost after ${told} iterations.`);
    }),
    withRuntime(
      'a device lost during seeding, predict, transform and score',
      async (context, runtime) => {
        const { library } = context;
        const model = await fit(context, points, options);
        const seeding = library.kmeans(points, { k: 100, init: 'k-means++', runtime });
        setTimeout(() => {
          runtime.device.destroy();
        }, 20);
        await expectThrows(() => seeding, OWN_LOST);
        for (const method of ['predict', 'transform', 'score'] as const) {
          const fresh = await library.createRuntime();
          const work = model[method](points, { runtime: fresh });
          fresh.device.destroy();
          await expectThrows(() => work, OWN_LOST);
          fresh.dispose();
        }
      },
    ),
    {
      name: 'the shared device lost in the middle of a fit: it goes on on a fresh one, and tells nothing twice',
      where: 'everywhere',
      needsGpu: true,
      provokesDeviceErrors: true,
      run: async (context) => {
        const expected = outcome(await fit(context, points, options));
        const device = await sharedDevice(context);
        const told: number[] = [];
        const onIteration = ({ iteration }: { readonly iteration: number }) => {
          told.push(iteration);
          if (iteration === 2) device.destroy();
        };
        const model = await context.library.kmeans(points, { ...options, onIteration });
        expectEqual(outcome(model), expected, 'the fit');
        expectEqual(
          told,
          [...model.history.keys()].map((i) => i + 1),
          'iterations told of',
        );
        expectThat((await sharedDevice(context)) !== device, 'the lost device is still in use.');
      },
    },
    goesOn('miniBatchKMeans', ({ miniBatchKMeans }, where) =>
      miniBatchKMeans(few, { k: 3, batchSize: 64, ...where }),
    ),
    goesOn('gaussianMixture', ({ gaussianMixture }, where) =>
      gaussianMixture(few, { k: 2, tol: 0, maxIter: 6, ...where }),
    ),
    goesOn('deepClustering', ({ deepClustering }, { onIteration, ...where }) =>
      deepClustering(few, {
        ...{ k: 2, method: 'dcn', layers: [4], embeddingSize: 2, nInit: 2 },
        ...{ pretrainEpochs: 3, clusteringEpochs: 2, ...where },
        ...(onIteration && { onEpoch: onIteration }),
      }),
    ),
    goesOn('pca', ({ pca }, where) => pca(few, { nComponents: 2, solver: 'randomized', ...where })),
    {
      name: 'the shared device lost between two fits: the next has a fresh one',
      needsGpu: true,
      provokesDeviceErrors: true,
      run: async (context) => {
        const expected = outcome(await fit(context, points, options));
        const device = await sharedDevice(context);
        device.destroy();
        await device.lost;
        expectEqual(outcome(await fit(context, points, options)), expected, 'the next fit');
      },
    },
    {
      name: 'a driver that does nothing and says nothing: no zeros for an answer',
      needsGpu: true,
      run: async (context) => {
        const { library } = context;
        const model = await fit(context, points, options);
        for (const work of [
          (runtime: Runtime) => library.kmeans(points, { ...options, runtime }),
          (runtime: Runtime) => model.predict(points, { runtime }),
          (runtime: Runtime) => model.transform(points, { runtime }),
          (runtime: Runtime) => model.score(points, { runtime }),
        ]) {
          // A fresh one each, whose buffers hold zeros.
          const runtime = await library.createRuntime();
          const queue = Object.getPrototypeOf(runtime.device.queue) as GPUQueue;
          const submit = Reflect.get(queue, 'submit');
          queue.submit = () => undefined;
          try {
            const message = /did nothing.*memory|labels for 0 of 2000 rows.*memory/;
            await expectThrows(() => work(runtime), { name: 'KernelError', message });
          } finally {
            queue.submit = submit;
            runtime.dispose();
          }
        }
      },
    },
    everywhere(
      withRuntime(
        "another library's errors on a borrowed or lent device are not ours",
        async ({ library }) => {
          const lent = await library.createRuntime({ requiredFeatures: [] });
          const borrowing = await library.createRuntime({ device: lent.device });
          const expected = outcome(await library.kmeans(points, { ...options, runtime: lent }));
          // Firefox reports the same error of a device once.
          let heard = 0;
          lent.device.addEventListener('uncapturederror', () => heard++);
          for (const runtime of [lent, borrowing]) {
            const onIteration = () => {
              // No such usage.
              runtime.device.createBuffer({ size: 16, usage: 0x10000 });
            };
            const model = await library.kmeans(points, { ...options, runtime, onIteration });
            expectEqual(outcome(model), expected);
            for (let i = 0; heard === 0 && i < 100; i++) {
              await new Promise((resolve) => setTimeout(resolve, 10));
            }
            expectThat(heard > 0, 'the device reported nothing');
            await library.kmeans(points, { ...options, runtime });
          }
          lent.dispose();
        },
      ),
    ),
    ...firstEverywhere(faults),
  ],
};
