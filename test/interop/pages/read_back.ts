/** What a page has read back from its devices, by whichever library: asked of WebGPU itself. */

/** Bytes that were looked at of buffers mapped to be read (these may be larger), and how often any was mapped. */
let bytes = 0;
let times = 0;
const toRead = new WeakSet<GPUBuffer>();
const { prototype } = GPUBuffer;
const mapAsync = Reflect.get<GPUBuffer, 'mapAsync'>(prototype, 'mapAsync');
const getMappedRange = Reflect.get<GPUBuffer, 'getMappedRange'>(prototype, 'getMappedRange');
prototype.mapAsync = function (this: GPUBuffer, mode, ...range) {
  if (mode === GPUMapMode.READ) {
    toRead.add(this);
    times++;
  } else {
    toRead.delete(this);
  }
  return mapAsync.call(this, mode, ...range);
};
prototype.getMappedRange = function (this: GPUBuffer, ...range) {
  const mapped = getMappedRange.apply(this, range);
  if (toRead.has(this)) bytes += mapped.byteLength;
  return mapped;
};

/** What was read back while `work` ran. */
export async function readBack<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly bytes: number; readonly times: number }> {
  const before = { bytes, times };
  const result = await work();
  return { result, bytes: bytes - before.bytes, times: times - before.times };
}

/** The words of a buffer of any library's device: the end of the way. */
export async function wordsOf(
  device: GPUDevice,
  buffer: GPUBuffer,
  words: number,
): Promise<Uint32Array> {
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = device.createBuffer({ size: 4 * words, usage });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, 4 * words);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const read = new Uint32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return read;
}

/** Rows in two groups, turn by turn: about 0 and about 4 in each column. */
export function turns(n: number, d: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: n * d },
    (_, at) => (Math.floor(at / d) % 2) * 4 + ((at * 7919) % 64) / 64,
  );
}

/** What `turns` are: from these starts the labels are known, row by row. */
export const STARTS = (d: number): number[][] => [
  new Array<number>(d).fill(0),
  new Array<number>(d).fill(4),
];

/** What a page tells of its library. */
export interface Told {
  /** Bytes read back while the fit ran: its state, counts, centroids, sums of runs of rows. */
  readonly fit: number;
  /** Buffers mapped to be read from the library's rows to its use of our results. */
  readonly between: number;
  /** What the library made of our labels, row by row. */
  readonly end: readonly number[];
}
