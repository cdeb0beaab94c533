/** Rows that are not kept on the device: chunks that come by, pass after pass. */
import { ceilDiv, splitRows } from '../../host/plan.js';
import type { Kernel } from '../../host/runtime.js';
import type { Workspace } from '../../host/workspace.js';
import packKernel from '../../shaders/rows/pack.wgsl';
import { SLOTS, streamedRows } from './block_size.js';
import type { CheckedStream } from './checked_stream.js';
import { narrowing, type PassingRows, prepare } from './passing.js';
import { CHUNK_ALIGNMENT, groups, packedBytes, type PointsOptions } from './device_points.js';
import { type DevicePoints, Rows, type Preparation } from './rows.js';

interface Slot {
  /** [rows of a chunk][columns], as the caller has them. */
  readonly rows: GPUBuffer;
  readonly points: GPUBuffer;
  /** The chunk whose rows it holds. */
  chunk: number | undefined;
  /** Resolves when the device is done with them. */
  idle: Promise<void>;
}

/** A stream's chunks, as the algorithms see any others, and what fills them. */
export class StreamedRows implements PassingRows {
  readonly rows: Rows;
  #preparation: Preparation | undefined;
  #scale = 1;
  readonly #workspace: Workspace;
  readonly #source: CheckedStream;
  readonly #pack: Kernel;
  readonly #slots: readonly Slot[];
  #pass: AsyncGenerator<Float32Array, void, undefined> | undefined;
  /** The chunk that the pass gives next, and its rows where they are under way already. */
  #next = 0;
  #ahead: Promise<IteratorResult<Float32Array, void>> | undefined;

  private constructor(
    workspace: Workspace,
    source: CheckedStream,
    pack: Kernel,
    slots: readonly Slot[],
    rowsPerChunk: number,
  ) {
    const { shape } = source;
    const quads = ceilDiv(shape[1], 4);
    this.#workspace = workspace;
    this.#source = source;
    this.#pack = pack;
    this.#slots = slots;
    const chunks = splitRows(shape[0], rowsPerChunk, CHUNK_ALIGNMENT).map((range, c) => ({
      ...range,
      points: slots[c % SLOTS].points,
      bring: () => this.#bring(c),
    }));
    const end = () => {
      this.#close();
    };
    const owned = slots.map((slot) => slot.rows);
    this.rows = new Rows({ workspace, shape, quads, storage: 'float32', chunks, owned, end });
  }

  static async create(workspace: Workspace, source: CheckedStream): Promise<StreamedRows> {
    const [n, d] = source.shape;
    const quads = ceilDiv(d, 4);
    const rows = Math.min(n, streamedRows(quads, workspace.runtime.limits));
    const slots: Slot[] = [];
    for (let slot = 0; slot < Math.min(SLOTS, ceilDiv(n, rows)); slot++) {
      const made = await workspace.allocate({
        rows: 4 * d * rows,
        points: packedBytes(rows, quads),
      });
      slots.push({ ...made, chunk: undefined, idle: Promise.resolve() });
    }
    const pack = await workspace.runtime.kernel(packKernel);
    return new StreamedRows(workspace, source, pack, slots, rows);
  }

  prepareWith(preparation: Preparation): void {
    this.#preparation = preparation;
    for (const slot of this.#slots) slot.chunk = undefined;
  }

  scaleBy(scale: number): void {
    this.#scale = scale;
    for (const slot of this.#slots) slot.chunk = undefined;
  }

  get largest(): number {
    return this.#source.largest;
  }

  directionShift(): Promise<Float64Array> {
    return this.#source.directionShift();
  }

  async #bring(c: number): Promise<void> {
    const slot = this.#slots[c % SLOTS];
    if (slot.chunk === c) return;
    const workspace = this.#workspace;
    const { device } = workspace.runtime;
    const rows = await this.#read(c);
    // What works on the slot is done when all that was submitted before the other one was filled is.
    await slot.idle;
    const idle = workspace.finished(device.queue.onSubmittedWorkDone());
    // Whoever waits for it is told; the work may also end with nobody waiting.
    idle.catch(() => undefined);
    for (const other of this.#slots) if (other !== slot) other.idle = idle;
    slot.chunk = undefined;
    workspace.upload(slot.rows, rows);
    const {
      ranges,
      shape: [, columns],
    } = this.rows;
    const chunk = { ...ranges[c], points: slot.points };
    workspace.run('pack', (recording) => {
      const shape = { count: chunk.rows, columns, first: 0, scale: this.#scale };
      const { points } = slot;
      recording.dispatch(
        this.#pack,
        { shape, rows: slot.rows, points },
        groups(this.#pack, chunk.rows),
      );
      this.#preparation?.(recording, chunk);
    });
    slot.chunk = c;
    // Only now, as the source may reuse the memory; read while the device works on this chunk.
    if (this.#next < ranges.length) {
      this.#ahead = this.#pass?.next();
      this.#ahead?.catch(() => undefined);
    }
  }

  /** Chunk `c` of the pass under way, or of a new one where that is past it. */
  async #read(c: number): Promise<Float32Array> {
    if (!this.#pass || this.#next > c) {
      this.#close();
      this.#pass = this.#source.blocks(this.rows.ranges[0].rows);
      this.#next = 0;
    }
    for (;;) {
      const { value } = await (this.#ahead ?? this.#pass.next());
      this.#ahead = undefined;
      // A pass gives all rows or throws.
      if (this.#next++ === c) return value!;
    }
  }

  /** Ends the pass under way. */
  #close(): void {
    void this.#pass?.return().catch(() => undefined);
    this.#pass = undefined;
    this.#ahead = undefined;
  }
}

/** As `loadPoints`, for rows that stay where they are: bit by bit the same rows come by. */
export async function streamPoints(
  workspace: Workspace,
  source: CheckedStream,
  options: PointsOptions,
): Promise<DevicePoints> {
  const passing = await StreamedRows.create(workspace, source);
  try {
    const prepared = await prepare(workspace, passing, source.shift, options);
    const { shift, scale, narrowing: factor } = prepared;
    const isHalf = options.storage === 'float16';
    const rows = isHalf ? await narrowRows(workspace, passing.rows, factor) : passing.rows;
    return rows.about(shift, scale);
  } catch (error) {
    passing.rows.close();
    throw error;
  }
}

/** The same chunks in float16, rounded whenever they come by. */
async function narrowRows(workspace: Workspace, rows: Rows, factor: number): Promise<Rows> {
  const { quads, shape, ranges } = rows;
  const narrow = await narrowing(workspace, quads, 'float16', factor);
  const slots: { readonly points: GPUBuffer; chunk: number | undefined }[] = [];
  for (const range of ranges.slice(0, SLOTS)) {
    const bytes = packedBytes(range.rows, quads, 'float16');
    slots.push({ ...(await workspace.allocate({ points: bytes })), chunk: undefined });
  }
  const chunks = ranges.map((range, c) => {
    const slot = slots[c % SLOTS];
    const bring = async () => {
      if (slot.chunk === c) return;
      slot.chunk = undefined;
      const chunk = await rows.at(c);
      workspace.run('narrow', (recording) => {
        narrow(recording, chunk, slot.points, 0);
      });
      slot.chunk = c;
    };
    return { ...range, points: slot.points, bring };
  });
  const end = () => {
    rows.close();
  };
  return new Rows({ workspace, shape, quads, storage: 'float16', chunks, end });
}
