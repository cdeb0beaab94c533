/** What a chain of layers makes of all rows, batch by batch. */
import type { Algebra, Matrix, Recorded } from '../ops/algebra/algebra.js';
import { putBatch, endStep } from '../ops/networks/batches.js';
import { CONTROL_LENGTH, MOST_PARTS } from '../ops/networks/control.js';
import { type Chain, openChain } from './chain.js';
import type { LayerPlace } from './layer.js';
import { gather, type ResidentRows } from './resident_rows.js';

/** Rows that go through a network at once. */
const BATCH = 1024;
/** Numbers of what a layer makes of a batch, where that is fewer rows. */
const MOST_NUMBERS = 2 ** 23;

export interface MappedRows {
  /** n x outputs, of the parameters as they are now. */
  run(): Promise<Matrix>;
  free(): void;
}

/** Records it, to be run as often as wanted. */
export async function mappedRows(
  algebra: Algebra,
  rows: ResidentRows,
  chain: Chain,
  parametersOf: LayerPlace['parametersOf'],
): Promise<MappedRows> {
  const { n } = rows;
  const widest = Math.max(chain.inputs, ...chain.layers.map(({ outputs }) => outputs));
  const batch = Math.min(n, BATCH, Math.max(1, Math.floor(MOST_NUMBERS / widest)));
  const steps = Math.ceil(n / batch);
  const control = await algebra.matrix(1, CONTROL_LENGTH);
  const pieces = await algebra.matrix(1, 4);
  const losses = await algebra.matrix(steps, MOST_PARTS);
  const all = await algebra.matrix(n, chain.outputs);
  const recordFor = async (count: number): Promise<Recorded> => {
    const x = await algebra.matrix(count, chain.inputs);
    const open = await openChain(chain, {
      ...{ algebra, rows: count, parametersOf, adds: () => false },
    });
    return algebra.record(async () => {
      await gather(algebra, rows, { control, batch }, x);
      const given = await open.forward(x);
      await algebra.perform(putBatch, { given, control, batch, rows: all });
      await algebra.perform(endStep, { pieces, losses, control, updates: false });
    });
  };
  const whole = Math.floor(n / batch);
  const recordings: [Recorded, number][] = [[await recordFor(batch), whole]];
  if (whole < steps) recordings.push([await recordFor(n - whole * batch), 1]);
  return {
    async run() {
      algebra.write(control, new Float32Array(CONTROL_LENGTH));
      for (const [recorded, times] of recordings) await recorded.repeat(times);
      return all;
    },
    free() {
      for (const [recorded] of recordings) recorded.free();
      algebra.free(control, pieces, losses, all);
    },
  };
}
