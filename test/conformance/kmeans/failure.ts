/** Devices that fail: lost, or silent. Nothing resolves with zeros, and the next fit works. */
import type { Runtime } from '../../../src/index.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectEqual, expectThat, expectThrows } from '../expect.js';
import { clouds, fit, outcome } from './support.js';

const LOST = {
  name: 'DeviceLostError',
  code: 'device-lost',
  message: /lost.*again.*fresh device/s,
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

export const kmeansFailure: Suite = {
  name: 'kmeans failure',
  cases: [
    withRuntime('a device lost before the fit', async ({ library }, runtime) => {
      runtime.device.destroy();
      await expectThrows(() => library.kmeans(points, { ...options, runtime }), LOST);
      await expectThrows(() => library.kmeans(points, { ...options, runtime }), LOST);
    }),
    withRuntime('a device lost in the middle of a fit', async ({ library }, runtime) => {
      const fitted = await library.kmeans(points, { ...options, runtime });
      expectThat(fitted.iterations > 4, `${fitted.iterations} iterations are too few.`);
      let told = 0;
      const onIteration = ({ iteration }: { readonly iteration: number }) => {
        told = iteration;
        if (iteration === 2) runtime.device.destroy();
      };
      await expectThrows(() => library.kmeans(points, { ...options, runtime, onIteration }), LOST);
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
        await expectThrows(() => seeding, LOST);
        for (const method of ['predict', 'transform', 'score'] as const) {
          const fresh = await library.createRuntime();
          const work = model[method](points, { runtime: fresh });
          fresh.device.destroy();
          await expectThrows(() => work, LOST);
          fresh.dispose();
        }
      },
    ),
    {
      name: 'the shared device lost in the middle of a fit: the next fit has a fresh one',
      needsGpu: true,
      provokesDeviceErrors: true,
      run: async (context) => {
        const expected = outcome(await fit(context, points, options));
        const device = await sharedDevice(context);
        const onIteration = () => {
          device.destroy();
        };
        const { kmeans } = context.library;
        await expectThrows(() => kmeans(points, { ...options, onIteration }), LOST);
        expectEqual(outcome(await fit(context, points, options)), expected, 'the next fit');
        expectThat((await sharedDevice(context)) !== device, 'the lost device is still in use.');
      },
    },
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
    withRuntime(
      'an error that the device reports fails the fit that runs',
      async ({ library }, runtime) => {
        const onIteration = () => {
          // No such usage.
          runtime.device.createBuffer({ size: 16, usage: 0x10000 });
        };
        const work = () => library.kmeans(points, { ...options, runtime, onIteration });
        await expectThrows(work, { name: 'KernelError' });
      },
    ),
  ],
};
