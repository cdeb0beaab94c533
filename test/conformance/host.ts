/** What the host promises, on real devices: errors, limits, memory, loss. */
import type { KernelSource } from '../../host/kernel.js';
import { Profiler } from '../../host/profiler.js';
import type { Recording } from '../../host/recording.js';
import { Runtime, type RuntimeLimits } from '../../host/runtime.js';
import { Workspace } from '../../host/workspace.js';
import scale from '../host/scale.wgsl';
import type { Case, ConformanceContext, Suite } from './case.js';
import { expectEqual, expectSameBits, expectThat, expectThrows } from './expect.js';
import { openRuntime } from './kernels/lab.js';

interface Bench {
  readonly runtime: Runtime;
  readonly workspace: Workspace;
  readonly context: ConformanceContext;
}

/** A case with a runtime and a workspace of its own. */
function hostCase(
  name: string,
  run: (bench: Bench) => Promise<void>,
  { limits = {}, ...options }: Partial<Case> & { limits?: Partial<RuntimeLimits> } = {},
): Case {
  return {
    name,
    needsGpu: true,
    ...options,
    run: async (context) => {
      const runtime = await openRuntime(context, limits);
      const workspace = new Workspace(runtime, 'job');
      try {
        await run({ runtime, workspace, context });
      } finally {
        workspace.dispose();
        runtime.dispose();
      }
    },
  };
}

const IDENTITY = { shift: 0, scale: 1 };

/** 0, 1, 2, ... on the device. */
async function counting(workspace: Workspace, count: number): Promise<GPUBuffer> {
  const { values } = await workspace.allocate({ values: 4 * count });
  workspace.upload(
    values,
    Float32Array.from({ length: count }, (_, i) => i),
  );
  return values;
}

async function numbers(workspace: Workspace, buffer: GPUBuffer, count: number): Promise<number[]> {
  return [...new Float32Array(await workspace.read(buffer, 0, 4 * count))];
}

const changed = (text: string, replacement: string): KernelSource => ({
  ...scale,
  code: scale.code.replace(text, replacement),
});

const kernels: readonly Case[] = [
  hostCase(
    'a kernel that does not compile is shown with its line',
    async ({ runtime }) => {
      const broken = changed('let i =', 'let i = no_such_name +');
      const line = broken.code.split('\n').findIndex((text) => text.includes('no_such_name')) + 1;
      const compiling = () => runtime.kernel(broken);
      const { message } = await expectThrows(compiling, { name: 'KernelError', code: 'kernel' });
      const head = new RegExp(`^kernel 'scale', line ${line}, column \\d+: .*no_such_name`, 's');
      expectThat(head.test(message), `the message does not begin with line and column: ${message}`);
      expectThat(/\n +let i = no_such_name \+ \(/.test(message), `no source line: ${message}`);
      // It is not what a later caller gets.
      await expectThrows(compiling, { name: 'KernelError' });
      await runtime.kernel(scale);
    },
    { provokesDeviceErrors: true },
  ),
  hostCase(
    'a pipeline that the device refuses is an error',
    async ({ runtime }) => {
      const compiling = () => runtime.kernel(scale, { WORKGROUP: 2 ** 20 });
      await expectThrows(compiling, { name: 'KernelError', message: /scale/ });
    },
    { provokesDeviceErrors: true },
  ),
  hostCase('the same text is compiled once', async ({ runtime }) => {
    const [a, b, wider] = await Promise.all([
      runtime.kernel(scale),
      runtime.kernel({ ...scale }, { WORKGROUP: 4 }),
      runtime.kernel(scale, { WORKGROUP: 8 }),
    ]);
    expectThat(a === b, 'two kernels of one text');
    expectThat(a.pipeline !== wider.pipeline, 'one pipeline for two texts');
    expectEqual([a.workgroup, wider.workgroup], [4, 8], 'invocations of a workgroup');
  }),
  hostCase('bindings must be named exactly', async ({ runtime, workspace }) => {
    const kernel = await runtime.kernel(scale);
    const values = await counting(workspace, 4);
    const shape = { ...IDENTITY, count: 4 };
    const refused = (bindings: Parameters<Recording['dispatch']>[1], message: RegExp) =>
      expectThrows(
        () => {
          workspace.run('wrong', (recording) => recording.dispatch(kernel, bindings, 1));
        },
        { name: 'KernelError', message },
      );
    await refused({ shape }, /'scale' has .*values.*; given: shape\./);
    await refused({ shape, values, weights: values }, /given: shape, values, weights/);
    await refused({ shape: { ...shape, size: 1 }, values }, /given: .*size/);
    await refused({ shape: IDENTITY, values }, /'count' is undefined/);
    await refused(
      { shape, values: IDENTITY },
      /'values' is a storage binding; give it a GPUBuffer/,
    );
    // None of that has spoilt the workspace.
    expectEqual(await numbers(workspace, values, 4), [0, 1, 2, 3]);
  }),
];

const recordings: readonly Case[] = [
  hostCase('each dispatch sees what those before it wrote', async ({ runtime, workspace }) => {
    const kernel = await runtime.kernel(scale);
    const values = await counting(workspace, 8);
    const { copy } = await workspace.allocate({ copy: 32 });
    workspace.run('steps', (recording) => {
      recording
        .dispatch(kernel, { shape: { count: 8, scale: 2, shift: -1 }, values }, 2)
        .dispatch(kernel, { shape: { count: 6, scale: 0.5, shift: 3 }, values }, 2)
        .dispatch(kernel, { shape: { count: 8, scale: 0, shift: 0 }, values }, 0)
        .copy(values, 8, copy, 0, 24)
        .clear(values)
        .dispatch(kernel, { shape: { count: 8, scale: 1, shift: 7 }, values }, 1);
    });
    const expected = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i < 6 ? (2 * i - 1) / 2 + 3 : 2 * i - 1));
    expectEqual(await numbers(workspace, copy, 6), expected.slice(2), 'the copy');
    expectEqual(await numbers(workspace, values, 8), [7, 7, 7, 7, 0, 0, 0, 0], 'the original');
  }),
  hostCase('a recording can be submitted again but not grow', async ({ runtime, workspace }) => {
    const kernel = await runtime.kernel(scale);
    const values = await counting(workspace, 4);
    const recording = workspace.record('doubling');
    const bindings = { shape: { count: 4, scale: 2, shift: 0 }, values };
    recording.dispatch(kernel, bindings, 1);
    recording.submit();
    workspace.submit([recording, recording]);
    expectEqual(await numbers(workspace, values, 4), [0, 8, 16, 24]);
    await expectThrows(() => recording.dispatch(kernel, bindings, 1), {
      name: 'KernelError',
      message: /job: doubling.*cannot grow/,
    });
  }),
  hostCase('a binding may be part of a buffer', async ({ runtime, workspace }) => {
    const kernel = await runtime.kernel(scale);
    const buffer = await counting(workspace, 80);
    workspace.run('part', (recording) => {
      const values = { buffer, offset: 256, size: 16 };
      recording.dispatch(kernel, { shape: { count: 80, scale: 0, shift: -1 }, values }, 20);
    });
    const expected = Array.from({ length: 80 }, (_, i) => (i >= 64 && i < 68 ? -1 : i));
    // What a kernel writes past its binding may land anywhere inside it, but not outside.
    expectEqual(await numbers(workspace, buffer, 80), expected);
  }),
  hostCase(
    'a grid folds where one dimension is too short',
    async ({ runtime, workspace }) => {
      const kernel = await runtime.kernel(scale);
      for (const workgroups of [3, 4, 9]) {
        const values = await counting(workspace, 40);
        const shape = { count: 40, scale: 1, shift: 100 };
        workspace.run('fold', (recording) => {
          recording.dispatch(kernel, { shape, values }, workgroups);
        });
        const [x, y] = workgroups === 4 ? [2, 2] : [3, workgroups / 3];
        const reached = 4 * x * y;
        const expected = Array.from({ length: 40 }, (_, i) => (i < reached ? i + 100 : i));
        expectEqual(await numbers(workspace, values, 40), expected, `${workgroups} workgroups`);
      }
      await expectThrows(
        async () => {
          const values = await counting(workspace, 40);
          workspace.run('fold', (recording) => {
            recording.dispatch(kernel, { shape: { ...IDENTITY, count: 40 }, values }, 10);
          });
        },
        { name: 'DeviceLimitError', message: /10 workgroups.*3 x 3/ },
      );
    },
    { limits: { maxComputeWorkgroupsPerDimension: 3 } },
  ),
];

/** Bytes read back by one mapping (host/workspace.ts), and a bit more. */
const MORE_THAN_A_BLOCK = 64 * 2 ** 20 + 48;

const reading: readonly Case[] = [
  hostCase('what is read is what was there when it was asked for', async (bench) => {
    const { runtime, workspace } = bench;
    const kernel = await runtime.kernel(scale);
    const values = await counting(workspace, 4);
    const add = workspace.record('add');
    add.dispatch(kernel, { shape: { count: 4, scale: 1, shift: 1 }, values }, 1);
    const reads: Promise<number[]>[] = [];
    for (let i = 0; i < 3; i++) {
      reads.push(numbers(workspace, values, 4));
      add.submit();
    }
    expectEqual(await Promise.all(reads), [
      [0, 1, 2, 3],
      [1, 2, 3, 4],
      [2, 3, 4, 5],
    ]);
  }),
  hostCase('a part of a buffer can be read, in bytes', async ({ workspace }) => {
    const { bytes } = await workspace.allocate({ bytes: 32 });
    workspace.upload(bytes, Uint32Array.of(0x03020100, 0x07060504, 0x0b0a0908));
    const part = new Uint8Array(await workspace.read(bytes, 4, 7));
    expectEqual([...part], [4, 5, 6, 7, 8, 9, 10]);
    expectEqual((await workspace.read(bytes, 8)).byteLength, 24, 'bytes to the end');
  }),
  hostCase('more can be read than one mapping takes', async ({ workspace }) => {
    const { large } = await workspace.allocate({ large: MORE_THAN_A_BLOCK });
    const data = Uint32Array.from({ length: MORE_THAN_A_BLOCK / 4 }, (_, i) => i);
    workspace.upload(large, data);
    expectSameBits(new Uint32Array(await workspace.read(large)), data);
  }),
];

/** Work that the device refuses: a copy past the end of a buffer. */
function copyPastTheEnd(workspace: Workspace, buffer: GPUBuffer, other: GPUBuffer): void {
  workspace.run('past the end', (recording) => {
    recording.copy(buffer, 0, other, 0, 2 * buffer.size);
  });
}

const errors: readonly Case[] = [
  hostCase('an error of submitted work comes out of settle and read', async (bench) => {
    const { runtime, workspace } = bench;
    const values = await counting(workspace, 4);
    copyPastTheEnd(workspace, values, await counting(workspace, 4));
    const pattern = { name: 'KernelError', message: /^job: / };
    await expectThrows(() => workspace.settle(), pattern);
    await expectThrows(() => workspace.read(values), pattern);
    await expectThrows(() => workspace.idle(), pattern);
    await expectThrows(() => workspace.allocate({ more: 4 }), pattern);
    const other = new Workspace(runtime, 'other');
    expectEqual(await numbers(other, await counting(other, 4), 4), [0, 1, 2, 3], 'another job');
    other.dispose();
  }),
  hostCase(
    'an error outside every scope fails the jobs that run',
    async ({ runtime, workspace }) => {
      const nowhere = 0x10000;
      runtime.device.createBuffer({ size: 16, usage: nowhere });
      await expectThrows(
        async () => {
          // It comes as an event, some time later.
          for (let i = 0; i < 100; i++) {
            await workspace.idle();
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        },
        { name: 'KernelError', message: /The device reported an error: ./ },
      );
      await new Workspace(runtime, 'later').settle();
    },
    { provokesDeviceErrors: true },
  ),
  hostCase(
    'a buffer beyond the limits is refused by name',
    async ({ runtime, workspace }) => {
      expectEqual(runtime.limits.maxBufferSize, 1000, 'the limit');
      await workspace.allocate({ labels: 1000 });
      await expectThrows(() => workspace.allocate({ points: 16, labels: 1001 }), {
        name: 'DeviceLimitError',
        code: 'device-limit',
        message: /'job: labels' needs 1001 bytes.*allows 1000/,
      });
    },
    { limits: { maxBufferSize: 1000 } },
  ),
  hostCase("the device's own limits are never exceeded", async ({ runtime, workspace }) => {
    const { limits, maxBufferSize } = { limits: runtime.device.limits, ...runtime.limits };
    expectEqual(maxBufferSize, limits.maxBufferSize, 'maxBufferSize');
    expectEqual(
      runtime.limits.maxStorageBufferBindingSize,
      limits.maxStorageBufferBindingSize,
      'maxStorageBufferBindingSize',
    );
    const size = 1 + Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
    await expectThrows(() => workspace.allocate({ all: size }), { name: 'DeviceLimitError' });
  }),
];

const lifetime: readonly Case[] = [
  hostCase('all memory is given back, and buffers are labelled', async (bench) => {
    const { runtime, workspace } = bench;
    const kernel = await runtime.kernel(scale);
    const values = await counting(workspace, 4);
    expectEqual(values.label, 'job: values');
    expectEqual(runtime.pool.usedBytes, 16, 'bytes of one buffer');
    workspace.run('once', (recording) => {
      recording.dispatch(kernel, { shape: { ...IDENTITY, count: 4 }, values }, 1);
    });
    expectEqual(runtime.pool.usedBytes, 16, 'bytes after work that is needed once');
    const kept = workspace.record('kept');
    kept.dispatch(kernel, { shape: { ...IDENTITY, count: 4 }, values }, 1);
    kept.submit();
    await workspace.read(values);
    expectEqual(runtime.pool.usedBytes, 16 + 256, 'bytes with a recording and its uniforms');
    expectThat(runtime.pool.peakBytes >= 16 + 256 + 16, 'the read-back was not counted');
    workspace.dispose();
    expectEqual(runtime.pool.usedBytes, 0, 'bytes after all');
  }),
  hostCase('a device lost in the middle of the work rejects it', async ({ runtime, workspace }) => {
    const kernel = await runtime.kernel(scale);
    const values = await counting(workspace, 1 << 18);
    workspace.run('lost', (recording) => {
      for (let i = 0; i < 10; i++) {
        const shape = { count: 1 << 18, scale: 1, shift: 1 };
        recording.dispatch(kernel, { shape, values }, 1 << 16);
      }
    });
    const pattern = { name: 'DeviceLostError', code: 'device-lost', message: /lost.*run.*again/ };
    const reading = expectThrows(() => workspace.read(values), pattern);
    runtime.device.destroy();
    await reading;
    expectThat(runtime.loss !== undefined, 'the runtime knows of no loss');
    await expectThrows(() => workspace.allocate({ more: 16 }), pattern);
    await expectThrows(() => workspace.read(values), pattern);
    await expectThrows(() => workspace.idle(), pattern);
    await expectThrows(() => runtime.kernel(scale), pattern);
  }),
  {
    name: 'a borrowed device stays usable, an own one is destroyed',
    needsGpu: true,
    run: async (context) => {
      const device = await (await context.requestAdapter()).requestDevice();
      const borrowing = await Runtime.create({ device });
      const job = new Workspace(borrowing, 'job');
      expectEqual(await numbers(job, await counting(job, 2), 2), [0, 1]);
      job.dispose();
      borrowing.dispose();
      const again = await Runtime.create({ device });
      const next = new Workspace(again, 'next');
      expectEqual(await numbers(next, await counting(next, 2), 2), [0, 1], 'after dispose');
      again.dispose();
      device.destroy();
      expectEqual((await device.lost).reason, 'destroyed', 'the borrowed device at last');

      const owning = await openRuntime(context);
      owning.dispose();
      expectEqual((await owning.device.lost).reason, 'destroyed', 'the own device');
    },
  },
  {
    name: 'no adapter is an error that says what to do',
    needsGpu: true,
    run: async () => {
      const gpu = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
      const pattern = { name: 'NoAdapterError', code: 'no-adapter', message: /driver/ };
      await expectThrows(() => Runtime.create({ gpu }), pattern);
    },
  },
  hostCase('the profiler counts and times dispatches', async ({ runtime, workspace, context }) => {
    if (!runtime.features.has('timestamp-query')) {
      context.note('this device has no timestamp-query');
      return;
    }
    const profiler = new Profiler(runtime);
    runtime.profiler = profiler;
    const kernel = await runtime.kernel(scale);
    const values = await counting(workspace, 4);
    workspace.run('timed', (recording) => {
      for (let i = 0; i < 3; i++) {
        recording.dispatch(kernel, { shape: { count: 4, scale: 1, shift: 1 }, values }, 1);
      }
    });
    const times = await profiler.read();
    expectEqual([...times.keys()], ['scale'], 'kernels');
    const { dispatches = 0, milliseconds = -1 } = times.get('scale') ?? {};
    expectEqual(dispatches, 3, 'dispatches');
    expectThat(milliseconds >= 0 && milliseconds < 60_000, `3 dispatches took ${milliseconds} ms`);
    expectEqual((await profiler.read()).size, 0, 'kernels since then');
    expectEqual(await numbers(workspace, values, 4), [3, 4, 5, 6], 'the work itself');
    profiler.dispose();
  }),
];

export const host: Suite = {
  name: 'host',
  where: 'everywhere',
  cases: [...kernels, ...recordings, ...reading, ...errors, ...lifetime],
};
