/** What the device reports of the fits that run side by side. */
import type { RunStatus } from '../../../host/device_loop.js';
import type { Recording } from '../../../host/recording.js';
import type { Workspace } from '../../../host/workspace.js';
import convergeKernel from '../../../shaders/sums/converge.wgsl';
import type { Metric } from '../../rows/load_options.js';
import { historyIn } from '../history.js';
import { Halt } from '../sums/converge.twin.js';

const HISTORY_SLOTS = Number(convergeKernel.constants.HISTORY);
const HISTORY_LANES = Number(convergeKernel.constants.WORKGROUP);
/** Bytes of the state words at the head of a fit's report: the alignment of a binding's offset. */
const STATE_BYTES = 256;
const HISTORY_BYTES = 4 * HISTORY_SLOTS * HISTORY_LANES;
/** Bytes of a fit's report. */
export const STATUS_BYTES = STATE_BYTES + HISTORY_BYTES;

/** Places in the state words, where the host writes them. */
const EMPTIES = Number(convergeKernel.constants.EMPTIES);

/** What the device reports of a fit, which halts by one of `Halt`. */
export interface Status extends RunStatus {
  /** Labels changed in the last iteration. */
  readonly changed: number;
}

/** The reports of all fits in one buffer, so that one read brings them all. */
export class StatusBoard {
  readonly #workspace: Workspace;
  readonly #buffer: GPUBuffer;
  readonly #fits: number;
  readonly #scale: number;

  private constructor(workspace: Workspace, buffer: GPUBuffer, fits: number, metric: Metric) {
    this.#workspace = workspace;
    this.#buffer = buffer;
    this.#fits = fits;
    this.#scale = metric === 'cosine' ? 0.5 : 1;
  }

  static async create(workspace: Workspace, fits: number, metric: Metric): Promise<StatusBoard> {
    const { status } = await workspace.allocate({ status: STATUS_BYTES * fits });
    return new StatusBoard(workspace, status, fits, metric);
  }

  recordReset(recording: Recording): void {
    recording.clear(this.#buffer);
  }

  state(fit: number): GPUBufferBinding {
    return { buffer: this.#buffer, offset: STATUS_BYTES * fit, size: STATE_BYTES };
  }

  history(fit: number): GPUBufferBinding {
    const offset = STATUS_BYTES * fit + STATE_BYTES;
    return { buffer: this.#buffer, offset, size: HISTORY_BYTES };
  }

  /** Has a fit that halted go on from an iteration, which sums all rows. */
  resume(fit: number, iteration: number): void {
    const at = STATUS_BYTES * fit;
    this.#workspace.upload(this.#buffer, Uint32Array.of(iteration, Halt.running), at);
    // Neither empty clusters nor amended sums.
    this.#workspace.upload(this.#buffer, Uint32Array.of(0, 0), at + 4 * EMPTIES);
  }

  /** How far each fit has come, once the work submitted before this call is done. */
  async read(): Promise<readonly Status[]> {
    const bytes = await this.#workspace.read(this.#buffer, 0, STATUS_BYTES * this.#fits);
    return Array.from({ length: this.#fits }, (_, fit) => {
      const at = STATUS_BYTES * fit;
      const [iterations, halted, changed] = new Uint32Array(bytes, at, 3);
      const history = new Float32Array(bytes, at + STATE_BYTES, HISTORY_BYTES / 4);
      const sumOf = historyIn(history, HISTORY_SLOTS, HISTORY_LANES);
      const objective = (iteration: number) => this.#scale * sumOf(iteration);
      const waits = halted === Halt.emptyClusters || halted === Halt.inexactSums;
      return { iterations, halted, waits, changed, objective };
    });
  }

  dispose(): void {
    this.#workspace.release(this.#buffer);
  }
}
