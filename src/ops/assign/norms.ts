/** The rows' squared lengths, for those who judge the rounding of scores by them. */
import { roundUp } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import rowNormsKernel from '../../../shaders/rows/row_norms.wgsl';
import { type Chunk, type DevicePoints, groups } from '../../rows/device_points.js';
import { storedAs } from '../../rows/storage.js';

/** Of rows that are held: computed when they are first asked for, and kept as long as the rows. */
const held = new WeakMap<DevicePoints, Promise<Norms>>();

/** 4 bytes a row; of streamed rows, those of one chunk at a time. */
export class Norms {
  readonly #kernel: Kernel;
  readonly #quads: number;
  readonly #buffers: readonly GPUBuffer[];

  private constructor(kernel: Kernel, quads: number, buffers: readonly GPUBuffer[]) {
    this.#kernel = kernel;
    this.#quads = quads;
    this.#buffers = buffers;
  }

  static of(workspace: Workspace, points: DevicePoints): Promise<Norms> {
    const known = held.get(points);
    if (known) return known;
    const made = Norms.#create(workspace, points);
    held.set(points, made);
    return made;
  }

  static async #create(
    workspace: Workspace,
    { chunks, quads, storage }: DevicePoints,
  ): Promise<Norms> {
    const kernel = await workspace.runtime.kernel(storedAs(storage, rowNormsKernel));
    const buffers: GPUBuffer[] = [];
    for (const { rows, bring } of chunks) {
      if (bring && buffers.length > 0) break;
      const { norms } = await workspace.allocate({ norms: 4 * roundUp(rows, 4) });
      buffers.push(norms);
    }
    const norms = new Norms(kernel, quads, buffers);
    workspace.run('norms', (recording) => {
      chunks.forEach((chunk, c) => {
        if (!chunk.bring) norms.#record(recording, chunk, buffers[c]);
      });
    });
    return norms;
  }

  /** Those of a chunk's rows, which are on the device: [rows], whole vec4s. */
  recordFor(recording: Recording, chunk: Chunk, c: number): GPUBuffer {
    if (!chunk.bring) return this.#buffers[c];
    const [norms] = this.#buffers;
    this.#record(recording, chunk, norms);
    return norms;
  }

  #record(recording: Recording, { points, rows }: Chunk, norms: GPUBuffer): void {
    recording.dispatch(
      this.#kernel,
      { shape: { rows, quads: this.#quads }, points, norms },
      groups(this.#kernel, rows),
    );
  }
}
