/** CPU twins of shaders/networks/gather_batch.wgsl, put_batch.wgsl and end_step.wgsl. */
import type { Matrix } from '../algebra/algebra.js';
import type { Gather, Put, StepEnd } from './batches.js';
import { CONTROL, MOST_PARTS } from './control.js';

type Values = (matrix: Matrix) => Float64Array;

export function gatherBatch(
  { rows, start, order, control, batch, into }: Gather,
  values: Values,
): void {
  const [from, to] = [values(rows), values(into)];
  const numbers = order && values(order);
  const d = into.columns;
  const first = values(control)[CONTROL.step] * batch;
  for (let m = 0; m < into.rows; m++) {
    const row = (numbers ? numbers[first + m] : first + m) - start;
    if (row >= 0 && row < rows.rows) to.set(from.subarray(row * d, (row + 1) * d), m * d);
  }
}

export function putBatch({ given, control, batch, rows }: Put, values: Values): void {
  values(rows).set(values(given), values(control)[CONTROL.step] * batch * given.columns);
}

export function endStep({ pieces, losses, control, updates }: StepEnd, values: Values): void {
  const state = values(control);
  const at = MOST_PARTS * state[CONTROL.step];
  const all = values(pieces);
  for (let part = 0; part < pieces.rows; part++) {
    const own = all.subarray(part * pieces.columns, (part + 1) * pieces.columns);
    values(losses)[at + part] = own.reduce((sum, value) => sum + value, 0);
  }
  state[CONTROL.step]++;
  if (updates) state[CONTROL.updates]++;
}
