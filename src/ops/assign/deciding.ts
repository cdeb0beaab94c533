/** Rows whose nearest centroid scores leave open, decided by direct differences. */
import type { Recording } from '../../../host/recording.js';
import type { Kernel } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import decideKernel from '../../../shaders/assign/decide.wgsl';
import type { DevicePoints, Rows } from '../../rows/rows.js';

const FIRST_UNDECIDED = Number(decideKernel.constants.FIRST_UNDECIDED);

/** What decided rows are read from and written to: see decide.wgsl. */
interface DecidedRows {
  readonly points: GPUBuffer;
  readonly centroids: GPUBuffer;
  readonly labels: GPUBuffer;
  readonly changed: GPUBuffer;
}

/** Bytes of the list. */
export function undecidedBytes({ mostRows }: Pick<Rows, 'mostRows'>): number {
  return 4 * (FIRST_UNDECIDED + mostRows);
}

/** The list of such rows, which all sets of k centroids over the same points use in turn. */
export class Deciding {
  readonly #workspace: Workspace;
  readonly #kernel: Kernel;
  readonly #shape: { readonly quads: number; readonly clusters: number };
  readonly #undecided: GPUBuffer;
  /** How an empty list begins. */
  readonly #none: GPUBuffer;

  private constructor(
    workspace: Workspace,
    kernel: Kernel,
    shape: { readonly quads: number; readonly clusters: number },
    undecided: GPUBuffer,
    none: GPUBuffer,
  ) {
    this.#workspace = workspace;
    this.#kernel = kernel;
    this.#shape = shape;
    this.#undecided = undecided;
    this.#none = none;
  }

  static async create(workspace: Workspace, points: DevicePoints, k: number): Promise<Deciding> {
    const { quads } = points;
    const kernel = await points.kernel(decideKernel);
    const { undecided, none } = await workspace.allocate({
      undecided: undecidedBytes(points),
      none: 4 * FIRST_UNDECIDED,
    });
    workspace.upload(none, Uint32Array.of(0, 1, 1, 0));
    return new Deciding(workspace, kernel, { quads, clusters: k }, undecided, none);
  }

  /** Records `list`, which lists rows in the buffer it is given, and then what decides them. */
  record(
    recording: Recording,
    { points, centroids, labels, changed }: DecidedRows,
    list: (undecided: GPUBuffer) => void,
  ): void {
    const undecided = this.#undecided;
    recording.copy(this.#none, 0, undecided, 0, 4 * FIRST_UNDECIDED);
    list(undecided);
    recording.dispatchIndirect(
      this.#kernel,
      { shape: this.#shape, points, centroids, undecided, labels, changed },
      undecided,
    );
  }

  dispose(): void {
    this.#workspace.release(this.#undecided, this.#none);
  }
}
