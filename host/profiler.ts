/** Device time of each kernel, by timestamp queries: for benchmarks and tuning. */
import { BufferUsage, MAP_READ } from './usage.js';

const QUERY_RESOLVE = 0x0200;
/** Dispatches timed before `read` must be called: two queries each, 4,096 a set. */
const MOST_DISPATCHES = 2048;

/** The part of a runtime that a profiler needs. */
interface Profiled {
  readonly device: GPUDevice;
  guard<T>(promise: Promise<T>): Promise<T>;
}

/** What one kernel took in all. */
export interface KernelTime {
  readonly dispatches: number;
  readonly milliseconds: number;
}

/**
 * Times every dispatch recorded through a runtime while it is the runtime's `profiler`. Each
 * dispatch then runs in a pass of its own, which is slower than without.
 */
export class Profiler {
  readonly #runtime: Profiled;
  readonly #queries: GPUQuerySet;
  #names: string[] = [];

  /** Needs the feature 'timestamp-query'. */
  constructor(runtime: Profiled) {
    this.#runtime = runtime;
    this.#queries = runtime.device.createQuerySet({
      type: 'timestamp',
      count: 2 * MOST_DISPATCHES,
    });
  }

  /** Where the next dispatch's pass writes its times; undefined once the set is full. */
  next(kernel: string): GPUComputePassTimestampWrites | undefined {
    if (this.#names.length === MOST_DISPATCHES) return undefined;
    const at = 2 * this.#names.length;
    this.#names.push(kernel);
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: at,
      endOfPassWriteIndex: at + 1,
    };
  }

  /** Times by kernel since the last call. */
  async read(): Promise<ReadonlyMap<string, KernelTime>> {
    const { device } = this.#runtime;
    const names = this.#names;
    this.#names = [];
    const times = new Map<string, KernelTime>();
    if (names.length === 0) return times;
    const size = 16 * names.length;
    const resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | BufferUsage.copySource });
    const readable = device.createBuffer({
      size,
      usage: BufferUsage.mapRead | BufferUsage.copyDestination,
    });
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(this.#queries, 0, 2 * names.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, readable, 0, size);
    device.queue.submit([encoder.finish()]);
    await this.#runtime.guard(readable.mapAsync(MAP_READ));
    const stamps = new BigUint64Array(readable.getMappedRange());
    names.forEach((name, i) => {
      const { dispatches, milliseconds } = times.get(name) ?? { dispatches: 0, milliseconds: 0 };
      const took = Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e6;
      times.set(name, { dispatches: dispatches + 1, milliseconds: milliseconds + took });
    });
    resolved.destroy();
    readable.destroy();
    return times;
  }

  dispose(): void {
    this.#queries.destroy();
  }
}
