/** The owner of one job's buffers, recordings and errors. */
import { ClusteringError, DeviceLimitError, KernelError } from './errors.js';
import { Recording } from './recording.js';
import type { Runtime } from './runtime.js';
import { openScopes, typed } from './scopes.js';
import { BufferUsage, MAP_READ, STORAGE_USAGE } from './usage.js';

/** Commands in one submission: seconds of work, as dispatches are paced, before a sign that they are done. */
const MOST_COMMANDS = 128;
/** Bytes read back by one mapping. */
const READ_BLOCK = 64 * 1024 * 1024;

/**
 * Everything one job holds on the device. All errors of what it submits come out of its own
 * promises; `dispose` gives all buffers back.
 */
export class Workspace {
  readonly runtime: Runtime;
  readonly label: string;
  readonly #buffers = new Set<GPUBuffer>();
  readonly #pending = new Set<Promise<void>>();
  readonly #stopListening: () => void;
  readonly #signal: AbortSignal | undefined;
  #failure: ClusteringError | undefined;

  /** @param signal once aborted, whatever waits for the device rejects with its reason */
  constructor(runtime: Runtime, label: string, signal?: AbortSignal) {
    this.runtime = runtime;
    this.label = label;
    this.#signal = signal;
    this.#stopListening = runtime.onFailure((error) => {
      this.#failure ??= error;
    });
  }

  /**
   * Storage buffers by name, `sizes` in bytes (rounded up to 16). Contents are undefined.
   *
   * @throws OutOfMemoryError, DeviceLimitError
   */
  async allocate<Name extends string>(
    sizes: Readonly<Record<Name, number>>,
  ): Promise<Record<Name, GPUBuffer>> {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.runtime.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    for (const [name, bytes] of Object.entries<number>(sizes)) {
      if (bytes > most) {
        throw new DeviceLimitError(
          `Buffer '${this.label}: ${name}' needs ${bytes} bytes, but this device allows ${most} in one; ` +
            `use fewer clusters, columns or rows at a time.`,
        );
      }
    }
    const wanted = Object.entries<number>(sizes).map(
      ([name, bytes]) => [name, Math.max(16, Math.ceil(bytes / 16) * 16)] as const,
    );
    const own = () =>
      Object.fromEntries(
        wanted.map(([name, size]) => [
          name,
          this.#own(`${this.label}: ${name}`, size, STORAGE_USAGE),
        ]),
      ) as Record<Name, GPUBuffer>;
    if (wanted.length === 1 && this.runtime.pool.keeps(wanted[0][1], STORAGE_USAGE)) {
      // The device has nothing to judge.
      this.#signal?.throwIfAborted();
      if (this.#failure) throw this.#failure;
      return own();
    }
    const made = this.capture(own);
    await this.settle();
    return made;
  }

  /** A buffer for a recording's uniforms. */
  uniformBuffer(label: string, bytes: number): GPUBuffer {
    return this.#own(label, bytes, BufferUsage.uniform | BufferUsage.copyDestination);
  }

  /** Gives buffers back before the workspace ends. */
  release(...buffers: GPUBuffer[]): void {
    for (const buffer of buffers) {
      if (this.#buffers.delete(buffer)) this.runtime.pool.release(buffer);
    }
  }

  /** Copies host data into a buffer, in queue order. */
  upload(buffer: GPUBuffer, data: Float32Array | Uint32Array, byteOffset = 0): void {
    // Deno 2.9 panics when nothing is written.
    if (data.byteLength === 0) return;
    // Dawn takes no shared memory, and no implementation any that can be resized.
    const memory: ArrayBufferLike = data.buffer;
    const isPlain = memory instanceof ArrayBuffer && !('resizable' in memory && memory.resizable);
    const bytes = isPlain ? data : data.slice();
    this.capture(() => {
      this.runtime.device.queue.writeBuffer(
        buffer,
        byteOffset,
        bytes.buffer,
        bytes.byteOffset,
        bytes.byteLength,
      );
    });
  }

  record(label: string): Recording {
    return new Recording(this, `${this.label}: ${label}`);
  }

  /** Sends recordings to the device as one piece of work, in order. */
  submit(recordings: readonly Recording[]): void {
    if (recordings.some(({ hostSteps }) => hostSteps.length > 1)) {
      throw new KernelError(`${this.label}: steps of the host are for submitInParts.`);
    }
    this.#send(recordings.map((recording) => [recording, 0]));
  }

  /**
   * As `submit`, for recordings with steps of the host: what lies between two of them is one piece of
   * work. Without any, all is sent before this returns. Resolves once all is sent.
   *
   * @param turns recordings one after the other; those of one turn go side by side, part by part, and
   *   a step that they all wait for is done once
   */
  async submitInParts(turns: readonly (readonly Recording[])[]): Promise<void> {
    let ready: [Recording, part: number][] = [];
    for (const turn of turns) {
      for (const [part, before] of this.#commonSteps(turn).entries()) {
        if (before) {
          if (ready.length > 0) this.#send(ready);
          ready = [];
          await before();
        }
        for (const recording of turn) ready.push([recording, part]);
      }
    }
    this.#send(ready);
  }

  #commonSteps(turn: readonly Recording[]): Recording['hostSteps'] {
    const [steps = [], ...others] = turn.map(({ hostSteps }) => hostSteps);
    for (const other of others) {
      if (other.length !== steps.length || other.some((step, part) => step !== steps[part])) {
        throw new KernelError(
          `${this.label}: recordings side by side must wait for the same steps of the host.`,
        );
      }
    }
    return steps;
  }

  #send(parts: readonly (readonly [Recording, part: number])[]): void {
    const { device } = this.runtime;
    this.capture(() => {
      const begin = () => device.createCommandEncoder({ label: this.label });
      let encoder = begin();
      let commands = 0;
      const open = (leave: () => void) => {
        if (commands++ < MOST_COMMANDS) return encoder;
        leave();
        device.queue.submit([encoder.finish()]);
        this.#expectSign();
        commands = 1;
        encoder = begin();
        return encoder;
      };
      for (const [recording, part] of parts) recording.encode(open, part);
      device.queue.submit([encoder.finish()]);
    });
  }

  /** Long work shows that it goes on, to whoever watches the device. */
  #expectSign(): void {
    const done = this.runtime.device.queue.onSubmittedWorkDone();
    this.runtime.guard(done, this.#signal).catch(() => undefined);
  }

  /** Records, sends and forgets a piece of work that is needed once. */
  run(label: string, build: (recording: Recording) => void): void {
    const recording = this.record(label);
    build(recording);
    recording.submit();
    recording.release();
  }

  /** As `run`, for work with steps of the host in it; several pieces of it go side by side. */
  async runInParts(
    label: string,
    ...builds: readonly ((recording: Recording) => void)[]
  ): Promise<void> {
    const recordings = builds.map((build) => {
      const recording = this.record(label);
      build(recording);
      return recording;
    });
    try {
      await this.submitInParts([recordings]);
    } finally {
      for (const recording of recordings) recording.release();
    }
  }

  /** Runs `work` inside error scopes; what it makes the device report fails the next `settle`. */
  capture<T>(work: () => T): T {
    const { device, pool } = this.runtime;
    const closeScopes = openScopes(device, this.label);
    try {
      return work();
    } catch (error) {
      throw typed(error);
    } finally {
      const made = pool.takeMade();
      const judged = closeScopes().then((error) => {
        pool.judge(made, !error);
        this.#failure ??= error;
        this.#pending.delete(judged);
      });
      this.#pending.add(judged);
    }
  }

  /** Waits until the device has judged all that was recorded so far; throws its error, if any. */
  async settle(): Promise<void> {
    const judged = Promise.all(this.#pending).then(() => {
      if (this.#failure) throw this.#failure;
    });
    await this.runtime.guard(judged, this.#signal);
  }

  /** What `promise` gives, which waits for work submitted before. */
  finished<T>(promise: Promise<T>): Promise<T> {
    return this.runtime.finished(promise, this.#signal);
  }

  /** Waits until the device has done all that was submitted. */
  async idle(): Promise<void> {
    await this.finished(this.runtime.device.queue.onSubmittedWorkDone());
    await this.settle();
  }

  /**
   * The bytes of a buffer, once the work submitted before this call is done. The copy is queued
   * at once, so later submissions do not change what is read.
   */
  async read(
    buffer: GPUBuffer,
    byteOffset = 0,
    bytes = buffer.size - byteOffset,
  ): Promise<ArrayBuffer> {
    const result = new Uint8Array(bytes);
    const blocks: Promise<void>[] = [];
    for (let at = 0; at < bytes; at += READ_BLOCK) {
      const size = Math.min(READ_BLOCK, bytes - at);
      blocks.push(
        this.#readBlock(buffer, byteOffset + at, size).then((block) => {
          result.set(block, at);
        }),
      );
    }
    await Promise.all(blocks);
    return result.buffer;
  }

  async #readBlock(buffer: GPUBuffer, offset: number, size: number): Promise<Uint8Array> {
    const { device, pool } = this.runtime;
    const padded = Math.ceil(size / 4) * 4;
    let staging: GPUBuffer | undefined;
    try {
      const mapped = this.capture(() => {
        staging = pool.acquire(
          `${this.label}: read back`,
          padded,
          BufferUsage.mapRead | BufferUsage.copyDestination,
        );
        const encoder = device.createCommandEncoder({ label: `${this.label}: read back` });
        encoder.copyBufferToBuffer(buffer, offset, staging, 0, padded);
        device.queue.submit([encoder.finish()]);
        return staging.mapAsync(MAP_READ);
      });
      await this.finished(mapped);
      await this.settle();
      const copy = new Uint8Array(staging!.getMappedRange(0, padded)).slice(0, size);
      staging!.unmap();
      pool.release(staging!);
      return copy;
    } catch (error) {
      if (staging) pool.discard(staging);
      // What the error scopes say explains more than the failed mapping.
      await this.settle();
      if (error instanceof ClusteringError) throw error;
      // A buffer unmapped under our hands is how a loss may show first: let the loss itself be told.
      return await this.runtime.guard(Promise.reject(error as Error), this.#signal);
    }
  }

  #own(label: string, size: number, usage: number): GPUBuffer {
    const buffer = this.runtime.pool.acquire(label, size, usage);
    this.#buffers.add(buffer);
    return buffer;
  }

  /** Gives every buffer back. Idempotent. */
  dispose(): void {
    this.#stopListening();
    if (this.#failure) {
      // Some of them may be what a refused allocation gave: not for the next job.
      for (const buffer of this.#buffers) this.runtime.pool.discard(buffer);
      this.#buffers.clear();
    }
    this.release(...this.#buffers);
  }
}
