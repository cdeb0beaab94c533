import type { PcaSession } from '../pca_backend.js';
import type { AffineMap } from '../../../ops/products/affine_map.js';

/**
 * A session whose rows are held multiplied by `scale`, in the caller's units: powers of two come off
 * again exactly.
 */
export class ScaledPcaSession implements PcaSession {
  readonly shift: Float64Array;
  readonly #held: PcaSession;
  readonly #scale: number;

  constructor(held: PcaSession, scale: number) {
    this.#held = held;
    this.#scale = scale;
    this.shift = held.shift.map((value) => value / scale);
  }

  get shape(): readonly [rows: number, columns: number] {
    return this.#held.shape;
  }

  get rounding(): number {
    return this.#held.rounding;
  }

  async columnSums(squared = false): Promise<Float64Array> {
    const sums = await this.#held.columnSums(squared);
    return squared ? this.#squares(sums) : sums.map((sum) => sum / this.#scale);
  }

  async rows(): Promise<Float32Array> {
    return (await this.#held.rows()).map((value) => value / this.#scale);
  }

  async gram(signal?: AbortSignal): Promise<Float64Array> {
    return this.#squares(await this.#held.gram(signal));
  }

  async gramOfImages(
    map: AffineMap,
    precise: boolean,
    signal?: AbortSignal,
  ): Promise<Float64Array> {
    return this.#squares(await this.#held.gramOfImages(this.#inHeld(map), precise, signal));
  }

  async gramTimes(
    directions: readonly Float64Array[],
    signal?: AbortSignal,
  ): Promise<readonly Float64Array[]> {
    const products = await this.#held.gramTimes(directions, signal);
    return products.map((product) => this.#squares(product));
  }

  map(maps: readonly AffineMap[], signal?: AbortSignal): Promise<Float32Array> {
    return this.#held.map(this.#outOfHeld(maps), signal);
  }

  mapOnDevice(maps: readonly AffineMap[], signal?: AbortSignal): Promise<GPUBuffer> {
    return this.#held.mapOnDevice(this.#outOfHeld(maps), signal);
  }

  async residuals(maps: readonly AffineMap[], signal?: AbortSignal): Promise<Float64Array> {
    const held = maps.map((map) => this.#inHeld(map));
    return this.#squares(await this.#held.residuals(held, signal));
  }

  dispose(): void {
    this.#held.dispose();
  }

  /** The map from rows as they are held to images as they would be held. */
  #inHeld(map: AffineMap): AffineMap {
    return { ...map, offset: map.offset.map((value) => value * this.#scale) };
  }

  /** Maps from rows as they are held to the caller's units; what lies between is held as the rows are. */
  #outOfHeld(maps: readonly AffineMap[]): readonly AffineMap[] {
    const last = maps[maps.length - 1];
    const matrix = last.matrix.map((value) => value / this.#scale);
    return [...maps.slice(0, -1).map((map) => this.#inHeld(map)), { ...last, matrix }];
  }

  #squares(values: Float64Array): Float64Array {
    return values.map((value) => value / this.#scale ** 2);
  }
}
