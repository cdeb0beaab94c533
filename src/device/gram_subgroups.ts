/** X^T X of many columns, on devices with subgroups. */
import { ceilDiv } from '../../host/plan.js';
import type { Runtime } from '../../host/runtime.js';
import type { Workspace } from '../../host/workspace.js';
import addRunsKernel from '../../shaders/add_runs.wgsl';
import gramKernel from '../../shaders/gram_subgroups.wgsl';
import { type DevicePoints, groups } from './points.js';

const WORKGROUP = Number(gramKernel.constants.WORKGROUP);
/** Columns that an invocation multiplies its own with. */
const TILE = 16;
/** With fewer columns most of a workgroup's lie past the last. */
const FEWEST_COLUMNS = 2 * TILE;
/** Rows that a run adds up in float32, at most. */
const LONGEST_RUN = 512;
/** A run is a multiple of this. */
const RUN_ALIGNMENT = 64;
/**
 * Multiply-adds that a dispatch aims at: 20 to 50 ms on two cores. Fixed, not measured: where rows are
 * cut decides how sums round, and the same data must give the same bits.
 */
export const DISPATCH_WORK = 2e8;
/** The most that the runs' partial sums may take. */
export const PARTIAL_BYTES = 32 * 1024 * 1024;

/** Whether `gramBySubgroups` is the faster way to X^T X. */
export function prefersSubgroups({ subgroupSize }: Runtime, columns: number): boolean {
  return subgroupSize >= 4 && columns >= FEWEST_COLUMNS;
}

/** How rows are cut: into batches that are added up, these into runs, `perDispatch` at a time. */
export interface GramPlan {
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
  const aligned = Math.floor(DISPATCH_WORK / work / RUN_ALIGNMENT) * RUN_ALIGNMENT;
  const runRows = Math.max(RUN_ALIGNMENT, Math.min(LONGEST_RUN, aligned));
  const most = Math.max(1, Math.floor(PARTIAL_BYTES / (16 * entries)));
  const runs = Math.min(most, ceilDiv(rows, runRows));
  const perDispatch = Math.max(1, Math.min(runs, Math.floor(DISPATCH_WORK / (work * runRows))));
  return { runRows, runs, perDispatch, entries };
}

/** Adds X^T X as the device leaves it, rows of whole vec4s up to the diagonal, to `sums` (d x d). */
function addSymmetric(sums: Float64Array, products: Float32Array, d: number): void {
  const width = 4 * ceilDiv(d, 4);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      sums[i * d + j] += products[i * width + j];
      if (j < i) sums[j * d + i] += products[i * width + j];
    }
  }
}

/**
 * X^T X of the loaded (centred) rows, d x d: float32 over the rows of a run and a tree of runs,
 * float64 from there on. Needs {@link prefersSubgroups}.
 */
export async function gramBySubgroups(
  workspace: Workspace,
  { quads, chunks, shape: [, d] }: DevicePoints,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const { runtime } = workspace;
  const kernel = await runtime.kernel(gramKernel, { LANES: runtime.subgroupSize >= 8 ? 8 : 4 });
  const addRuns = await runtime.kernel(addRunsKernel, { APPEND: false });
  const most = planGram(Math.max(...chunks.map(({ rows }) => rows)), d);
  const { entries, runRows, perDispatch } = most;
  const buffers = await workspace.allocate({
    partial: 16 * entries * most.runs,
    totals: 16 * entries,
    state: 8,
  });
  const { partial, totals, state } = buffers;
  const workgroups = ceilDiv(quads, 4) * ceilDiv(quads, WORKGROUP);
  const sums = new Float64Array(d * d);
  const pending: Promise<ArrayBuffer>[] = [];
  const take = async (left: number) => {
    while (pending.length > left) addSymmetric(sums, new Float32Array((await pending.shift())!), d);
  };
  workspace.run('reset', (recording) => recording.clear(state));
  try {
    for (const { points, rows: all } of chunks) {
      for (let first = 0; first < all; first += most.runs * runRows) {
        signal?.throwIfAborted();
        const rows = Math.min(most.runs * runRows, all - first);
        const lanes = ceilDiv(rows, runRows);
        const shape = { first, rows, quads, run_rows: runRows };
        workspace.run('gram', (recording) => {
          for (let run = 0; run < lanes; run += perDispatch) {
            recording.dispatch(
              kernel,
              { shape: { ...shape, first_run: run }, points, partial },
              Math.min(perDispatch, lanes - run) * workgroups,
            );
          }
          recording.dispatch(
            addRuns,
            { shape: { entries, lanes }, partial, state, totals },
            groups(addRuns, entries),
          );
        });
        pending.push(workspace.read(totals, 0, 16 * entries));
        await take(1);
      }
    }
    await take(0);
  } finally {
    // Nothing may be released while a read is under way.
    await Promise.allSettled(pending);
    workspace.release(...Object.values(buffers));
  }
  return sums;
}
