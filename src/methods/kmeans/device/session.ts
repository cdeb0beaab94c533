/** K-means on a WebGPU device. */
import { KernelError } from '../../../../host/errors.js';
import { ceilDiv } from '../../../../host/plan.js';
import type { Recording } from '../../../../host/recording.js';
import type { Runtime } from '../../../../host/runtime.js';
import { Workspace } from '../../../../host/workspace.js';
import labelCountsKernel from '../../../../shaders/sums/label_counts.wgsl';
import pairwiseDistancesKernel from '../../../../shaders/assign/pairwise_distances.wgsl';
import pointCostsKernel from '../../../../shaders/assign/point_costs.wgsl';
import runSumsKernel from '../../../../shaders/sums/run_sums.wgsl';
import type {
  Assignment,
  KMeansBackend,
  KMeansSession,
  LloydOptions,
  LloydResult,
  Seeding,
  SumsOf,
} from '../kmeans_backend.js';
import type { LoadOptions, Metric, PointSource } from '../../../rows/load_options.js';
import { newFloats } from '../../../rows/matrix.js';
import { followRows } from '../../../ops/online/follow_rows.js';
import type { Followed, Following } from '../../../ops/online/follow_rows.twin.js';
import { nearestTwo } from '../../../ops/assign/nearest_two.js';
import type { NearestTwo } from '../../../ops/assign/nearest_two.twin.js';
import type { ClusterSums } from '../../../ops/sums/accumulate.twin.js';
import type { Random } from '../../../math/random.js';
import type { Clustering } from './clustering.js';
import { lloyd } from './lloyd.js';
import { loadRows } from '../../../rows/load.js';
import {
  type Chunk,
  columnPowerSums,
  type DevicePoints,
  forEachChunk,
  groups,
  padColumns,
  paced,
} from '../../../rows/device_points.js';
import { Restarts, restartsAtOnce } from './restarts.js';
import { chooseStarts } from './starts.js';
import { ScaledSession } from './scaled_session.js';
import { inBatches } from '../../../ops/side_by_side.js';
import { storedAs } from '../../../rows/storage.js';
import { loadRowWeights, type RowWeights } from '../../../rows/weights.js';

/** `transform` computes about this many bytes of distances at a time. */
const DISTANCES_BLOCK = 16 * 1024 * 1024;

/** K-means on `runtime`'s device. */
export function deviceBackend(runtime: Runtime): KMeansBackend {
  const { vendor, architecture, description } = runtime.info;
  return {
    description: [vendor, architecture, description].filter(Boolean).join(' ') || 'WebGPU',
    load: async (points, options) => {
      const session = await DeviceSession.load(runtime, points, options);
      return session.scale === 1 ? session : new ScaledSession(session, options.metric);
    },
  };
}

/** Rows on the device: where they have a `scale`, all that is given and returned has it, too. */
class DeviceSession implements KMeansSession {
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  readonly #weights: RowWeights;
  readonly #metric: Metric;
  readonly #close: () => void;

  private constructor(
    workspace: Workspace,
    points: DevicePoints,
    weights: RowWeights,
    options: LoadOptions,
    close: () => void,
  ) {
    this.#workspace = workspace;
    this.#points = points;
    this.#weights = weights;
    this.#metric = options.metric;
    this.#close = close;
  }

  static async load(
    runtime: Runtime,
    source: PointSource,
    given: LoadOptions,
  ): Promise<DeviceSession> {
    const options = { extent: 0, ...given };
    const workspace = new Workspace(runtime, 'k-means', options.signal);
    let close = () => {
      workspace.dispose();
    };
    try {
      const { points, close: endPass } = await loadRows(workspace, source, options);
      close = () => {
        endPass();
        workspace.dispose();
      };
      const weights = await loadRowWeights(workspace, points, options.weights);
      return new DeviceSession(workspace, points, weights, options, close);
    } catch (error) {
      close();
      throw error;
    }
  }

  get shape(): readonly [number, number] {
    return this.#points.shape;
  }

  get shift(): Float64Array {
    return this.#points.shift;
  }

  get scale(): number {
    return this.#points.scale;
  }

  async meanVariance(): Promise<number> {
    const [n, d] = this.shape;
    const [sums, squares] = await columnPowerSums(this.#workspace, this.#points, [false, true]);
    const variances = squares.map((square, j) => Math.max(0, square / n - (sums[j] / n) ** 2));
    return variances.reduce((total, variance) => total + variance, 0) / d;
  }

  seed(
    seeding: Seeding,
    k: number,
    randoms: readonly Random[],
    signal?: AbortSignal,
  ): Promise<readonly Float32Array[]> {
    const points = this.#points;
    return chooseStarts(
      this.#workspace,
      points,
      this.#weights,
      this.#metric,
      seeding,
      k,
      randoms,
      signal,
    );
  }

  lloyd(
    starts: readonly Float32Array[],
    k: number,
    options: LloydOptions,
  ): Promise<readonly LloydResult[]> {
    const { algorithm = 'auto', onIteration } = options;
    return this.#sideBySide(
      k,
      starts,
      algorithm !== 'lloyd',
      (restarts, first) =>
        lloyd(this.#workspace.runtime, restarts, {
          ...options,
          onIteration: (iteration, inertia, start) =>
            onIteration?.(iteration, inertia, first + start),
        }),
      options.maxIter,
    );
  }

  async assign(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Assignment> {
    return this.#cluster(k, centroids, async (clustering) => {
      const inertias = await this.#assign([clustering], signal);
      // At once, as Firefox takes 100 ms for each wait; nothing is released while one is under way.
      const work = [inertias(), this.#counts(clustering), clustering.readLabels()] as const;
      await Promise.allSettled(work);
      const [[inertia], counts, labels] = await Promise.all(work);
      return { inertia, counts, labels };
    });
  }

  async sums(
    centroids: Float32Array,
    k: number,
    signal?: AbortSignal,
  ): Promise<ClusterSums & { readonly inertia: number }> {
    signal?.throwIfAborted();
    const [sums] = await this.#together(k, [centroids], (restarts) => restarts.sums());
    return sums;
  }

  withSums<T>(
    start: Float32Array,
    k: number,
    passes: number,
    work: (sums: SumsOf) => Promise<T>,
  ): Promise<T> {
    const workspace = this.#workspace;
    const again = async ({ clusterings: [clustering] }: Restarts) => {
      const recording = workspace.record('sums');
      clustering.recordSums(recording);
      try {
        return await work(async (centroids) => {
          clustering.place(centroids);
          await workspace.submitInParts([[recording]]);
          return clustering.readSums();
        });
      } finally {
        recording.release();
      }
    };
    return this.#together(k, [start], again, passes);
  }

  inertias(
    centroids: readonly Float32Array[],
    k: number,
    signal?: AbortSignal,
  ): Promise<readonly number[]> {
    return this.#sideBySide(k, centroids, false, async ({ clusterings }) => {
      const inertias = await (await this.#assign(clusterings, signal))();
      // The counts tell a true zero from those that a silent driver leaves behind.
      for (const [i, inertia] of inertias.entries()) {
        if (inertia === 0) await this.#counts(clusterings[i]);
      }
      return inertias;
    });
  }

  /** Does `work` on as many sets of centroids at a time as go side by side. */
  #sideBySide<T>(
    k: number,
    sets: readonly Float32Array[],
    bounded: boolean,
    work: (restarts: Restarts, first: number) => Promise<readonly T[]>,
    passes = 1,
  ): Promise<readonly T[]> {
    return inBatches(
      sets,
      () => restartsAtOnce(this.#workspace, this.#points, k, bounded),
      (batch, first) => this.#together(k, batch, (restarts) => work(restarts, first), passes),
    );
  }

  #together<T>(
    k: number,
    sets: readonly Float32Array[],
    work: (restarts: Restarts) => Promise<T>,
    passes = 1,
  ): Promise<T> {
    return Restarts.with(
      this.#workspace,
      this.#points,
      this.#weights,
      this.#metric,
      k,
      sets,
      passes,
      work,
    );
  }

  #cluster<T>(
    k: number,
    centroids: Float32Array,
    work: (clustering: Clustering) => Promise<T>,
  ): Promise<T> {
    return this.#together(k, [centroids], ({ clusterings: [one] }) => work(one));
  }

  /**
   * Labels every row by each of the clusterings and sums what that costs: float32 over short runs,
   * float64 over the runs.
   *
   * @returns reads the objectives
   */
  async #assign(
    clusterings: readonly Clustering[],
    signal?: AbortSignal,
  ): Promise<() => Promise<readonly number[]>> {
    const workspace = this.#workspace;
    const { chunks, shape } = this.#points;
    const recordCosts = await this.#costing();
    const runSums = await workspace.runtime.kernel(runSumsKernel);
    const run = Number(runSumsKernel.constants.RUN);
    const most = this.#mostRows;
    const runs = ceilDiv(shape[0], run);
    const made = await workspace.allocate({
      costs: 4 * most,
      sums: 4 * ceilDiv(most, run),
      totals: 4 * runs * clusterings.length,
    });
    const { costs, sums, totals } = made;
    const assigning = (clustering: Clustering, place: number) => (recording: Recording) => {
      forEachChunk(recording, chunks, (chunk, c) => {
        const { start, rows } = chunk;
        recordCosts(recording, clustering, chunk, c, costs);
        recording
          .dispatch(
            runSums,
            { shape: { count: rows }, values: costs, sums },
            groups(runSums, ceilDiv(rows, run)),
          )
          .copy(sums, 0, totals, 4 * (runs * place + start / run), 4 * ceilDiv(rows, run));
      });
    };
    await workspace.runInParts('assign', ...clusterings.map(assigning));
    signal?.throwIfAborted();
    return async () => {
      const bytes = await workspace.read(totals, 0, 4 * runs * clusterings.length);
      workspace.release(...Object.values(made));
      return clusterings.map((_, place) => {
        const total = new Float32Array(bytes, 4 * runs * place, runs).reduce(
          (sum, cost) => sum + cost,
          0,
        );
        return this.#metric === 'cosine' ? total / 2 : total;
      });
    };
  }

  get #mostRows(): number {
    return this.#points.chunks.reduce((rows, chunk) => Math.max(rows, chunk.rows), 0);
  }

  /** Records that a chunk's rows are labelled by a clustering, and what each costs. */
  async #costing() {
    const { quads, storage } = this.#points;
    const kernel = await this.#workspace.runtime.kernel(storedAs(storage, pointCostsKernel), {
      WEIGHTED: this.#weights.weighted,
    });
    return (
      recording: Recording,
      clustering: Clustering,
      chunk: Chunk,
      c: number,
      costs: GPUBuffer,
    ) => {
      const { labels, centroids } = clustering;
      const { points, rows } = chunk;
      const weights = this.#weights.chunks[c];
      clustering.recordAssign(recording, chunk, c);
      recording.dispatch(
        kernel,
        { shape: { rows, quads }, points, centroids, labels: labels[c], weights, costs },
        groups(kernel, rows),
      );
    };
  }

  async #counts({ labels, k }: Clustering): Promise<Uint32Array> {
    const [n] = this.shape;
    const kernel = await this.#workspace.runtime.kernel(labelCountsKernel);
    const { counts } = await this.#workspace.allocate({ counts: 4 * k });
    this.#workspace.run('label counts', (recording) => {
      recording.clear(counts);
      this.#points.chunks.forEach(({ rows }, c) => {
        recording.dispatch(
          kernel,
          { shape: { rows }, labels: labels[c], weights: this.#weights.chunks[c], counts },
          groups(kernel, rows),
        );
      });
    });
    const result = new Uint32Array(await this.#workspace.read(counts, 0, 4 * k));
    this.#workspace.release(counts);
    const sum = result.reduce((total, count) => total + count, 0);
    // A driver that ran out of memory leaves zeros behind instead of an error.
    if (sum !== n) {
      throw new KernelError(
        `The device returned labels for ${sum} of ${n} rows, most likely because it ran out of memory; ` +
          `free memory, use fewer rows, or set runtime to 'cpu'.`,
      );
    }
    return result;
  }

  async distances(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Float32Array> {
    const cosine = this.#metric === 'cosine';
    const squared = await this.#pairwise(false, centroids, k, signal);
    if (squared.every((distance) => distance === 0)) await this.assign(centroids, k, signal);
    return squared.map((value) => (cosine ? value / 2 : Math.sqrt(value)));
  }

  products(vectors: Float32Array, k: number, signal?: AbortSignal): Promise<Float32Array> {
    return this.#pairwise(true, vectors, k, signal);
  }

  /** What pairwise_distances.wgsl makes of each row and each of k vectors (k x d), n x k. */
  async #pairwise(
    products: boolean,
    vectors: Float32Array,
    k: number,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const workspace = this.#workspace;
    const {
      quads,
      chunks,
      shape: [n, d],
      storage,
    } = this.#points;
    const { runtime } = workspace;
    const kernel = await runtime.kernel(storedAs(storage, pairwiseDistancesKernel), {
      PRODUCTS: products,
    });
    const result = newFloats(n * k);
    const { maxBufferSize, maxStorageBufferBindingSize } = runtime.limits;
    const blockBytes = Math.min(DISTANCES_BLOCK, maxBufferSize, maxStorageBufferBindingSize);
    const blockRows = Math.max(1, Math.floor(blockBytes / (4 * k)));
    const made = await workspace.allocate({
      centroids: 16 * k * quads,
      distances: 4 * k * Math.min(n, blockRows),
    });
    workspace.upload(made.centroids, padColumns(vectors, k, d));
    for (const chunk of chunks) {
      await chunk.bring?.();
      for (const part of paced(runtime, chunk, 3 * k * d, 1)) {
        for (let at = 0; at < part.rows; at += blockRows) {
          signal?.throwIfAborted();
          const first = part.start + at;
          const count = Math.min(blockRows, part.rows - at);
          const shape = { first, count, quads, clusters: k };
          workspace.run('distances', (recording) => {
            const bindings = { shape, points: chunk.points, ...made };
            recording.dispatch(kernel, bindings, groups(kernel, count * k));
          });
          const block = await workspace.read(made.distances, 0, 4 * k * count);
          result.set(new Float32Array(block), (chunk.start + first) * k);
        }
      }
    }
    workspace.release(...Object.values(made));
    return result;
  }

  async energies(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Float64Array> {
    const workspace = this.#workspace;
    const { chunks, shape } = this.#points;
    const result = new Float64Array(shape[0]);
    await this.#cluster(k, centroids, async (clustering) => {
      const recordCosts = await this.#costing();
      const { costs } = await workspace.allocate({ costs: 4 * this.#mostRows });
      for (const [c, chunk] of chunks.entries()) {
        await chunk.bring?.();
        workspace.run('energies', (recording) => {
          recordCosts(recording, clustering, chunk, c, costs);
        });
        result.set(new Float32Array(await workspace.read(costs, 0, 4 * chunk.rows)), chunk.start);
        signal?.throwIfAborted();
      }
      workspace.release(costs);
      // As for inertias.
      if (result.every((energy) => energy === 0)) await this.#counts(clustering);
    });
    return result;
  }

  follow(following: Following, k: number, signal?: AbortSignal): Promise<Followed> {
    return followRows(this.#workspace, this.#points, k, following, signal);
  }

  async nearestTwo(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<NearestTwo> {
    const found = await nearestTwo(this.#workspace, this.#points, k, centroids, signal);
    // Zeros may be what a silent driver left behind: the counts of labels tell.
    if (found.squared.every((distance) => distance === 0)) await this.assign(centroids, k, signal);
    const cosine = this.#metric === 'cosine';
    return cosine ? { ...found, squared: found.squared.map((value) => value / 2) } : found;
  }

  dispose(): void {
    this.#close();
  }
}
