/**
 * Cases that must fail, each in its own way: the harness's own test (harness.test.ts) runs them on
 * every engine to see that none of these ways passes for success. Not part of the suites.
 */
import type { Suite } from '../conformance/case.js';
import { expectEqual } from '../conformance/expect.js';

export const misbehaving: Suite = {
  name: 'misbehaving',
  cases: [
    {
      name: 'fails an expectation',
      run: async () => {
        await Promise.resolve();
        expectEqual(Uint32Array.of(1, 2, 4), Uint32Array.of(1, 2, 3), 'counts');
      },
    },
    {
      name: 'calls console.error',
      run: async () => {
        await Promise.resolve();
        console.error('something is amiss');
      },
    },
    {
      name: 'leaves a warning unread',
      run: async ({ takeWarnings }) => {
        await Promise.resolve();
        console.warn('to be read');
        expectEqual(takeWarnings(), ['to be read']);
        console.warn('to be looked into');
      },
    },
    {
      name: 'leaves a device error uncaptured',
      needsGpu: true,
      run: async ({ requestAdapter }) => {
        const device = await (await requestAdapter()).requestDevice();
        device.createBuffer({ size: 16, usage: 0x10000 });
        await device.queue.onSubmittedWorkDone();
        device.destroy();
      },
    },
    {
      name: 'never ends',
      timeoutMs: 500,
      run: () => new Promise(() => undefined),
    },
    {
      name: 'blocks for ever',
      timeoutMs: 500,
      run: () => {
        for (;;);
      },
    },
    {
      name: 'is torn away',
      run: async () => {
        const here = globalThis as {
          process?: { exit: (code: number) => void };
          location?: { reload: () => void };
        };
        if (here.process) here.process.exit(7);
        else here.location?.reload();
        await new Promise((resolve) => setTimeout(resolve, 1000));
      },
    },
  ],
};
