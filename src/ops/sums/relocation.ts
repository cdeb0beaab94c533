/** Empty clusters, given the rows farthest from their own centroids. */
import { ceilDiv } from '../../../host/plan.js';
import type { Workspace } from '../../../host/workspace.js';
import farthestBlocksKernel from '../../../shaders/sums/farthest_blocks.wgsl';
import farthestPickKernel from '../../../shaders/sums/farthest_pick.wgsl';
import labelCountsKernel from '../../../shaders/sums/label_counts.wgsl';
import pointCostsKernel from '../../../shaders/assign/point_costs.wgsl';
import { SUM, sumsOf, WEIGHT } from './totals.js';
import { takeFarRows } from './relocate.twin.js';
import { groups, padColumns, unpadColumns } from '../../rows/device_points.js';
import type { DevicePoints } from '../../rows/rows.js';
import { gatherRows } from '../../rows/gather.js';
import type { DeviceWeights } from '../../rows/weights.js';

const BLOCK = Number(farthestBlocksKernel.constants.BLOCK);
/** Rounds of picking sent as one submission. */
const ROUNDS_PER_SUBMIT = 32;

/** Finds far rows on the device; which cluster takes which is decided as in the CPU twin. */
export class Relocation {
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #weights: DeviceWeights;
  readonly #labels: readonly GPUBuffer[];

  constructor(
    workspace: Workspace,
    points: DevicePoints,
    weights: DeviceWeights,
    labels: readonly GPUBuffer[],
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.#weights = weights;
    this.#labels = labels;
  }

  /**
   * @param centroids [k][quads] vec4 on the device
   * @param totals [k][quads], about the centroids; see combine.wgsl
   * @returns the totals with far rows moved to the empty clusters
   */
  async apply(centroids: GPUBuffer, k: number, totals: Float32Array): Promise<Float32Array> {
    const {
      quads,
      shape: [n, d],
    } = this.#points;
    const members = await this.#members(k);
    // Each cluster can hold back one row, its last: k picks are enough whatever is held back.
    const { picks, costs } = await this.#farthest(centroids, Math.min(n, k));
    const x = await gatherRows(this.#workspace, this.#points, picks);
    const labels = await this.#at(this.#labels, picks);
    const weights = this.#weights.weighted
      ? new Float32Array((await this.#at(this.#weights.chunks, picks)).buffer)
      : new Float32Array(picks.length).fill(1);
    const old = new Float32Array(await this.#workspace.read(centroids, 0, 16 * quads * k));
    const moved = takeFarRows(
      { x, labels, costs, weights, count: picks.length },
      unpadColumns(old, k, d),
      k,
      d,
      members,
      sumsOf(totals, quads, k, d),
    );
    const result = totals.slice();
    const residuals = padColumns(moved.residuals, k, d);
    for (let entry = 0; entry < k * quads; entry++) {
      result.set(residuals.subarray(4 * entry, 4 * entry + 4), SUM * entry);
      result[SUM * entry + WEIGHT] = moved.weightSums[Math.floor(entry / quads)];
    }
    return result;
  }

  /** Rows of positive weight in each cluster, [k]. */
  async #members(k: number): Promise<Uint32Array> {
    const kernel = await this.#workspace.runtime.kernel(labelCountsKernel, {
      WEIGHTED: this.#weights.weighted,
    });
    const { counts } = await this.#workspace.allocate({ counts: 4 * k });
    this.#workspace.run('members', (recording) => {
      recording.clear(counts);
      this.#points.ranges.forEach(({ rows }, c) => {
        const weights = this.#weights.chunks[c];
        recording.dispatch(
          kernel,
          { shape: { rows }, labels: this.#labels[c], weights, counts },
          groups(kernel, rows),
        );
      });
    });
    const members = new Uint32Array(await this.#workspace.read(counts, 0, 4 * k));
    this.#workspace.release(counts);
    return members;
  }

  /** The `count` rows farthest from their centroids, farthest first, with their squared distances. */
  async #farthest(
    centroids: GPUBuffer,
    count: number,
  ): Promise<{ picks: Uint32Array; costs: Float32Array }> {
    const {
      ranges,
      quads,
      shape: [n],
    } = this.#points;
    const { runtime } = this.#workspace;
    const constants = { WEIGHTED: this.#weights.weighted };
    const pointCosts = await this.#points.kernel(pointCostsKernel);
    const farthestBlocks = await runtime.kernel(farthestBlocksKernel, constants);
    const farthestPick = await runtime.kernel(farthestPickKernel);
    const costs: GPUBuffer[] = [];
    for (const { rows } of ranges) {
      costs.push((await this.#workspace.allocate({ costs: 4 * rows })).costs);
    }
    const blocks = ceilDiv(n, BLOCK);
    const made = await this.#workspace.allocate({
      best: 4 * blocks,
      best_row: 4 * blocks,
      picks: 4 * count,
      heights: 4 * count,
    });
    const { best, best_row, picks, heights } = made;
    await this.#workspace.runInParts('point costs', (recording) => {
      this.#points.pass(recording, ({ points, rows }, c) => {
        const weights = this.#weights.chunks[c];
        recording.dispatch(
          pointCosts,
          {
            shape: { rows, quads },
            points,
            centroids,
            labels: this.#labels[c],
            weights,
            costs: costs[c],
          },
          groups(pointCosts, rows),
        );
      });
    });
    for (let from = 0; from < count; from += ROUNDS_PER_SUBMIT) {
      this.#workspace.run('farthest rows', (recording) => {
        for (let round = from; round < Math.min(count, from + ROUNDS_PER_SUBMIT); round++) {
          ranges.forEach(({ start, rows }, c) => {
            recording.dispatch(
              farthestBlocks,
              {
                shape: { start, rows, round, first_block: start / BLOCK },
                weights: this.#weights.chunks[c],
                picks,
                costs: costs[c],
                best,
                best_row,
              },
              groups(farthestBlocks, ceilDiv(rows, BLOCK)),
            );
          });
          recording.dispatch(
            farthestPick,
            { shape: { blocks, round }, best, best_row, picks, heights },
            1,
          );
        }
      });
    }
    const result = {
      picks: new Uint32Array(await this.#workspace.read(picks, 0, 4 * count)),
      costs: new Float32Array(await this.#workspace.read(heights, 0, 4 * count)),
    };
    this.#workspace.release(...costs, ...Object.values(made));
    return result;
  }

  /** The 4-byte values of per-row buffers at `rows`. */
  async #at(buffers: readonly GPUBuffer[], rows: Uint32Array): Promise<Uint32Array> {
    const { ranges } = this.#points;
    const { values } = await this.#workspace.allocate({ values: 4 * rows.length });
    this.#workspace.run('values of rows', (recording) => {
      rows.forEach((row, i) => {
        const c = ranges.findIndex(({ start, rows: count }) => row < start + count);
        recording.copy(buffers[c], 4 * (row - ranges[c].start), values, 4 * i, 4);
      });
    });
    const result = new Uint32Array(await this.#workspace.read(values, 0, 4 * rows.length));
    this.#workspace.release(values);
    return result;
  }
}
