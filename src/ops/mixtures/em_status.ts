/** What the device reports of expectation maximisation. */
import type { RunStatus } from '../../../host/device_loop.js';
import type { Workspace } from '../../../host/workspace.js';
import endIterationKernel from '../../../shaders/mixtures/end_iteration.wgsl';
import { historyIn } from '../history.js';
import { finiteBound } from './run.js';

const HISTORY_SLOTS = Number(endIterationKernel.constants.HISTORY);
const HISTORY_LANES = Number(endIterationKernel.constants.WORKGROUP);
/** Bytes of the state words at the head: the alignment of a binding's offset. */
const STATE_BYTES = 256;
const HISTORY_BYTES = 4 * HISTORY_SLOTS * HISTORY_LANES;
const NOT_FAILED = 0xffffffff;

/** Why the device halted: see end_iteration.wgsl. */
export const EmHalt = { running: 0, withinTolerance: 1, unsound: 2 } as const;

/** How far a fit has come, which halts by one of {@link EmHalt}; the objective is the bound. */
export interface EmStatus extends RunStatus {
  /** The first component without a sound factor. */
  readonly failed: number;
}

export class EmBoard {
  readonly #buffer: GPUBuffer;
  readonly #workspace: Workspace;

  private constructor(workspace: Workspace, buffer: GPUBuffer) {
    this.#workspace = workspace;
    this.#buffer = buffer;
  }

  static async create(workspace: Workspace): Promise<EmBoard> {
    const { status } = await workspace.allocate({ status: STATE_BYTES + HISTORY_BYTES });
    const board = new EmBoard(workspace, status);
    board.reset();
    return board;
  }

  /** Has it say that nothing has halted. */
  reset(): void {
    this.#workspace.run('reset', (recording) => recording.clear(this.#buffer));
    this.#workspace.upload(this.#buffer, Uint32Array.of(0, EmHalt.running, NOT_FAILED, 0));
  }

  get state(): GPUBufferBinding {
    return { buffer: this.#buffer, offset: 0, size: STATE_BYTES };
  }

  get history(): GPUBufferBinding {
    return { buffer: this.#buffer, offset: STATE_BYTES, size: HISTORY_BYTES };
  }

  /**
   * The status once the work submitted before this call is done.
   *
   * @param boundOf the bound, of the log-likelihood that the device summed
   */
  async read(boundOf: (logLikelihood: number) => number): Promise<EmStatus> {
    const bytes = await this.#workspace.read(this.#buffer);
    const [iterations, halted, failed] = new Uint32Array(bytes, 0, 3);
    const sumOf = historyIn(new Float32Array(bytes, STATE_BYTES), HISTORY_SLOTS, HISTORY_LANES);
    const objective = (iteration: number) => finiteBound(iteration, boundOf(sumOf(iteration)));
    return { iterations, halted, failed, objective };
  }
}
