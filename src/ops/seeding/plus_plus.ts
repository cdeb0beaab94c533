/** Greedy k-means++ on the device. */
import { ceilDiv } from '../../../host/plan.js';
import type { Kernel, Runtime } from '../../../host/runtime.js';
import type { Recording } from '../../../host/recording.js';
import type { Workspace } from '../../../host/workspace.js';
import seedChooseKernel from '../../../shaders/seeding/seed_choose.wgsl';
import seedTrialsKernel from '../../../shaders/seeding/seed_trials.wgsl';
import { localTrials } from './trials.js';
import { groups, paced, unpadColumns } from '../../rows/device_points.js';
import type { DevicePoints } from '../../rows/rows.js';
import { bytesPerRow, type FirstDraw, Sampler } from './sampler.js';
import { allSettled, inBatches, sideBySide, together } from '../side_by_side.js';
import { type Held, storedAs } from '../../rows/storage.js';
import type { DeviceWeights } from '../../rows/weights.js';

/** Candidates that are tried at a time, and so the most that are: as many as 3,000,000 clusters have. */
const TRIAL_TILES = [4, 6, 8, 12, 16] as const;
const MOST_TRIALS = 16;
const BLOCK = Number(seedTrialsKernel.constants.BLOCK);
/** Centres chosen in one submission at most; between two the caller may cancel. */
const MOST_CENTRES_PER_SUBMIT = 64;
/** Dispatches' worth of work that a submission may hold; see `Pace`. */
const DISPATCHES_PER_SUBMIT = 4;

const trialsFor = (k: number) => Math.min(MOST_TRIALS, localTrials(k));
const tileFor = (trials: number) => TRIAL_TILES.find((tile) => tile >= trials)!;

interface Buffers {
  readonly uniforms: GPUBuffer;
  readonly centres: GPUBuffer;
  readonly candidates: GPUBuffer;
}

/** The fastest way to try candidates out that the device has. */
function tryOutKernelOf(
  runtime: Runtime,
  storage: Held,
  WEIGHTED: boolean,
  TILE: number,
): Promise<Kernel> {
  const { lanes } = runtime;
  return lanes > 0
    ? runtime.kernel(storedAs(storage, seedTrialsKernel), {
        SUBGROUPS: true,
        WEIGHTED,
        TILE,
        LANES: lanes,
      })
    : runtime.kernel(storedAs(storage, seedTrialsKernel), { WEIGHTED, TILE });
}

/** One choice of k centres under way. */
class PlusPlus {
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #weights: DeviceWeights;
  readonly #k: number;
  readonly #sampler: Sampler;
  readonly #buffers: Buffers;
  readonly #kernels: { choose: Kernel; tryOut: Kernel };

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    k: number,
    sampler: Sampler,
    buffers: Buffers,
    kernels: { choose: Kernel; tryOut: Kernel },
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.#weights = weights;
    this.#k = k;
    this.#sampler = sampler;
    this.#buffers = buffers;
    this.#kernels = kernels;
  }

  static async create(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    k: number,
    { first, random }: FirstDraw,
  ): Promise<PlusPlus> {
    const { runtime } = workspace;
    const trials = trialsFor(k);
    const tile = tileFor(trials);
    const { sampler, ...kernels } = await together({
      sampler: Sampler.create(workspace, points, weights, trials, first, tile),
      choose: runtime.kernel(seedChooseKernel),
      tryOut: tryOutKernelOf(runtime, points.storage, weights.weighted, tile),
    });
    const buffers = await workspace.allocate({
      uniforms: 4 * (k - 1) * trials,
      centres: 16 * points.quads * k,
      candidates: 16 * points.quads * MOST_TRIALS,
    });
    // Drawn in the CPU twin's order: the same seed starts from the same rows, rounding aside.
    const draws = Float32Array.from({ length: (k - 1) * trials }, () => random.next());
    workspace.upload(buffers.uniforms, draws);
    // Padding is tried as any other candidate, and never taken.
    workspace.run('reset', (recording) => {
      recording.clear(buffers.candidates);
    });
    return new PlusPlus(workspace, points, weights, k, sampler, buffers, kernels);
  }

  /** Takes the row that was drawn on the host as the first centre. */
  recordFirst(recording: Recording): void {
    const { centres, candidates } = this.#buffers;
    this.#sampler.takeFirst(recording, centres);
    recording.copy(centres, 0, candidates, 0, 16 * this.#points.quads);
    this.#recordTrials(recording, true);
  }

  /** Chooses centre `next`, when all before it are chosen. */
  recordNext(recording: Recording, next: number): void {
    const { uniforms, centres, candidates } = this.#buffers;
    const { masses, chosen, blocks } = this.#sampler;
    const { quads } = this.#points;
    const trials = trialsFor(this.#k);
    this.#sampler.draw(recording, uniforms, (next - 1) * trials, trials, candidates);
    this.#recordTrials(recording, false);
    const shape = { blocks, trials, padded_trials: tileFor(trials), quads, centre: next };
    recording.dispatch(
      this.#kernels.choose,
      { shape, potentials: masses, candidates, centres, chosen },
      1,
    );
  }

  /** Takes each candidate into account, beside what was chosen last; `fresh`: beside nothing. */
  #recordTrials(recording: Recording, fresh: boolean): void {
    const { quads, shape } = this.#points;
    const { slices, masses, chosen } = this.#sampler;
    const { runtime } = this.#workspace;
    const { tryOut } = this.#kernels;
    const work = 2 * tileFor(trialsFor(this.#k)) * shape[1];
    this.#points.pass(recording, (chunk, c) => {
      for (const slice of slices.filter((one) => one.c === c)) {
        for (const part of paced(runtime, slice, work, BLOCK)) {
          recording.dispatch(
            tryOut,
            {
              shape: {
                first: slice.start + part.start,
                rows: part.rows,
                quads,
                first_row: part.start,
                stride: slice.stride,
                first_block: slice.firstBlock + part.start / BLOCK,
                fresh: fresh ? 1 : 0,
              },
              points: chunk.points,
              candidates: this.#buffers.candidates,
              weights: this.#weights.chunks[c],
              chosen,
              closest: slice.closest,
              potentials: masses,
            },
            groups(tryOut, ceilDiv(part.rows, BLOCK)),
          );
        }
      }
    });
  }

  async read(): Promise<Float32Array> {
    const { quads, shape } = this.#points;
    const bytes = await this.#workspace.read(this.#buffers.centres, 0, 16 * quads * this.#k);
    return unpadColumns(new Float32Array(bytes), this.#k, shape[1]);
  }

  dispose(): void {
    this.#sampler.dispose();
    this.#workspace.release(...Object.values<GPUBuffer>({ ...this.#buffers }));
  }
}

/**
 * Greedy k-means++ (Arthur & Vassilvitskii 2007; trials as in scikit-learn): of `localTrials(k)` rows
 * drawn in proportion to the squared distance from the centres so far, the one that leaves the least
 * potential is the next centre. Nothing is read back before the end.
 *
 * @returns k x d for each of the `draws`
 */
export function plusPlus(
  workspace: Workspace,
  points: DevicePoints,
  weights: DeviceWeights,
  k: number,
  draws: readonly FirstDraw[],
  signal?: AbortSignal,
): Promise<readonly Float32Array[]> {
  const { runtime } = workspace;
  const [n, d] = points.shape;
  const tile = tileFor(trialsFor(k));
  const work = 2 * n * d * tile;
  const bytes = bytesPerRow(tile) * n + 16 * points.quads * (k + MOST_TRIALS);
  const atOnce = () => sideBySide(runtime, points.streamed, { bytes, work });
  return inBatches(draws, atOnce, async (batch) => {
    const runs: PlusPlus[] = [];
    try {
      for (const draw of batch) {
        runs.push(await PlusPlus.create(workspace, points, weights, k, draw));
      }
      const together = (record: (run: PlusPlus, recording: Recording) => void) =>
        workspace.runInParts(
          'k-means++',
          ...runs.map((run) => (recording: Recording) => {
            record(run, recording);
          }),
        );
      await together((run, recording) => {
        run.recordFirst(recording);
      });
      const budget = DISPATCHES_PER_SUBMIT * runtime.pace.budget;
      const affordable = Math.floor(budget / (work * runs.length));
      const step = Math.max(1, Math.min(MOST_CENTRES_PER_SUBMIT, affordable));
      for (let centre = 1; centre < k; centre += step) {
        signal?.throwIfAborted();
        await together((run, recording) => {
          for (let next = centre; next < Math.min(k, centre + step); next++) {
            run.recordNext(recording, next);
          }
        });
        if (centre + step < k) await workspace.idle();
      }
      return await allSettled(runs.map((run) => run.read()));
    } finally {
      for (const run of runs) run.dispose();
    }
  });
}
