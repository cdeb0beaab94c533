/** The candidates of k-means|| on the device. */
import type { Recording } from '../../../host/recording.js';
import type { Workspace } from '../../../host/workspace.js';
import { unpadColumns } from '../../rows/device_points.js';
import type { DevicePoints } from '../../rows/rows.js';
import { bytesPerRow, type FirstDraw, Sampler } from './sampler.js';
import { allSettled, inBatches, sideBySide } from '../side_by_side.js';
import type { DeviceWeights } from '../../rows/weights.js';

interface Buffers {
  readonly uniforms: GPUBuffer;
  readonly centres: GPUBuffer;
  readonly gathered: GPUBuffer;
}

/** One set of candidates under way. */
class Oversampling {
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #total: number;
  readonly #perRound: number;
  readonly #sampler: Sampler;
  readonly #buffers: Buffers;

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    total: number,
    perRound: number,
    sampler: Sampler,
    buffers: Buffers,
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.#total = total;
    this.#perRound = perRound;
    this.#sampler = sampler;
    this.#buffers = buffers;
  }

  static async create(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    rounds: number,
    perRound: number,
    { first, random }: FirstDraw,
  ): Promise<Oversampling> {
    const total = 1 + rounds * perRound;
    const sampler = await Sampler.create(workspace, points, weights, perRound, first);
    const buffers = await workspace.allocate({
      uniforms: 4 * rounds * perRound,
      centres: 16 * points.quads * total,
      gathered: 16 * points.quads * perRound,
    });
    const draws = Float32Array.from({ length: rounds * perRound }, () => random.next());
    workspace.upload(buffers.uniforms, draws);
    return new Oversampling(workspace, points, total, perRound, sampler, buffers);
  }

  recordFirst(recording: Recording): void {
    this.#sampler.takeFirst(recording, this.#buffers.centres);
  }

  recordRound(recording: Recording, round: number): void {
    const { uniforms, centres, gathered } = this.#buffers;
    const perRound = this.#perRound;
    const known = 1 + round * perRound;
    const fresh = round === 0 ? 0 : known - perRound;
    const row = 16 * this.#points.quads;
    this.#sampler.lower(recording, centres, fresh, known - fresh);
    this.#sampler.draw(recording, uniforms, round * perRound, perRound, gathered);
    recording.copy(gathered, 0, centres, row * known, row * perRound);
  }

  async read(): Promise<Float32Array> {
    const { quads, shape } = this.#points;
    const bytes = await this.#workspace.read(this.#buffers.centres, 0, 16 * quads * this.#total);
    return unpadColumns(new Float32Array(bytes), this.#total, shape[1]);
  }

  dispose(): void {
    this.#sampler.dispose();
    this.#workspace.release(...Object.values<GPUBuffer>({ ...this.#buffers }));
  }
}

/**
 * The candidates of k-means|| (Bahmani et al. 2012): in each of `rounds` rounds `perRound` rows are
 * drawn in proportion to the squared distance from all candidates so far.
 *
 * @returns (1 + rounds perRound) x d for each of the `draws`
 */
export function oversample(
  workspace: Workspace,
  points: DevicePoints,
  weights: DeviceWeights,
  rounds: number,
  perRound: number,
  draws: readonly FirstDraw[],
  signal?: AbortSignal,
): Promise<readonly Float32Array[]> {
  const [n, d] = points.shape;
  const bytes = bytesPerRow(1) * n + 16 * points.quads * (1 + (rounds + 1) * perRound);
  const piece = { bytes, work: 3 * n * d * perRound };
  const atOnce = () => sideBySide(workspace.runtime, points.streamed, piece);
  return inBatches(draws, atOnce, async (batch) => {
    const runs: Oversampling[] = [];
    try {
      for (const draw of batch) {
        runs.push(await Oversampling.create(workspace, points, weights, rounds, perRound, draw));
      }
      const together = (record: (run: Oversampling, recording: Recording) => void) =>
        workspace.runInParts(
          'k-means||',
          ...runs.map((run) => (recording: Recording) => {
            record(run, recording);
          }),
        );
      await together((run, recording) => {
        run.recordFirst(recording);
      });
      for (let round = 0; round < rounds; round++) {
        signal?.throwIfAborted();
        await together((run, recording) => {
          run.recordRound(recording, round);
        });
        if (round + 1 < rounds) await workspace.idle();
      }
      return await allSettled(runs.map((run) => run.read()));
    } finally {
      for (const run of runs) run.dispose();
    }
  });
}
