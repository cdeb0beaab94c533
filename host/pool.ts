/** Small buffers kept for the next use, and a count of all bytes in use. */

const KEPT_BYTES = 32 * 1024 * 1024;

export class BufferPool {
  readonly #device: GPUDevice;
  readonly #free = new Map<string, GPUBuffer[]>();
  readonly #inUse = new Set<GPUBuffer>();
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

  /** A buffer of exactly `size` bytes. Its contents are undefined: it may have been used before. */
  acquire(label: string, size: number, usage: number): GPUBuffer {
    const kept = this.#free.get(`${size}:${usage}`)?.pop();
    if (kept) this.#keptBytes -= size;
    const buffer = kept ?? this.#device.createBuffer({ label, size, usage });
    buffer.label = label;
    this.#inUse.add(buffer);
    this.#usedBytes += size;
    this.#peakBytes = Math.max(this.#peakBytes, this.#usedBytes);
    return buffer;
  }

  /** Takes a buffer back; large ones are destroyed at once. */
  release(buffer: GPUBuffer): void {
    if (!this.#inUse.delete(buffer)) return;
    this.#usedBytes -= buffer.size;
    if (this.#keptBytes + buffer.size > KEPT_BYTES) {
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
    buffer.destroy();
  }

  dispose(): void {
    for (const list of this.#free.values()) for (const buffer of list) buffer.destroy();
    for (const buffer of this.#inUse) buffer.destroy();
    this.#free.clear();
    this.#inUse.clear();
    this.#keptBytes = 0;
    this.#usedBytes = 0;
  }
}
