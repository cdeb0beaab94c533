/** Batches of rows, and the end of a step. */
import { ceilDiv } from '../../../host/plan.js';
import endStepKernel from '../../../shaders/networks/end_step.wgsl';
import gatherKernel from '../../../shaders/networks/gather_batch.wgsl';
import putKernel from '../../../shaders/networks/put_batch.wgsl';
import type { Matrix, MatrixOp } from '../algebra/algebra.js';
import { runOver } from '../algebra/device_elementwise.js';
import { bufferOf } from '../algebra/device_matrix.js';

export interface Gather {
  /** Rows [start, start + its rows) of all. */
  readonly rows: Matrix;
  readonly start: number;
  /** 1 x n: row numbers. Absent: the rows as they stand. */
  readonly order?: Matrix | undefined;
  readonly control: Matrix;
  /** Rows of a whole batch: the last may have fewer. */
  readonly batch: number;
  /** What becomes the batch. */
  readonly into: Matrix;
}

/** into[m] = rows[order[step batch + m]], of those that lie in `rows`. */
export const gatherBatch: MatrixOp<Gather> = {
  async device(desk, { rows, start, order, control, batch, into }) {
    const quads = ceilDiv(into.columns, 4);
    await runOver(
      ...([desk, gatherKernel, { ORDERED: !!order }] as const),
      { start, held: rows.rows, quads, batch, count: into.rows },
      {
        ...{ rows: bufferOf(rows), order: order ? bufferOf(order) : desk.unread },
        ...{ control: bufferOf(control), gathered: bufferOf(into) },
      },
      into.rows * quads,
    );
  },
  twin: async () => (await import('./batches.twin.js')).gatherBatch,
};

export interface Put {
  readonly given: Matrix;
  readonly control: Matrix;
  readonly batch: number;
  readonly rows: Matrix;
}

/** rows[step batch + m] = given[m]. */
export const putBatch: MatrixOp<Put> = {
  async device(desk, { given, control, batch, rows }) {
    const quads = ceilDiv(given.columns, 4);
    await runOver(
      ...([desk, putKernel, {}, { quads, batch, count: given.rows }] as const),
      { given: bufferOf(given), control: bufferOf(control), rows: bufferOf(rows) },
      given.rows * quads,
    );
  },
  twin: async () => (await import('./batches.twin.js')).putBatch,
};

export interface StepEnd {
  /** A row of numbers for each part of the loss, whose sum is that part. */
  readonly pieces: Matrix;
  /** steps x MOST_PARTS. */
  readonly losses: Matrix;
  readonly control: Matrix;
  /** Whether the parameters were changed. */
  readonly updates: boolean;
}

/** Writes down the step's losses, and counts it. */
export const endStep: MatrixOp<StepEnd> = {
  async device({ workspace }, { pieces, losses, control, updates }) {
    const kernel = await workspace.runtime.kernel(endStepKernel);
    workspace.run('end of step', (recording) => {
      const shape = {
        ...{ parts: pieces.rows, length: 4 * ceilDiv(pieces.columns, 4) },
        updates: updates ? 1 : 0,
      };
      const buffers = { losses: bufferOf(losses), control: bufferOf(control) };
      recording.dispatch(kernel, { shape, pieces: bufferOf(pieces), ...buffers }, 1);
    });
  },
  twin: async () => (await import('./batches.twin.js')).endStep,
};
