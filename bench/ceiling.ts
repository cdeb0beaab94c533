/** What the adapter can do at most: multiply-adds, reads of storage and of workgroup memory. */
import type { KernelConstants, KernelSource } from '../host/kernel.js';
import { bind, compile, makeBuffer, openDevice, submit } from './gpu.js';
import fmaRate from './kernels/fma_rate.wgsl';
import storageRate from './kernels/storage_rate.wgsl';
import workgroupRate from './kernels/workgroup_rate.wgsl';

/** Rates of an adapter, each the best of several shapes of a kernel that does nothing else. */
export interface Ceiling {
  /** A multiply-add counts as two. */
  readonly flopsPerSecond: number;
  /** By f32 and by vec4f loads. */
  readonly storageBytesPerSecond: number;
  readonly wideStorageBytesPerSecond: number;
  readonly workgroupBytesPerSecond: number;
}

/** How long to look for it. */
export interface CeilingEffort {
  /** Of the workgroups that are tried. */
  readonly workgroups: readonly number[];
  /** Multiply-adds that do not wait for each other. */
  readonly accumulators: readonly number[];
  /** A rate comes from runs at least so long, the fastest of so many. */
  readonly leastMilliseconds: number;
  readonly runs: number;
}

const THOROUGH: CeilingEffort = {
  workgroups: [64, 256],
  accumulators: [2, 4, 8],
  leastMilliseconds: 60,
  runs: 4,
};
const INVOCATIONS = 1 << 16;
const STORAGE_INVOCATIONS = 1 << 13;
const STORAGE_BYTES = 128 << 20;

interface Probe {
  readonly source: KernelSource;
  readonly constants: KernelConstants & { readonly WORKGROUP: number };
  readonly buffers: readonly GPUBuffer[];
  readonly invocations: number;
  /** FLOPs or bytes of one dispatch. */
  readonly work: number;
}

/** Work a second of the fastest of a few runs. */
async function rate(
  device: GPUDevice,
  probe: Probe,
  { leastMilliseconds, runs }: CeilingEffort,
): Promise<number> {
  const pipeline = await compile(device, probe.source, probe.constants);
  const group = bind(device, pipeline, probe.buffers);
  const dispatch = { pipeline, group, workgroups: probe.invocations / probe.constants.WORKGROUP };
  const run = async (times: number): Promise<number> => {
    const begin = performance.now();
    submit(device, Array<typeof dispatch>(times).fill(dispatch));
    await device.queue.onSubmittedWorkDone();
    return performance.now() - begin;
  };
  // The first compiles.
  await run(1);
  let times = 1;
  let fastest = await run(times);
  while (fastest < leastMilliseconds && times < 1 << 14) {
    times *= Math.min(16, Math.max(2, Math.ceil(leastMilliseconds / Math.max(fastest, 1))));
    fastest = await run(times);
  }
  for (let again = 1; again < runs; again++) fastest = Math.min(fastest, await run(times));
  return (1000 * times * probe.work) / fastest;
}

/** Measures the page's or process's adapter; a few seconds. */
export async function measureCeiling(effort: CeilingEffort = THOROUGH): Promise<Ceiling> {
  const device = await openDevice();
  const inputs = makeBuffer(
    device,
    'inputs',
    Float32Array.from({ length: 16 }, () => 0.5),
  );
  const sums = makeBuffer(device, 'sums', 4 * INVOCATIONS);
  const best = async (probes: readonly Probe[]): Promise<number> => {
    let most = 0;
    for (const probe of probes) most = Math.max(most, await rate(device, probe, effort));
    return most;
  };
  try {
    const { workgroups, accumulators } = effort;
    const fma = workgroups.flatMap((WORKGROUP) =>
      accumulators.flatMap((ACCUMULATORS) =>
        [true, false].map((BUILT_IN): Probe => {
          const LENGTH = 128;
          return {
            source: fmaRate,
            constants: { WORKGROUP, ACCUMULATORS, BUILT_IN, LENGTH },
            buffers: [inputs, sums],
            invocations: INVOCATIONS,
            work: 64 * LENGTH * ACCUMULATORS * INVOCATIONS,
          };
        }),
      ),
    );
    const flopsPerSecond = await best(fma);
    const bytes = Math.min(
      STORAGE_BYTES,
      device.limits.maxStorageBufferBindingSize,
      device.limits.maxBufferSize,
    );
    const numbers = makeBuffer(device, 'numbers', bytes);
    const reads = (WIDE: boolean) =>
      workgroups.map((WORKGROUP): Probe => ({
        source: storageRate,
        constants: { WORKGROUP, WIDE },
        buffers: [numbers, numbers, sums],
        invocations: STORAGE_INVOCATIONS,
        work: bytes,
      }));
    const storageBytesPerSecond = await best(reads(false));
    const wideStorageBytesPerSecond = await best(reads(true));
    const shared = workgroups.map((WORKGROUP): Probe => {
      const LENGTH = 256;
      return {
        source: workgroupRate,
        constants: { WORKGROUP, LENGTH },
        buffers: [inputs, sums],
        invocations: STORAGE_INVOCATIONS,
        work: 64 * LENGTH * STORAGE_INVOCATIONS,
      };
    });
    const workgroupBytesPerSecond = await best(shared);
    return {
      flopsPerSecond,
      storageBytesPerSecond,
      wideStorageBytesPerSecond,
      workgroupBytesPerSecond,
    };
  } finally {
    device.destroy();
  }
}
