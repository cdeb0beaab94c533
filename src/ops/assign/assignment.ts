/** Which kernel assigns rows to their nearest centroids: the candidates, and where they race. */
import type { KernelSource } from '../../../host/kernel.js';
import { ceilDiv, roundUp, type RowRange } from '../../../host/plan.js';
import type { Recording } from '../../../host/recording.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import type { Candidate, Lap, Track } from '../../../host/contest.js';
import { Workspace } from '../../../host/workspace.js';
import assignKernel from '../../../shaders/assign/assign.wgsl';
import assignDirectKernel from '../../../shaders/assign/assign_direct.wgsl';
import assignFewKernel from '../../../shaders/assign/assign_few.wgsl';
import assignNarrowKernel from '../../../shaders/assign/assign_narrow.wgsl';
import type { Deciding } from './deciding.js';
import type { Norms } from './norms.js';
import type { Chunk } from '../../rows/rows.js';
import { type Held, storedAs } from '../../rows/storage.js';

/**
 * Centroids that a register tile may take at a time. For 40,000 x 784, K 10, tiles of 12 and of 10 took 24
 * and 22 ms on lavapipe, in bytes 18.6 and 16.1; half of the rows 79 and 61 on SwiftShader.
 */
const TILES = [16, 14, 12, 10, 8, 6, 4] as const;
/** Those of them that race with the one that k centroids fit best. */
const RIVALS: readonly number[] = [16, 12, 8, 4];
/** What races too on drivers of more than FEW_LANES, which hold tiles in memory: it takes twice as long to compile. */
const WIDE_TILE = 32;
/** Centroids that loading a tile's rows costs as much as: 16 loads to 16 multiply-adds a centroid. */
const TILE_OVERHEAD = 4;
const WORKGROUP = Number(assignKernel.constants.WORKGROUP);
const WIDER_WORKGROUPS = [128, 256] as const;
/** Columns of the widest rows that assign_direct.wgsl takes. */
const MOST_DIRECT_COLUMNS = 3;
/** Quads of the widest rows that assign_narrow.wgsl takes. */
const MOST_NARROW_QUADS = 4;
/** Rows up to this wide it takes by default; all that it can take on software drivers. */
const NARROW_QUADS = 2;
/** Lanes (see `Runtime`) of drivers on which loads at a constant address are as slow as any. */
const FEW_LANES = 4;
/** Centroids that may lie at constant addresses at most, and steps of how many. */
const MOST_FEW = 16;
const FEWEST = 4;
/** Multiply-adds of the least lap of a race: a few milliseconds on a processor. */
const LAP_WORK = 2 ** 22;
/** Iterations that a fit is expected to take, where it may take more. */
const EXPECTED_ITERATIONS = 20;

const SOURCES = [assignKernel, assignNarrowKernel, assignFewKernel, assignDirectKernel];

/** See shaders/lib/assignment.wgsl. */
export interface AssignmentBuffers {
  readonly centroids: GPUBuffer;
  readonly half_norms: GPUBuffer;
  readonly state: GPUBufferBinding;
  readonly labels: GPUBuffer;
  readonly changed: GPUBuffer;
}

/** What kernels that leave rows to be decided need beside their buffers; the rows are the chunks'. */
export interface Proposal {
  readonly norms: Norms;
  readonly deciding: Deciding;
}

/** Whether there are such kernels for rows so wide: narrower ones are decided at once. */
export function leavesOpen(columns: number): boolean {
  return columns > MOST_DIRECT_COLUMNS;
}

/** An assignment that can be dispatched. */
export class Assignment {
  readonly #kernel: Kernel;
  /** Centroids, with padding. */
  readonly #clusters: number;
  readonly #quads: number;
  readonly #proposal: Proposal | undefined;
  /** Rows a workgroup takes. */
  readonly rows: number;
  /** Multiply-adds a row and column. */
  readonly work: number;

  private constructor(
    kernel: Kernel,
    clusters: number,
    quads: number,
    proposal: Proposal | undefined,
    rows: number,
  ) {
    this.#kernel = kernel;
    this.#clusters = clusters;
    this.#quads = quads;
    this.#proposal = proposal;
    this.rows = rows;
    this.work = clusters;
  }

  static async create(
    runtime: Runtime,
    { source, constants, tile }: AssignCandidate,
    { k, quads }: AssignmentShape,
    proposal: Proposal | undefined,
  ): Promise<Assignment> {
    const kernel = await runtime.kernel(source, constants);
    const rows = Number({ ...source.constants, ...constants }.ROWS) * kernel.workgroup;
    return new Assignment(
      kernel,
      roundUp(k, tile),
      quads,
      leavesRows(source) ? proposal : undefined,
      rows,
    );
  }

  /** Labels `parts` of a chunk's rows, which are on the device, with their nearest centroids. */
  record(
    recording: Recording,
    chunk: Chunk,
    c: number,
    parts: readonly RowRange[],
    { half_norms, ...buffers }: AssignmentBuffers,
  ): void {
    const shared = { points: chunk.points, ...buffers };
    const norms = this.#proposal?.norms.recordFor(recording, chunk, c);
    for (const { start, rows } of parts) {
      const workgroups = ceilDiv(rows, this.rows);
      const shape = { first: start, rows, quads: this.#quads, padded_clusters: this.#clusters };
      if (!this.#proposal || !norms) {
        recording.dispatch(this.#kernel, { shape, ...shared }, workgroups);
        continue;
      }
      this.#proposal.deciding.record(recording, shared, (undecided) => {
        const bindings = { shape, ...shared, half_norms, norms, undecided };
        recording.dispatch(this.#kernel, bindings, workgroups);
      });
    }
  }
}

/** Whether a kernel leaves rows to be decided. */
function leavesRows({ bindings }: KernelSource): boolean {
  return bindings.some(({ name }) => name === 'undecided');
}

export interface AssignmentShape {
  readonly k: number;
  readonly columns: number;
  readonly quads: number;
  readonly storage: Held;
}

interface AssignCandidate extends Candidate {
  /** Centroids at a time. */
  readonly tile: number;
}

/** The default first. */
type Rivals = readonly [AssignCandidate, ...AssignCandidate[]];

/** What tiles of this width cost for k centroids: 20 cost less by 10 than by 12 or 16. */
const costOf = (tile: number, k: number) => ceilDiv(k, tile) * (tile + TILE_OVERHEAD);

/** The width of the tiles that k centroids are taken in by default. */
export function centroidTile(k: number): number {
  return TILES.reduce((best, tile) => (costOf(tile, k) < costOf(best, k) ? tile : best));
}

/** Centroids to make room for, so that any tile may be used. */
export function paddedClusters(k: number): number {
  return Math.max(...[...TILES, WIDE_TILE].map((tile) => roundUp(k, tile)));
}

/**
 * All that the device can run, the default first, then by how promising they are. Each gives the argmin
 * of direct differences, so that labels are the same bits.
 */
export function assignCandidates(
  { subgroupSize, lanes }: Pick<Runtime, 'subgroupSize' | 'lanes'>,
  { k, columns, quads, storage }: AssignmentShape,
): Rivals {
  const LANES = Math.min(16, subgroupSize);
  const uniform = (TILE: number, workgroup = WORKGROUP): AssignCandidate => ({
    name: `uniform-${TILE}x${workgroup}`,
    source: storedAs(storage, assignKernel),
    constants: { TILE, WORKGROUP: workgroup },
    tile: TILE,
  });
  const subgroups = (TILE: number, workgroup = WORKGROUP): AssignCandidate => ({
    name: `subgroups-${TILE}x${workgroup}`,
    source: storedAs(storage, assignKernel),
    constants: { SUBGROUPS: true, TILE, LANES, WORKGROUP: workgroup },
    tile: TILE,
  });
  const narrow = (workgroup = WORKGROUP): AssignCandidate => ({
    name: `narrow-${workgroup}`,
    source: storedAs(storage, assignNarrowKernel),
    constants: { QUADS: quads, WORKGROUP: workgroup },
    tile: 1,
  });
  const narrowSubgroups = (): AssignCandidate => ({
    name: 'narrow-subgroups',
    source: storedAs(storage, assignNarrowKernel),
    constants: {
      ...{ SUBGROUPS: true, QUADS: quads, LANES },
      ROWS: quads > NARROW_QUADS ? 4 : 8,
    },
    tile: LANES,
  });
  const few = (workgroup = WORKGROUP): AssignCandidate => {
    const TILE = roundUp(k, FEWEST);
    return {
      name: `few-${workgroup}`,
      source: storedAs(storage, assignFewKernel),
      constants: { QUADS: quads, TILE, WORKGROUP: workgroup },
      tile: TILE,
    };
  };
  const direct = (workgroup: number, TILE = 0): AssignCandidate => ({
    name: `${TILE > 0 ? 'direct-few' : 'direct'}-${workgroup}`,
    source: storedAs(storage, assignDirectKernel),
    constants: { COLUMNS: columns, TILE, WORKGROUP: workgroup },
    tile: TILE || 1,
  });
  const [, widest] = WIDER_WORKGROUPS;
  // Where loads at a constant address are quick, few centroids at such come first.
  const byCount = (few: Rivals, any: Rivals): Rivals => {
    if (k > MOST_FEW) return any;
    return lanes === FEW_LANES ? [...any, ...few] : [...few, ...any];
  };
  if (!leavesOpen(columns)) {
    const most = roundUp(k, FEWEST);
    return byCount(
      [direct(widest, most), direct(WORKGROUP, most)],
      [direct(widest), direct(WORKGROUP)],
    );
  }
  const tile = centroidTile(k);
  const wide = lanes > FEW_LANES ? [WIDE_TILE] : [];
  const others = [...wide, ...RIVALS]
    .filter((width) => width !== tile)
    .sort((a, b) => costOf(a, k) - costOf(b, k));
  const tiled = lanes > 0 ? subgroups : uniform;
  const best = tiled(tile);
  const wider = WIDER_WORKGROUPS.map((workgroup) => tiled(tile, workgroup));
  const narrower = others.map((width) => tiled(width));
  const rest =
    lanes === FEW_LANES
      ? [uniform(tile), ...wider, ...narrower, ...others.map((width) => uniform(width))]
      : [...narrower, ...wider, ...(lanes === 0 && subgroupSize > 0 ? [subgroups(tile)] : [])];
  if (quads > MOST_NARROW_QUADS) return [best, ...rest];
  if (quads > NARROW_QUADS && lanes === 0) return [best, narrow(), ...rest];
  const narrows: Rivals =
    lanes > FEW_LANES
      ? [narrowSubgroups(), narrow(widest), narrow()]
      : [narrow(widest), narrow(), ...(lanes > 0 ? [narrowSubgroups()] : [])];
  return [...byCount([few(widest), few()], narrows), best, ...rest];
}

/** Work whose candidates are expected to come in the same order. */
function shapeClass({ k, quads, storage }: AssignmentShape): string {
  const octave = (value: number) => 2 ** Math.ceil(Math.log2(value));
  const width = quads <= MOST_NARROW_QUADS ? `${quads}` : `up to ${octave(quads)}`;
  return `clusters up to ${octave(k)} by ${centroidTile(k)}, quads ${width}, ${storage}`;
}

/**
 * The assignment that is fastest on this device as far as is known. Where the caller has much to do,
 * the candidates race on its own first rows, whose labels are lost.
 *
 * @param proposal absent where none can be made
 * @param first a chunk of rows that is on the device; absent where none is
 * @param passes over the rows that the caller will make at most
 */
export async function chooseAssignment(
  runtime: Runtime,
  shape: AssignmentShape,
  proposal: Proposal | undefined,
  first: { readonly chunk: Chunk; readonly buffers: AssignmentBuffers } | undefined,
  passes: number,
): Promise<Assignment> {
  const candidates = assignCandidates(runtime, shape);
  const sources = SOURCES.map((source) => storedAs(shape.storage, source));
  const contest = { kernel: 'assign', sources, shape: shapeClass(shape), candidates };
  let chosen: AssignCandidate;
  const workspace = new Workspace(runtime, 'tuning');
  try {
    const track = first && trackOf(workspace, shape, proposal, first, passes);
    chosen = await runtime.tuning.choose<AssignCandidate>(track ? { ...contest, track } : contest);
  } finally {
    workspace.dispose();
  }
  return Assignment.create(runtime, chosen, shape, proposal);
}

/** A lap labels some of the rows, and counts the labels that are others than before. */
function trackOf(
  workspace: Workspace,
  assigned: AssignmentShape,
  proposal: Proposal | undefined,
  { chunk, buffers }: { readonly chunk: Chunk; readonly buffers: AssignmentBuffers },
  passes: number,
): Track<AssignCandidate> {
  const { runtime } = workspace;
  const { k, columns } = assigned;
  const { rows } = chunk;
  const least = Math.min(rows, roundUp(LAP_WORK / (k * columns), 256));
  return {
    mostScale: rows / least,
    isSmall: rows * k * columns < LAP_WORK,
    laps: (Math.min(passes, EXPECTED_ITERATIONS) * rows) / least,
    isCompiled: ({ source, constants }) => runtime.isCompiled(source, constants),
    async start(candidate): Promise<Lap> {
      const assignment = await Assignment.create(runtime, candidate, assigned, proposal);
      return async (scale) => {
        const count = Math.min(rows, Math.ceil(least * scale));
        workspace.run('lap', (recording) => {
          recording.clear(buffers.changed);
          assignment.record(recording, chunk, 0, [{ start: 0, rows: count }], buffers);
        });
        const [changed] = new Uint32Array(await workspace.read(buffers.changed, 0, 4));
        return changed === 0;
      };
    },
  };
}
