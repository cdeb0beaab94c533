/** k centroids over loaded points, and what labels the rows with their nearest. */
import { roundUp } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Workspace } from '../../../host/workspace.js';
import { chooseAssignment, leavesOpen, paddedClusters } from '../assign/assignment.js';
import { Deciding } from '../assign/deciding.js';
import { Norms } from '../assign/norms.js';
import { paced, padColumns } from '../../rows/device_points.js';
import type { Chunk, DevicePoints } from '../../rows/rows.js';
import type { DeviceRows } from '../op.js';
import { readRowValues } from '../row_values.js';

/** A norm larger than any score, and a place farther than any row, so that padding never wins. */
const NEVER = 3e38;
const FAR = 1e19;

/** What all sets of k centroids have in common that label the same rows. */
interface Common {
  readonly workspace: Workspace;
  readonly points: DevicePoints;
  readonly k: number;
}

/** Centroids, [padded k][quads] vec4, and half their squared norms. */
export interface Side {
  readonly centroids: GPUBuffer;
  readonly half_norms: GPUBuffer;
}

/** Bytes of a `Side`, by name. */
export function sideBytes(k: number, quads: number): Record<keyof Side, number> {
  const paddedK = paddedClusters(k);
  return { centroids: 16 * paddedK * quads, half_norms: 4 * paddedK };
}

/** 4 bytes a row, and the centroids. */
export interface Labelling {
  readonly side: Side;
  /** [rows] of each chunk. */
  readonly labels: readonly GPUBuffer[];
  /** [1]: labels changed since it was reset. */
  readonly changed: GPUBuffer;
  /** Puts centroids (k x d, centred, in the units of the rows) into a side, and what never wins behind them. */
  place(centroids: Float32Array, side: Side): void;
  /** The same rows, labelled by the centroids of another side. */
  at(side: Side): Labelling;
  /**
   * Labels a chunk's rows with their nearest centroids.
   *
   * @param state nothing is done while its word [1] is not 0
   */
  recordAssign(recording: Recording, chunk: Chunk, c: number, state?: GPUBufferBinding): void;
  readLabels(): Promise<Uint32Array>;
}

/**
 * Does `work` with several sets of centroids, and gives back what they held.
 *
 * @param sets k x d each, centred, in the units of the rows
 * @param passes over the rows that will be made at most
 * @param work is given the list of rows to be decided, too, made when it is first asked for
 */
export async function withLabellings<T>(
  { workspace, points }: DeviceRows,
  k: number,
  sets: readonly Float32Array[],
  passes: number,
  work: (labellings: readonly Labelling[], deciding: () => Promise<Deciding>) => Promise<T>,
): Promise<T> {
  let made: Promise<Deciding> | undefined;
  const deciding = () => (made ??= Deciding.create(workspace, points, k));
  const labellings: Labelling[] = [];
  const held: GPUBuffer[] = [];
  for (const set of sets) {
    labellings.push(await create({ workspace, points, k }, set, passes, deciding, held));
  }
  try {
    return await work(labellings, deciding);
  } finally {
    workspace.release(...held);
    (await made)?.dispose();
  }
}

/** @param held gets its buffers */
async function create(
  { workspace, points, k }: Common,
  centroids: Float32Array,
  passes: number,
  deciding: () => Promise<Deciding>,
  held: GPUBuffer[],
): Promise<Labelling> {
  const { runtime } = workspace;
  const { quads, ranges, shape, storage } = points;
  const columns = shape[1];
  const { changed, state, ...own } = await workspace.allocate({
    ...sideBytes(k, quads),
    changed: 4,
    state: 8,
  });
  const labels: GPUBuffer[] = [];
  for (const range of ranges) {
    // Whole vec4s.
    labels.push((await workspace.allocate({ labels: roundUp(4 * range.rows, 16) })).labels);
  }
  held.push(changed, state, own.centroids, own.half_norms, ...labels);
  const running = { buffer: state };
  const place = (placed: Float32Array, side: Side) => {
    const rows = padColumns(placed, k, columns);
    const padded = new Float32Array(side.centroids.size / 4);
    for (let at = rows.length; at < padded.length; at += 4 * quads) padded[at] = FAR;
    padded.set(rows);
    const halfNorms = new Float32Array(side.half_norms.size / 4).fill(NEVER);
    for (let c = 0; c < k; c++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += placed[c * columns + j] ** 2;
      halfNorms[c] = sum / 2;
    }
    workspace.upload(side.centroids, padded);
    workspace.upload(side.half_norms, halfNorms);
  };
  const reset = () => {
    workspace.run('reset', (recording) => {
      for (const buffer of [changed, state, ...labels]) recording.clear(buffer);
    });
  };
  place(centroids, own);
  reset();
  const chunk = points.kept?.[0];
  const assignment = await chooseAssignment(
    runtime,
    { k, columns, quads, storage },
    leavesOpen(columns)
      ? { norms: await Norms.of(workspace, points), deciding: await deciding() }
      : undefined,
    chunk && { chunk, buffers: { ...own, state: running, labels: labels[0], changed } },
    passes,
  );
  reset();
  const at = (side: Side): Labelling => ({
    ...{ side, labels, changed, place, at },
    recordAssign: (recording, given, c, halting = running) => {
      const parts = paced(runtime, given, assignment.work * columns, assignment.rows);
      assignment.record(recording, given, c, parts, {
        centroids: side.centroids,
        half_norms: side.half_norms,
        state: halting,
        labels: labels[c],
        changed,
      });
    },
    readLabels: async () => new Uint32Array(await readRowValues({ workspace, points }, labels)),
  });
  return at(own);
}
