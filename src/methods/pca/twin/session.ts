/**
 * PCA on the CPU in float64: what the device is checked against, and what runs where there is no
 * device. Needs nothing of the platform but an event loop.
 */
import { ClusteringError, InvalidArgumentError } from '../../../errors.js';
import type { PcaEngine, PcaSession } from '../pca_backend.js';
import type { AffineMap } from '../../../ops/products/affine_map.js';
import { affine } from '../../../ops/products/affine.twin.js';
import { columnSums } from '../../../rows/column_sums.twin.js';
import { crossProducts } from '../../../ops/products/cross_products.twin.js';
import { createPause, rowBlocks } from '../../../math/event_loop.js';
import { gram } from '../../../ops/products/gram.twin.js';
import { loadHostRows } from '../../../rows/host_rows.js';
import { rowResiduals } from '../../../ops/products/row_residuals.twin.js';

/** The CPU engine. Matrices that lie on a GPU are refused with InvalidArgumentError. */
export const referencePcaEngine: PcaEngine = {
  description: 'cpu',
  async load(points, options) {
    const [n, d] = points.shape;
    const { x, shift } = await loadHostRows(points, options.shift);
    return new ReferencePcaSession(x, [n, d], shift);
  },
};

function addTo(sums: Float64Array, terms: Float64Array): void {
  terms.forEach((term, i) => {
    sums[i] += term;
  });
}

/** Some of the rows. */
interface Block {
  readonly x: Float32Array;
  readonly start: number;
  readonly rows: number;
}

class ReferencePcaSession implements PcaSession {
  readonly shape: readonly [rows: number, columns: number];
  readonly shift: Float64Array;
  readonly rounding = 0;
  #x: Float32Array | undefined;

  constructor(x: Float32Array, shape: readonly [number, number], shift: Float64Array) {
    this.#x = x;
    this.shape = shape;
    this.shift = shift;
  }

  async columnSums(squared = false): Promise<Float64Array> {
    const [, d] = this.shape;
    const sums = new Float64Array(d);
    for await (const { x, rows } of this.#blocks(1)) addTo(sums, columnSums(x, rows, d, squared));
    return sums;
  }

  async rows(): Promise<Float32Array> {
    const [, d] = this.shape;
    const result = new Float32Array(this.shape[0] * d);
    for await (const { x, start } of this.#blocks(1)) result.set(x, start * d);
    return result;
  }

  async gram(signal?: AbortSignal): Promise<Float64Array> {
    const [, d] = this.shape;
    const products = new Float64Array(d * d);
    // Each block costs a matrix of its own: 16 times as many rows as elsewhere make that cheap.
    for await (const { x, rows } of this.#blocks(d / 16, signal)) {
      addTo(products, gram(x, rows, d));
    }
    return products;
  }

  async gramOfImages(map: AffineMap, _: boolean, signal?: AbortSignal): Promise<Float64Array> {
    const { outputs } = map;
    const products = new Float64Array(outputs * outputs);
    // The block's products take a matrix of their own: see `gram`.
    const work = outputs + (outputs * outputs) / this.shape[1] / 16;
    for await (const { images, rows } of this.#images([map], signal, work)) {
      addTo(products, gram(images, rows, outputs));
    }
    return products;
  }

  async gramTimes(
    directions: readonly Float64Array[],
    signal?: AbortSignal,
  ): Promise<readonly Float64Array[]> {
    const [, d] = this.shape;
    const count = directions.length;
    const matrix = new Float64Array(count * d);
    directions.forEach((direction, t) => {
      matrix.set(direction, t * d);
    });
    const products = new Float64Array(d * count);
    for await (const { x, rows } of this.#blocks(2 * count, signal)) {
      const images = affine(x, rows, matrix, new Float64Array(count), d, count);
      addTo(products, crossProducts(x, images, rows, d, count));
    }
    return directions.map((_, t) =>
      Float64Array.from({ length: d }, (__, j) => products[j * count + t]),
    );
  }

  async map(maps: readonly AffineMap[], signal?: AbortSignal): Promise<Float32Array> {
    const { outputs } = maps[maps.length - 1];
    const result = new Float32Array(this.shape[0] * outputs);
    for await (const { images, start } of this.#images(maps, signal)) {
      result.set(images, start * outputs);
    }
    return result;
  }

  mapOnDevice(): Promise<GPUBuffer> {
    return Promise.reject(
      new InvalidArgumentError(
        'output',
        `output is 'gpu', but this runs on the CPU; pass runtime: await createRuntime(), or leave output out.`,
      ),
    );
  }

  async residuals(maps: readonly AffineMap[], signal?: AbortSignal): Promise<Float64Array> {
    const [n, d] = this.shape;
    const result = new Float64Array(n);
    for await (const { x, images, start, rows } of this.#images(maps, signal)) {
      result.set(rowResiduals(x, images, rows, d), start);
    }
    return result;
  }

  dispose(): void {
    this.#x = undefined;
  }

  /** The rows and what the maps make of them. */
  async *#images(
    maps: readonly AffineMap[],
    signal: AbortSignal | undefined,
    workPerColumn = maps.reduce((sum, map) => sum + map.outputs, 0),
  ): AsyncGenerator<Block & { readonly images: Float32Array | Float64Array }> {
    for await (const block of this.#blocks(workPerColumn, signal)) {
      let images: Float32Array | Float64Array = block.x;
      for (const { matrix, offset, inputs, outputs: width } of maps) {
        images = affine(images, block.rows, matrix, offset, inputs, width);
      }
      yield { ...block, images };
    }
  }

  /** Blocks of rows with a pause after each; a row means `workPerColumn` multiply-adds a column. */
  async *#blocks(workPerColumn: number, signal?: AbortSignal): AsyncGenerator<Block> {
    const x = this.#x;
    if (!x) {
      throw new ClusteringError(
        'disposed',
        'This session was disposed, and its data with it. Load the points again.',
      );
    }
    const [n, d] = this.shape;
    const pause = createPause(signal);
    for (const [start, end] of rowBlocks(n, d * workPerColumn)) {
      yield { x: x.subarray(start * d, end * d), start, rows: end - start };
      await pause();
    }
  }
}
