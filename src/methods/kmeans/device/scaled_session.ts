import type {
  Assignment,
  KMeansSession,
  LloydOptions,
  LloydResult,
  Seeding,
  SumsOf,
} from '../kmeans_backend.js';
import type { Metric } from '../../../rows/load_options.js';
import type { Followed, Following } from '../../../ops/online/follow_rows.twin.js';
import type { NearestTwo } from '../../../ops/assign/nearest_two.twin.js';
import type { ClusterSums } from '../../../ops/sums/accumulate.twin.js';
import type { Random } from '../../../math/random.js';

/**
 * A session whose rows are held multiplied by its `scale`, in the caller's units: powers of two come
 * off again exactly.
 */
export class ScaledSession implements KMeansSession {
  readonly #held: KMeansSession;
  readonly #metric: Metric;

  constructor(held: KMeansSession, metric: Metric) {
    this.#held = held;
    this.#metric = metric;
  }

  get shape(): readonly [rows: number, columns: number] {
    return this.#held.shape;
  }

  get shift(): Float64Array {
    return this.#held.shift;
  }

  get scale(): number {
    return this.#held.scale;
  }

  async meanVariance(): Promise<number> {
    return this.#square(await this.#held.meanVariance());
  }

  async seed(
    seeding: Seeding,
    k: number,
    randoms: readonly Random[],
    signal?: AbortSignal,
  ): Promise<readonly Float32Array[]> {
    const starts = await this.#held.seed(seeding, k, randoms, signal);
    return starts.map((start) => this.#length(start));
  }

  async lloyd(
    starts: readonly Float32Array[],
    k: number,
    options: LloydOptions,
  ): Promise<readonly LloydResult[]> {
    const { tolerance, onIteration } = options;
    const scaled = starts.map((start) => this.#scaled(start));
    const results = await this.#held.lloyd(scaled, k, {
      ...options,
      tolerance: tolerance * this.scale ** 2,
      onIteration:
        onIteration &&
        ((iteration, inertia, start) => {
          onIteration(iteration, this.#square(inertia), start);
        }),
    });
    return results.map((result) => ({
      ...result,
      centroids: this.#length(result.centroids),
      history: result.history.map((inertia) => this.#square(inertia)),
    }));
  }

  async assign(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Assignment> {
    const result = await this.#held.assign(this.#scaled(centroids), k, signal);
    return { ...result, inertia: this.#square(result.inertia) };
  }

  async sums(
    centroids: Float32Array,
    k: number,
    signal?: AbortSignal,
  ): Promise<ClusterSums & { readonly inertia: number }> {
    return this.#sums(await this.#held.sums(this.#scaled(centroids), k, signal));
  }

  withSums<T>(
    start: Float32Array,
    k: number,
    passes: number,
    work: (sums: SumsOf) => Promise<T>,
  ): Promise<T> {
    return this.#held.withSums(this.#scaled(start), k, passes, (sums) =>
      work(async (centroids) => this.#sums(await sums(this.#scaled(centroids)))),
    );
  }

  async inertias(
    centroids: readonly Float32Array[],
    k: number,
    signal?: AbortSignal,
  ): Promise<readonly number[]> {
    const scaled = centroids.map((set) => this.#scaled(set));
    const inertias = await this.#held.inertias(scaled, k, signal);
    return inertias.map((inertia) => this.#square(inertia));
  }

  async distances(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Float32Array> {
    const distances = await this.#held.distances(this.#scaled(centroids), k, signal);
    // 1 - cos is half a squared distance.
    const scale = this.#metric === 'cosine' ? this.scale ** 2 : this.scale;
    return distances.map((value) => value / scale);
  }

  async energies(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<Float64Array> {
    const energies = await this.#held.energies(this.#scaled(centroids), k, signal);
    return energies.map((value) => this.#square(value));
  }

  async products(vectors: Float32Array, k: number, signal?: AbortSignal): Promise<Float32Array> {
    return this.#length(await this.#held.products(vectors, k, signal));
  }

  async follow(following: Following, k: number, signal?: AbortSignal): Promise<Followed> {
    const scaled = { ...following, centroids: this.#scaled(following.centroids) };
    const { winners, centroids, costs } = await this.#held.follow(scaled, k, signal);
    return {
      winners,
      centroids: this.#length(centroids),
      costs: costs.map((cost) => this.#square(cost)),
    };
  }

  async nearestTwo(centroids: Float32Array, k: number, signal?: AbortSignal): Promise<NearestTwo> {
    const result = await this.#held.nearestTwo(this.#scaled(centroids), k, signal);
    // In the rows' own units float32 may not hold them.
    const squared = Float64Array.from(result.squared, (value) => this.#square(value));
    return { ...result, squared };
  }

  dispose(): void {
    this.#held.dispose();
  }

  #sums(sums: Awaited<ReturnType<SumsOf>>): Awaited<ReturnType<SumsOf>> {
    return {
      ...sums,
      residuals: sums.residuals.map((sum) => sum / this.scale),
      inertia: this.#square(sums.inertia),
    };
  }

  #scaled(values: Float32Array): Float32Array {
    return values.map((value) => value * this.scale);
  }

  #length(values: Float32Array): Float32Array {
    return values.map((value) => value / this.scale);
  }

  #square(value: number): number {
    return value / this.scale ** 2;
  }
}
