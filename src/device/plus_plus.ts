/** Greedy k-means++ on the device. */
import { roundUp } from '../../host/plan.js';
import type { Kernel } from '../../host/runtime.js';
import type { Recording } from '../../host/recording.js';
import type { Workspace } from '../../host/workspace.js';
import seedChooseKernel from '../../shaders/seed_choose.wgsl';
import seedTrialsKernel from '../../shaders/seed_trials.wgsl';
import { localTrials } from '../reference/seeding.js';
import { type DevicePoints, unpadColumns } from './points.js';
import { type FirstDraw, Sampler } from './sampler.js';
import { allSettled, inBatches, isStreamed, sideBySide } from './side_by_side.js';
import type { DeviceWeights } from './weights.js';

/** Candidates that are tried at a time: 10 clusters have 4 trials, 1,024 have 8. */
const trialTile = (trials: number) => (trials <= 4 ? 4 : 8);
/** Centres chosen in one submission at most; between two the caller may cancel. */
const MOST_CENTRES_PER_SUBMIT = 64;
/** Dispatches' worth of work that a submission may hold; see `Pace`. */
const DISPATCHES_PER_SUBMIT = 4;

interface Buffers {
  readonly uniforms: GPUBuffer;
  readonly centres: GPUBuffer;
  readonly candidates: GPUBuffer;
  readonly potentials: GPUBuffer;
}

/** One choice of k centres under way. */
class PlusPlus {
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #k: number;
  readonly #sampler: Sampler;
  readonly #buffers: Buffers;
  readonly #kernels: { choose: Kernel; tryOut: Kernel };

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    k: number,
    sampler: Sampler,
    buffers: Buffers,
    kernels: { choose: Kernel; tryOut: Kernel },
  ) {
    this.#workspace = workspace;
    this.#points = points;
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
    const trials = localTrials(k);
    const tile = trialTile(trials);
    const paddedTrials = roundUp(trials, tile);
    const sampler = await Sampler.create(workspace, points, weights, trials, first);
    const kernels = {
      choose: await runtime.kernel(seedChooseKernel),
      tryOut: await runtime.kernel(seedTrialsKernel, { WEIGHTED: weights.weighted, TILE: tile }),
    };
    const buffers = await workspace.allocate({
      uniforms: 4 * (k - 1) * trials,
      centres: 16 * points.quads * k,
      candidates: 16 * points.quads * paddedTrials,
      potentials: 4 * sampler.blocks * paddedTrials,
    });
    // Drawn in the CPU twin's order: the same seed starts from the same rows, rounding aside.
    const draws = Float32Array.from({ length: (k - 1) * trials }, () => random.next());
    workspace.upload(buffers.uniforms, draws);
    return new PlusPlus(workspace, points, k, sampler, buffers, kernels);
  }

  recordFirst(recording: Recording): void {
    this.#sampler.takeFirst(recording, this.#buffers.centres);
  }

  /** Chooses centre `next`, when all before it are chosen. */
  recordNext(recording: Recording, next: number): void {
    const { uniforms, centres, candidates, potentials } = this.#buffers;
    const trials = localTrials(this.#k);
    const tile = trialTile(trials);
    const paddedTrials = roundUp(trials, tile);
    this.#sampler.lower(recording, centres, next - 1, 1);
    this.#sampler.draw(recording, uniforms, (next - 1) * trials, trials, candidates);
    this.#sampler.tryOut(
      recording,
      this.#kernels.tryOut,
      candidates,
      tile,
      paddedTrials,
      potentials,
    );
    const shape = {
      blocks: this.#sampler.blocks,
      trials,
      padded_trials: paddedTrials,
      quads: this.#points.quads,
      centre: next,
    };
    recording.dispatch(this.#kernels.choose, { shape, potentials, candidates, centres }, 1);
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
  const trials = localTrials(k);
  const paddedTrials = roundUp(trials, trialTile(trials));
  const work = n * d * (3 + 2 * paddedTrials);
  const bytes = 5 * n + 16 * points.quads * (k + paddedTrials);
  const atOnce = () => sideBySide(runtime, isStreamed(points), { bytes, work });
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
