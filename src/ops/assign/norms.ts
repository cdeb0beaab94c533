/** The rows' squared lengths, for those who judge the rounding of scores by them. */
import { roundUp } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import rowNormsKernel from '../../../shaders/rows/row_norms.wgsl';
import { groups } from '../../rows/device_points.js';
import type { Chunk, DevicePoints } from '../../rows/rows.js';

/** Of rows that are held: computed when they are first asked for, and kept as long as the rows. */
const held = new WeakMap<DevicePoints, Promise<Norms>>();

/** 4 bytes a row; of streamed rows, those of one chunk at a time. */
export class Norms {
  readonly #kernel: Kernel;
  readonly #quads: number;
  readonly #buffers: readonly GPUBuffer[];
  /** Whether they are there for all chunks. */
  readonly #isHeld: boolean;

  private constructor(
    kernel: Kernel,
    quads: number,
    buffers: readonly GPUBuffer[],
    isHeld: boolean,
  ) {
    this.#kernel = kernel;
    this.#quads = quads;
    this.#buffers = buffers;
    this.#isHeld = isHeld;
  }

  static of(workspace: Workspace, points: DevicePoints): Promise<Norms> {
    const known = held.get(points);
    if (known) return known;
    const made = Norms.#create(workspace, points);
    held.set(points, made);
    return made;
  }

  static async #create(workspace: Workspace, points: DevicePoints): Promise<Norms> {
    const { kept } = points;
    const kernel = await points.kernel(rowNormsKernel);
    const buffers: GPUBuffer[] = [];
    for (const { rows } of kept ?? points.ranges.slice(0, 1)) {
      const { norms } = await workspace.allocate({ norms: 4 * roundUp(rows, 4) });
      buffers.push(norms);
    }
    const norms = new Norms(kernel, points.quads, buffers, kept !== undefined);
    workspace.run('norms', (recording) => {
      kept?.forEach((chunk, c) => {
        norms.#record(recording, chunk, buffers[c]);
      });
    });
    return norms;
  }

  /** Those of a chunk's rows, which are on the device: [rows], whole vec4s. */
  recordFor(recording: Recording, chunk: Chunk, c: number): GPUBuffer {
    if (this.#isHeld) return this.#buffers[c];
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
