/** Rows on the device or passing through it, and the one way to visit them. */
import type { RowRange } from '../../host/plan.js';
import type { KernelConstants, KernelSource } from '../../host/kernel.js';
import type { Recording } from '../../host/recording.js';
import type { Kernel } from '../../host/runtime.js';
import type { Workspace } from '../../host/workspace.js';
import { type Held, storedAs } from './storage.js';

/**
 * Rows [start, start + rows) as shaders/lib/points_layout.wgsl has them. Rows that pass are there only
 * while they are visited: until the next but one chunk is.
 */
export interface Chunk extends RowRange {
  readonly points: GPUBuffer;
}

/** What is done to a chunk's packed rows, in place. */
export type Preparation = (recording: Recording, chunk: Chunk) => void;

/** A chunk, and what puts its rows there each time they are visited; nothing where they stay. */
export interface PlacedChunk extends Chunk {
  /** A step of the host. */
  readonly bring?: (() => Promise<void>) | undefined;
  /** Work of the device alone. */
  readonly place?: ((recording: Recording) => void) | undefined;
}

/** What rows are made of. */
export interface RowParts {
  readonly workspace: Workspace;
  readonly shape: readonly [rows: number, columns: number];
  /** vec4s a row: ceil(columns / 4). */
  readonly quads: number;
  readonly storage: Held;
  readonly chunks: readonly PlacedChunk[];
  /** What else they take of the device. */
  readonly owned?: readonly GPUBuffer[];
  /** Ends the pass under way, of rows that are streamed. */
  readonly end?: () => void;
}

/** A chunk as it is visited, and its number. */
export interface Visit {
  readonly chunk: Chunk;
  readonly c: number;
}

/** Packed rows, in chunks that fit the device. */
export class Rows {
  readonly #parts: RowParts;

  constructor(parts: RowParts) {
    this.#parts = parts;
  }

  get shape(): readonly [rows: number, columns: number] {
    return this.#parts.shape;
  }

  get quads(): number {
    return this.#parts.quads;
  }

  /** How visitors find them; see {@link Rows.kernel}. */
  get storage(): Held {
    return this.#parts.storage;
  }

  /** Where the chunks begin and end: multiples of CHUNK_ALIGNMENT, but for the last. */
  get ranges(): readonly RowRange[] {
    return this.#parts.chunks;
  }

  /** Rows of the largest chunk. */
  get mostRows(): number {
    return this.ranges.reduce((most, { rows }) => Math.max(most, rows), 0);
  }

  /** Whether the host brings them each time they are visited. */
  get streamed(): boolean {
    return this.#parts.chunks.some(({ bring }) => bring);
  }

  /** All chunks, where they are on the device at any time. */
  get kept(): readonly Chunk[] | undefined {
    const { chunks } = this.#parts;
    return chunks.some(({ bring, place }) => bring ?? place) ? undefined : chunks;
  }

  /** A kernel that reads the rows in the form that they are stored in. */
  kernel(source: KernelSource, constants?: KernelConstants): Promise<Kernel> {
    const { workspace, storage } = this.#parts;
    return workspace.runtime.kernel(storedAs(storage, source), constants);
  }

  /**
   * Records `work` for each chunk, whose rows are there when it runs. The recording is to be sent in parts
   * (see Workspace.submitInParts), as rows may be streamed.
   */
  pass(recording: Recording, work: (chunk: Chunk, c: number) => void): void {
    this.#parts.chunks.forEach(({ start, rows, points, bring, place }, c) => {
      if (bring) recording.hostStep(bring);
      place?.(recording);
      work({ start, rows, points }, c);
    });
  }

  /** The chunks with rows of a range, one after the other, for work that waits in between. */
  async *visit(range?: RowRange): AsyncGenerator<Visit, void, undefined> {
    const { chunks } = this.#parts;
    const { start: first, rows: count } = range ?? { start: 0, rows: this.shape[0] };
    for (const [c, { start, rows }] of chunks.entries()) {
      if (start + rows <= first || start >= first + count) continue;
      yield { chunk: await this.at(c), c };
    }
  }

  /** One chunk, once it is there. */
  async at(c: number): Promise<Chunk> {
    const { chunks, workspace } = this.#parts;
    const { start, rows, points, bring, place } = chunks[c];
    await bring?.();
    if (place) workspace.run('place', place);
    return { start, rows, points };
  }

  /** The rows, known to be less of `shift` and times `scale`. */
  about(shift: Float64Array, scale = 1): DevicePoints {
    return this.as((parts) => new DevicePoints(parts, shift, scale));
  }

  /** The same rows, of which something more is known. */
  as<Known extends Rows>(know: (parts: RowParts) => Known): Known {
    return know(this.#parts);
  }

  /** Ends the pass under way. */
  close(): void {
    this.#parts.end?.();
  }

  /** As `close`, and gives back what the rows take before their workspace ends. */
  release(): void {
    const { workspace, chunks, owned = [] } = this.#parts;
    this.close();
    workspace.release(...chunks.map(({ points }) => points), ...owned);
  }
}

/** Rows of which it is known what they are less of. */
export class DevicePoints extends Rows {
  /** What was subtracted from the caller's rows ('cosine': from these at length 1), [columns]. */
  readonly shift: Float64Array;
  readonly #scale: number;

  constructor(parts: RowParts, shift: Float64Array, scale: number) {
    super(parts);
    this.shift = shift;
    this.#scale = scale;
  }

  /** What they were multiplied by then, a power of two. */
  get scale(): number {
    return this.#scale;
  }
}
