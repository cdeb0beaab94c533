/** One kernel at a time on a real device, and nothing written but what it should write. */
import type { KernelConstants, KernelSource, UniformValues } from '../../../host/kernel.js';
import { readsStored, storedAs } from '../../../src/rows/storage.js';
import { ceilDiv } from '../../../host/plan.js';
import { Runtime, type RuntimeOptions } from '../../../host/runtime.js';
import { Workspace } from '../../../host/workspace.js';
import type { ConformanceContext } from '../case.js';
import { fromFloat16, toFloat16 } from '../../../src/rows/float16.js';
import { expectSameBits, expectThat } from '../expect.js';

/** A buffer's contents. */
export type Contents = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * What lies where no kernel has any business: after buffers, and around the rows of a dispatch.
 * Read by mistake it shows in every sum, and as an index it is far past any end.
 */
export const POISON = 1234.5;

/** What outputs hold before they are written. */
const UNWRITTEN = -4321.5;
const UNWRITTEN_BITS = 0xdeadbeef;

/** Bytes of poison after each buffer: more than the vec4s of a workgroup's idle invocations. */
const GUARD_BYTES = 8192;

/**
 * Workgroups in one dimension of a dispatch: few, so that modest sizes fold into two, with part of
 * the last row idle.
 */
const MOST_WORKGROUPS = 8;

/** Enough workgroups to fold: 9 lie in two rows of 5. */
export const FOLDED_WORKGROUPS = MOST_WORKGROUPS + 1;

/** An output before it is written. */
export const blank = (length: number) => new Float32Array(length).fill(UNWRITTEN);
export const blankBits = (length: number) => new Uint32Array(length).fill(UNWRITTEN_BITS);

export interface Dispatch<Buffers> {
  readonly constants?: KernelConstants;
  /** The fields of the kernel's uniform `shape`. */
  readonly shape: UniformValues;
  /** What the storage bindings hold before. */
  readonly buffers: Buffers;
  /** Invocations needed; they come in whole workgroups. */
  readonly invocations: number;
}

/** A runtime on the engine's own adapter. Dispose it. */
export function openRuntime(
  { requestAdapter }: ConformanceContext,
  limits: NonNullable<RuntimeOptions['limits']> = {},
): Promise<Runtime> {
  return Runtime.create({ gpu: { requestAdapter } as unknown as GPU, limits });
}

let shared: Promise<Runtime> | undefined;

/** Of all cases, so that what one has compiled the next need not, until its device is lost. */
async function labRuntime(context: ConformanceContext): Promise<Runtime> {
  const open = () => openRuntime(context, { maxComputeWorkgroupsPerDimension: MOST_WORKGROUPS });
  shared ??= open();
  if ((await shared).loss) shared = open();
  return shared;
}

function withGuard(contents: Contents): Uint32Array<ArrayBuffer> {
  const bytes = ceilDiv(contents.byteLength + GUARD_BYTES, 16) * 16;
  const guarded = new Uint32Array(new Float32Array(bytes / 4).fill(POISON).buffer);
  guarded.set(new Uint32Array(contents.buffer, contents.byteOffset, contents.length));
  return guarded;
}

/** Whether the kernel was made to read rows in float16, by `storedAs`. */
export const readsHalves = (kernel: KernelSource): boolean =>
  readsStored(kernel) && kernel.constants.STORED === storedAs('float16', kernel).constants.STORED;

/** Packed rows as such a kernel reads them: two columns a word, the first in its lower half. */
function halvesOf(packed: Float32Array): Uint32Array<ArrayBuffer> {
  const halves = new Uint16Array(packed.length);
  packed.forEach((value, at) => {
    halves[at] = toFloat16(value);
    const isExact = value === POISON || fromFloat16(halves[at]) === value;
    expectThat(isExact, `the data were chosen badly: float16 does not hold [${at}], ${value}.`);
  });
  return new Uint32Array(halves.buffer);
}

/** Dispatches under way at once. Firefox slowed down a hundredfold where they were 400. */
const IN_FLIGHT = 32;

export class Lab {
  readonly #workspace: Workspace;
  /** The latest dispatch of each of the IN_FLIGHT queues; the next one of a queue waits for it. */
  readonly #latest: Promise<unknown>[] = new Array<Promise<unknown>>(IN_FLIGHT).fill(
    Promise.resolve(),
  );
  #dispatches = 0;

  private constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  get runtime(): Runtime {
    return this.#workspace.runtime;
  }

  /** Runs `work` with a lab on the engine's adapter. */
  static async with(context: ConformanceContext, work: (lab: Lab) => Promise<void>): Promise<void> {
    const workspace = new Workspace(await labRuntime(context), 'lab');
    try {
      await work(new Lab(workspace));
    } finally {
      workspace.dispose();
    }
  }

  /**
   * One dispatch. Where the kernel reads rows in float16, `points` are given to it so.
   *
   * @returns what the buffers hold afterwards
   * @throws ExpectationError where the kernel wrote past the end of one
   */
  run<Buffers extends Readonly<Record<string, Contents>>>(
    source: KernelSource,
    dispatch: Dispatch<Buffers>,
  ): Promise<Buffers> {
    const queue = this.#dispatches++ % IN_FLIGHT;
    const result = this.#latest[queue].then(() => this.#run(source, dispatch));
    this.#latest[queue] = result.catch(() => undefined);
    return result;
  }

  async #run<Buffers extends Readonly<Record<string, Contents>>>(
    source: KernelSource,
    { constants = {}, shape, buffers, invocations }: Dispatch<Buffers>,
  ): Promise<Buffers> {
    const workspace = this.#workspace;
    const kernel = await workspace.runtime.kernel(source, constants);
    const given: Readonly<Record<string, Contents>> =
      readsHalves(source) && buffers.points instanceof Float32Array
        ? { ...buffers, points: halvesOf(buffers.points) }
        : buffers;
    const guarded = Object.entries(given).map(([name, held]) => [name, withGuard(held)] as const);
    const made = await workspace.allocate(
      Object.fromEntries(guarded.map(([name, contents]) => [name, contents.byteLength])),
    );
    for (const [name, contents] of guarded) workspace.upload(made[name], contents);
    workspace.run(source.name, (recording) => {
      recording.dispatch(kernel, { shape, ...made }, ceilDiv(invocations, kernel.workgroup));
    });
    const written = source.bindings.filter(({ type }) => type === 'storage');
    const results = await Promise.all(
      written.map(async ({ name }) => {
        const before = buffers[name];
        const bits = new Uint32Array(await workspace.read(made[name]));
        const past = new Float32Array(bits.buffer, before.byteLength);
        const poison = new Float32Array(past.length).fill(POISON);
        expectSameBits(past, poison, `${source.name}: past the end of ${name}`);
        const held = bits.buffer.slice(0, before.byteLength);
        return [
          name,
          before instanceof Float32Array ? new Float32Array(held) : new Uint32Array(held),
        ] as const;
      }),
    );
    workspace.release(...Object.values(made));
    return { ...buffers, ...Object.fromEntries(results) };
  }
}
