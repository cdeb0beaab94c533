/** The assignment by bounds: the labels of the full one, with most of the distances left out. */
import { ceilDiv, roundUp } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import type { Workspace } from '../../../host/workspace.js';
import driftsKernel from '../../../shaders/assign/bounds_drifts.wgsl';
import filterKernel from '../../../shaders/assign/bounds_filter.wgsl';
import scanKernel from '../../../shaders/assign/bounds_scan.wgsl';
import settleKernel from '../../../shaders/assign/bounds_settle.wgsl';
import rowNormsKernel from '../../../shaders/rows/row_norms.wgsl';
import { groupCentroids } from './centroid_groups.js';
import {
  BYTES_A_PLACE,
  type Grouping,
  groupingOf,
  LIST_BYTES,
  LIST_ROWS,
  MOST_GROUPS,
} from './bounds_size.js';
import type { Deciding } from './deciding.js';
import { groups } from '../../rows/device_points.js';
import type { DevicePoints } from '../../rows/rows.js';
import { type Held, storedAs } from '../../rows/storage.js';
import { together } from '../side_by_side.js';

const DRIFTS = Number(driftsKernel.constants.DRIFTS);
/**
 * The workgroups of drivers of 4 and 8 lanes: subgroups of 4 go two together, 440 ms against 670 where K
 * is 256 (SwiftShader).
 */
const LANES_AT_ONCE = 8;
/** Its centroids, each at an address of its own, are more than scalar registers hold: see docs/gpus.md. */
const WIDEST = 16;
/** Half the distance between neighbouring float32 numbers near 1. */
const ROUNDING = 2 ** -24;

/**
 * Whether a row's distance to its own centroid is worth computing before its groups are scanned. It costs
 * as much as the scan of many centroids, whose loads are shared, and it renews no lower bound, so that the
 * row is back soon. With it and without, late iterations took 23 and 8 ms on MNIST, K 10 (1 group of 196
 * quads), 206 and 106 with K 256 (16 of 196), 124 and 97 on word vectors (16 of 25), but 292 and 432 on
 * 200,000 x 45, K 1,024 (32 of 12; lavapipe).
 */
function tightens(count: number, quads: number): boolean {
  return count > quads;
}

interface Buffers {
  readonly members: GPUBuffer;
  readonly member_norms: GPUBuffer;
  readonly frame: GPUBuffer;
  readonly counts: GPUBuffer;
  readonly lists: GPUBuffer;
  readonly results: GPUBuffer;
}

interface Kernels {
  readonly drifts: Kernel;
  readonly filter: Kernel;
  readonly scan: Kernel;
  readonly settle: Kernel;
  readonly rowNorms: Kernel;
}

interface ChunkBounds {
  readonly rows: GPUBuffer;
  readonly lower: GPUBuffer;
}

/** What the assignment reads and writes beside the bounds: see assign.wgsl. */
export interface AssignBuffers {
  readonly centroids: GPUBuffer;
  readonly norms: GPUBuffer;
  readonly moves: GPUBuffer;
  readonly state: GPUBufferBinding;
  readonly labels: readonly GPUBuffer[];
  readonly changed: GPUBuffer;
}

/** Bounds of every row: 12 bytes a row and 4 a row and group, and a workspace of LIST_BYTES. */
export class Bounds {
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #k: number;
  readonly #grouping: Grouping;
  /** Neighbouring rows that share lists. */
  readonly #listRows: number;
  /** Rows whose lists are held at once. */
  readonly #capacity: number;
  readonly #buffers: Buffers;
  readonly #chunks: readonly ChunkBounds[];
  readonly #kernels: Kernels;
  readonly #deciding: Deciding;

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    k: number,
    grouping: Grouping,
    listRows: number,
    capacity: number,
    buffers: Buffers,
    chunks: readonly ChunkBounds[],
    kernels: Kernels,
    deciding: Deciding,
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.#k = k;
    this.#grouping = grouping;
    this.#listRows = listRows;
    this.#capacity = capacity;
    this.#buffers = buffers;
    this.#chunks = chunks;
    this.#kernels = kernels;
    this.#deciding = deciding;
  }

  static async create(
    workspace: Workspace,
    points: DevicePoints,
    k: number,
    deciding: Deciding,
  ): Promise<Bounds> {
    const { runtime } = workspace;
    const { quads, ranges, storage } = points;
    const grouping = groupingOf(k, quads);
    const kernels = await kernelsOf(runtime, grouping, quads, storage);
    const { maxBufferSize, maxStorageBufferBindingSize } = runtime.limits;
    const most = Math.min(LIST_BYTES, maxBufferSize, maxStorageBufferBindingSize);
    const largest = points.mostRows;
    const fitting = Math.max(1, Math.floor(most / (BYTES_A_PLACE * grouping.count)));
    const listRows = Math.min(LIST_ROWS, fitting);
    const capacity = roundUp(Math.min(largest, fitting - (fitting % listRows)), listRows);
    const buffers = await workspace.allocate({
      members: 4 * grouping.count * grouping.size,
      member_norms: 4 * grouping.count * grouping.size,
      frame: 4 * (DRIFTS + 2 * k),
      counts: 4 * grouping.count * (capacity / listRows),
      lists: 4 * grouping.count * capacity,
      results: BYTES_A_PLACE * grouping.count * capacity,
    });
    const held: ChunkBounds[] = [];
    for (const { rows } of ranges) {
      held.push(await workspace.allocate({ rows: 12 * rows, lower: 4 * grouping.count * rows }));
    }
    return new Bounds(
      workspace,
      points,
      k,
      grouping,
      listRows,
      capacity,
      buffers,
      held,
      kernels,
      deciding,
    );
  }

  /** Groups the centroids anew: which are near each other is best judged by late ones. k x d. */
  group(centroids: ArrayLike<number>): void {
    const { count, size } = this.#grouping;
    const members = new Uint32Array(count * size).fill(this.#k);
    const [, d] = this.#points.shape;
    groupCentroids(centroids, this.#k, d, size).forEach((group, g) => {
      members.set(group, g * size);
    });
    this.#workspace.upload(this.#buffers.members, members);
  }

  /** Forgets all bounds: the next assignment computes every distance. */
  recordReset(recording: Recording, moves: GPUBuffer): void {
    const { quads } = this.#points;
    const { rowNorms } = this.#kernels;
    recording.clear(this.#buffers.frame).clear(moves);
    for (const { rows, lower } of this.#chunks) recording.clear(rows).clear(lower);
    this.#points.pass(recording, ({ points, rows }, c) => {
      const norms = { buffer: this.#chunks[c].rows, offset: 0, size: 4 * rows };
      recording.dispatch(
        rowNorms,
        { shape: { rows, quads }, points, norms },
        groups(rowNorms, rows),
      );
    });
  }

  /** Labels every row with its nearest centroid. */
  recordAssign(recording: Recording, given: AssignBuffers): void {
    const { quads } = this.#points;
    const { count, size } = this.#grouping;
    const { centroids, norms, moves, state, labels, changed } = given;
    const { drifts, filter, settle } = this.#kernels;
    const { members, member_norms, frame, counts, lists, results } = this.#buffers;
    const capacity = this.#capacity;
    const rounding = ROUNDING * (4 * quads + 16);
    const growth = 1 + ROUNDING * (quads + 64);
    recording.dispatch(
      drifts,
      {
        shape: { clusters: this.#k, groups: count, group_size: size, growth },
        groups: members,
        moves,
        half_norms: norms,
        state,
        frame,
        member_norms,
      },
      1,
    );
    this.#points.pass(recording, ({ points, rows: stride }, c) => {
      const held = { frame, ...this.#chunks[c], labels: labels[c] };
      for (let first = 0; first < stride; first += capacity) {
        const rows = Math.min(capacity, stride - first);
        const part = { first, rows, stride, groups: count, list_rows: this.#listRows };
        const shape = { ...part, quads, rounding };
        recording
          .clear(counts)
          .dispatch(
            filter,
            { shape: { ...shape, growth }, points, centroids, ...held, counts, lists },
            groups(filter, rows),
          );
        this.#recordScan(recording, points, rows, centroids);
        const decided = { points, centroids, labels: labels[c], changed };
        this.#deciding.record(recording, decided, (undecided) => {
          recording.dispatch(
            settle,
            { shape, ...held, results, undecided, changed },
            groups(settle, rows),
          );
        });
      }
    });
  }

  /** As many dispatches as full lists would need; most of them find nothing to do. */
  #recordScan(recording: Recording, points: GPUBuffer, rows: number, centroids: GPUBuffer): void {
    const { quads, shape } = this.#points;
    const { count, size } = this.#grouping;
    const { scan } = this.#kernels;
    const { members, member_norms, counts, lists: entries, results } = this.#buffers;
    const most =
      this.#workspace.runtime.pace.rows(size * shape[1], this.#listRows) / this.#listRows;
    const total = count * ceilDiv(rows, this.#listRows);
    for (let first_list = 0; first_list < total; first_list += most) {
      const lists = Math.min(most, total - first_list);
      recording.dispatch(
        scan,
        {
          shape: {
            quads,
            clusters: this.#k,
            groups: count,
            group_size: size,
            list_rows: this.#listRows,
            first_list,
            lists,
          },
          points,
          centroids,
          member_norms,
          groups: members,
          counts,
          lists: entries,
          results,
        },
        lists,
      );
    }
  }

  dispose(): void {
    this.#workspace.release(
      ...Object.values<GPUBuffer>({ ...this.#buffers }),
      ...this.#chunks.flatMap(({ rows, lower }) => [rows, lower]),
    );
  }
}

async function kernelsOf(
  runtime: Runtime,
  { count, tile: TILE }: Grouping,
  quads: number,
  storage: Held,
): Promise<Kernels> {
  const { lanes } = runtime;
  return together({
    drifts: runtime.kernel(driftsKernel, { MOST_GROUPS }),
    filter: runtime.kernel(storedAs(storage, filterKernel), {
      TIGHTENS: tightens(count, quads),
      MOST_GROUPS,
    }),
    scan:
      lanes > 0
        ? runtime.kernel(storedAs(storage, scanKernel), {
            ...{ SUBGROUPS: true, TILE, LANES: lanes },
            WORKGROUP: LANES_AT_ONCE,
          })
        : runtime.kernel(storedAs(storage, scanKernel), { TILE: TILE === WIDEST ? 8 : TILE }),
    settle: runtime.kernel(settleKernel, { MOST_GROUPS }),
    rowNorms: runtime.kernel(storedAs(storage, rowNormsKernel)),
  });
}
