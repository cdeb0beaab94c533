/** Rows where an algebra works, in as many matrices as their size asks for. */
import type { Algebra, Matrix } from '../ops/algebra/algebra.js';
import { gatherBatch } from '../ops/networks/batches.js';

/** Of one matrix: half of what every device's buffers hold. */
const MOST_BYTES = 2 ** 26;

export interface ResidentRows {
  readonly n: number;
  readonly columns: number;
  readonly parts: readonly { readonly start: number; readonly rows: Matrix }[];
}

export async function residentRows(
  algebra: Algebra,
  data: Float32Array,
  [n, columns]: readonly [number, number],
): Promise<ResidentRows> {
  const most = Math.max(1, Math.floor(MOST_BYTES / (16 * Math.ceil(columns / 4))));
  const parts: { start: number; rows: Matrix }[] = [];
  for (let start = 0; start < n; start += most) {
    const count = Math.min(most, n - start);
    const values = data.subarray(start * columns, (start + count) * columns);
    parts.push({ start, rows: await algebra.matrix(count, columns, values) });
  }
  return { n, columns, parts };
}

/** Where a batch is in its round through the rows. */
export interface BatchPlace {
  readonly order?: Matrix | undefined;
  readonly control: Matrix;
  readonly batch: number;
}

/** Gathers a batch into a matrix. */
export async function gather(
  algebra: Algebra,
  { parts }: ResidentRows,
  place: BatchPlace,
  into: Matrix,
): Promise<void> {
  for (const part of parts) await algebra.perform(gatherBatch, { ...place, ...part, into });
}

export function freeRows(algebra: Algebra, { parts }: ResidentRows): void {
  algebra.free(...parts.map(({ rows }) => rows));
}
