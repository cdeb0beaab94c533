/** Small buffers kept for the next use, and a count of all bytes in use. */
import { OutOfMemoryError } from './errors.js';
import { textOf } from './scopes.js';

const KEPT_BYTES = 32 * 1024 * 1024;

export class BufferPool {
  readonly #device: GPUDevice;
  readonly #free = new Map<string, GPUBuffer[]>();
  readonly #inUse = new Set<GPUBuffer>();
  /** Made, and not judged so far. Nobody is given one that is not known to be sound. */
  readonly #unjudged = new Set<GPUBuffer>();
  readonly #unsound = new WeakSet<GPUBuffer>();
  #made: GPUBuffer[] = [];
  #keptBytes = 0;
  #usedBytes = 0;
  #peakBytes = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Bytes in buffers that are in use now. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** The most bytes that were in use at once since the last `resetPeak`. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  resetPeak(): void {
    this.#peakBytes = this.#usedBytes;
  }

  /** Whether `acquire` has one at hand, so that none is made. */
  keeps(size: number, usage: number): boolean {
    return !!this.#free.get(`${size}:${usage}`)?.length;
  }

  /** A buffer of exactly `size` bytes. Its contents are undefined: it may have been used before. */
  acquire(label: string, size: number, usage: number): GPUBuffer {
    const kept = this.#free.get(`${size}:${usage}`)?.pop();
    if (kept) this.#keptBytes -= size;
    const buffer = kept ?? this.#create(label, size, usage);
    buffer.label = label;
    this.#inUse.add(buffer);
    this.#usedBytes += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#usedBytes);
    return buffer;
  }

  #create(label: string, size: number, usage: number): GPUBuffer {
    let buffer: GPUBuffer;
    try {
      buffer = this.#device.createBuffer({ label, size, usage });
    } catch (cause) {
      throw new OutOfMemoryError(
        `Buffer '${label}' of ${size} bytes was refused (${textOf(cause)}); free memory, use fewer rows, or set runtime to 'cpu'.`,
        { cause },
      );
    }
    this.#unjudged.add(buffer);
    this.#made.push(buffer);
    return buffer;
  }

  /** The buffers made since the last call: to be judged once the device has told of its errors. */
  takeMade(): readonly GPUBuffer[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  /** Those that were released before they were known to be sound are kept or destroyed now. */
  judge(buffers: readonly GPUBuffer[], sound: boolean): void {
    for (const buffer of buffers) {
      if (!this.#unjudged.delete(buffer)) continue;
      if (!sound) this.#unsound.add(buffer);
      if (!this.#inUse.has(buffer)) this.#keep(buffer);
    }
  }

  /** Takes a buffer back; large ones are destroyed at once. */
  release(buffer: GPUBuffer): void {
    if (!this.#inUse.delete(buffer)) return;
    this.#usedBytes -= buffer.size;
    if (!this.#unjudged.has(buffer)) this.#keep(buffer);
  }

  #keep(buffer: GPUBuffer): void {
    if (this.#unsound.has(buffer) || this.#keptBytes + buffer.size > KEPT_BYTES) {
      buffer.destroy();
      return;
    }
    this.#keptBytes += buffer.size;
    const key = `${buffer.size}:${buffer.usage}`;
    const list = this.#free.get(key);
    if (list) list.push(buffer);
    else this.#free.set(key, [buffer]);
  }

  /** Takes a buffer back and destroys it, for one that may be in a failed state. */
  discard(buffer: GPUBuffer): void {
    if (this.#inUse.delete(buffer)) this.#usedBytes -= buffer.size;
    this.#unjudged.delete(buffer);
    buffer.destroy();
  }

  dispose(): void {
    for (const list of this.#free.values()) for (const buffer of list) buffer.destroy();
    for (const buffers of [this.#inUse, this.#unjudged]) {
      for (const buffer of buffers) buffer.destroy();
      buffers.clear();
    }
    this.#free.clear();
    this.#keptBytes = 0;
    this.#usedBytes = 0;
  }
}
