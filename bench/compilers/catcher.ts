/** A runtime that notes every kernel that is asked for, on an adapter that passes for one of another class. */
import type { Candidate, Contest } from '../../host/contest.js';
import {
  type KernelConstants,
  type KernelSource,
  specialize,
  workgroupInvocations,
} from '../../host/kernel.js';
import { createRuntime, type Runtime } from '../../host/runtime.js';
import type { Lines } from '../lines/count.js';
import { logAccesses } from '../lines/logged_device.js';
import type { AdapterClass } from './adapter_classes.js';
import type { Catch, CaughtContest, CaughtKernel } from './kernels.js';

/** Lanes that permutations with subgroups are tried with: those that all of them can take. */
const LANES = 8;

/**
 * Kernels that own the same with subgroups and without. (Sums do not: their lanes are clusters or runs; and
 * the assignment's candidates come in a contest.)
 */
const SAME_WORK = ['bounds_scan', 'log_density', 'seed_trials'];

/** Kernels and contests, each once. */
export class Catcher {
  readonly #kernels = new Map<string, { kernel: CaughtKernel; number: number }>();
  readonly #contests = new Map<string, CaughtContest>();
  /** What is under way. */
  work = '';

  get caught(): Catch {
    return {
      kernels: [...this.#kernels.values()].map(({ kernel }) => kernel),
      contests: [...this.#contests.values()],
    };
  }

  /** Its number. */
  add(source: KernelSource, constants: KernelConstants, isDefault: boolean): number {
    const code = specialize(source, constants);
    const known = this.#kernels.get(code);
    if (known) {
      if (isDefault) known.kernel = { ...known.kernel, isDefault };
      return known.number;
    }
    const number = this.#kernels.size;
    const stored = source.constants.STORED as string | undefined;
    const kernel = {
      name: source.name,
      constants: { ...(stored && stored !== '0' && { STORED: Number(stored) }), ...constants },
      code,
      bindings: source.bindings.map(({ binding, type }) => ({ binding, type })),
      workgroup: workgroupInvocations(source, constants),
      work: this.work,
      isDefault,
    };
    this.#kernels.set(code, { kernel, number });
    return number;
  }

  /** A kernel that is used as it is, beside its permutation with subgroups. */
  addWithRival(source: KernelSource, constants: KernelConstants): void {
    const kernel = this.add(source, constants, true);
    if (!SAME_WORK.includes(source.name) || constants.SUBGROUPS || constants.DIAGONAL) return;
    const rival = this.add(source, { ...constants, SUBGROUPS: true, LANES }, false);
    const candidates = [
      { name: 'plain', kernel },
      { name: 'subgroups', kernel: rival },
    ];
    const entry = { kernel: source.name, shape: JSON.stringify(constants), work: this.work };
    this.#contests.set(JSON.stringify(candidates), { ...entry, candidates });
  }

  enter<C extends Candidate>({ kernel, shape, candidates }: Contest<C>): void {
    const entry = {
      kernel,
      shape,
      work: this.work,
      candidates: candidates.map(({ name, source, constants }, at) => ({
        name,
        kernel: this.add(source, constants, at === 0),
      })),
    };
    this.#contests.set(JSON.stringify([kernel, shape, entry.candidates]), entry);
  }
}

interface Catching {
  readonly runtime: Runtime;
  /** Once all work is done: the lines of memory that kernels touched, by their text; none unless asked for. */
  readonly readLines: () => Promise<ReadonlyMap<string, Lines>>;
}

/**
 * A runtime around a device whose adapter says what one of the class would. What is noted is what it asks
 * for; what runs has no more lanes than the subgroups that there are.
 *
 * @param countsLines whether kernels' first dispatches log where they read and write, which takes several times as long
 */
export async function catchingRuntime(
  adapter: GPUAdapter,
  { subgroups }: AdapterClass,
  catcher: Catcher,
  countsLines: boolean,
): Promise<Catching> {
  const features: GPUFeatureName[] = ['shader-f16', ...(subgroups ? (['subgroups'] as const) : [])];
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } =
    adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures: features.filter((name) => adapter.features.has(name)),
    requiredLimits: {
      ...{ maxBufferSize, maxStorageBufferBindingSize },
      // One for the log of accesses.
      maxStorageBuffersPerShaderStage,
    },
  });
  const readLines = countsLines
    ? logAccesses(device)
    : () => Promise.resolve(new Map<string, Lines>());
  const [subgroupMinSize, subgroupMaxSize] = subgroups ?? [0, 0];
  const adapterInfo = { vendor: 'amd', subgroupMinSize, subgroupMaxSize };
  Object.defineProperty(device, 'adapterInfo', { value: adapterInfo });
  const runtime = await createRuntime({ device, tuning: 'off' });
  const kernel = runtime.kernel.bind(runtime);
  runtime.kernel = (source, given) => {
    const constants = given ?? {};
    if (subgroups) catcher.addWithRival(source, constants);
    else catcher.add(source, constants, true);
    const { LANES } = constants;
    const lanes = LANES && { LANES: Math.min(Number(LANES), adapter.info.subgroupMinSize) };
    return kernel(source, { ...constants, ...lanes });
  };
  runtime.tuning.choose = (contest) => {
    catcher.enter(contest);
    return Promise.resolve(contest.candidates[0]);
  };
  return { runtime, readLines };
}
