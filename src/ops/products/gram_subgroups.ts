/** X^T X of many columns, on drivers of few lanes (see `Runtime.lanes`). */
import { ceilDiv } from '../../../host/plan.js';
import type { Runtime } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import gramKernel from '../../../shaders/products/gram_subgroups.wgsl';
import { powerOfTwo, type RowSource } from './row_parts.js';
import { sumBatches } from './sum_batches.js';

const WORKGROUP = Number(gramKernel.constants.WORKGROUP);
/** Columns that an invocation multiplies its own with. */
const TILE = 16;
/** With fewer columns most of a workgroup's lie past the last. */
const FEWEST_COLUMNS = 2 * TILE;
/** Rows that a run adds up in float32, at most. */
const LONGEST_RUN = 512;
/** And at least. */
const SHORTEST_RUN = 64;
/**
 * Multiply-adds that a dispatch aims at: 20 to 50 ms on two cores. Fixed, not measured: where rows are
 * cut decides how sums round, and the same data must give the same bits.
 */
export const DISPATCH_WORK = 2e8;
/** The most that the runs' partial sums may take. */
export const PARTIAL_BYTES = 32 * 1024 * 1024;

/** Whether `gramBySubgroups` is the faster way to X^T X. */
export function prefersSubgroups({ lanes }: Runtime, columns: number): boolean {
  return lanes > 0 && columns >= FEWEST_COLUMNS;
}

/** How rows are cut: into batches that are added up, these into runs, `perDispatch` at a time. */
export interface GramPlan {
  /** A power of two, so that no run lies in two chunks. */
  readonly runRows: number;
  readonly runs: number;
  readonly perDispatch: number;
  /** vec4s that a run leaves. */
  readonly entries: number;
}

export function planGram(rows: number, columns: number): GramPlan {
  const quads = ceilDiv(columns, 4);
  const entries = TILE * ceilDiv(quads, 4) * quads;
  const work = (columns * columns) / 2;
  const runRows = Math.max(SHORTEST_RUN, powerOfTwo(Math.min(LONGEST_RUN, DISPATCH_WORK / work)));
  const most = Math.max(1, Math.floor(PARTIAL_BYTES / (16 * entries)));
  const runs = Math.min(most, ceilDiv(rows, runRows));
  const perDispatch = Math.max(1, Math.min(runs, Math.floor(DISPATCH_WORK / (work * runRows))));
  return { runRows, runs, perDispatch, entries };
}

/** Adds X^T X as the device leaves it, rows of `quads` vec4s up to the diagonal, to `sums` (d x d). */
function addSymmetric(sums: Float64Array, products: Float32Array, d: number, quads: number): void {
  const width = 4 * quads;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      sums[i * d + j] += products[i * width + j];
      if (j < i) sums[j * d + i] += products[i * width + j];
    }
  }
}

/**
 * X^T X of centred rows, d x d: float32 over the rows of a run and a tree of runs, float64 from there
 * on. Needs {@link prefersSubgroups}.
 */
export async function gramBySubgroups(
  workspace: Workspace,
  source: RowSource,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const {
    quads,
    shape: [n, d],
  } = source;
  const { runtime } = workspace;
  const kernel = await runtime.kernel(gramKernel, { LANES: runtime.lanes });
  const { entries, runs, runRows, perDispatch } = planGram(n, 4 * quads);
  const workgroups = ceilDiv(quads, 4) * ceilDiv(quads, WORKGROUP);
  const sums = new Float64Array(d * d);
  await sumBatches(
    workspace,
    { label: 'gram', rows: n, step: runs * runRows, entries, lanes: runs, inFlight: 1 },
    async (batch, { partial }) => {
      for await (const { points, first, start, rows } of source.parts(batch, runRows)) {
        const firstRun = (start - batch.start) / runRows;
        const end = firstRun + ceilDiv(rows, runRows);
        // Rows count from where run 0 would lie, be it before the buffer: 32 bits wrap around.
        const before = firstRun * runRows;
        const shape = { first: (first - before) >>> 0, rows: before + rows, quads };
        workspace.run('gram', (recording) => {
          for (let run = firstRun; run < end; run += perDispatch) {
            recording.dispatch(
              kernel,
              { shape: { ...shape, run_rows: runRows, first_run: run }, points, partial },
              Math.min(perDispatch, end - run) * workgroups,
            );
          }
        });
      }
      return ceilDiv(batch.rows, runRows);
    },
    (batch) => {
      addSymmetric(sums, batch, d, quads);
    },
    signal,
  );
  return sums;
}
