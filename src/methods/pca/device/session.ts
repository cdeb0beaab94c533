/** PCA on a WebGPU device. */
import { DeviceLimitError } from '../../../../host/errors.js';
import { ceilDiv } from '../../../../host/plan.js';
import type { Runtime } from '../../../../host/runtime.js';
import { STORAGE_USAGE } from '../../../../host/usage.js';
import { Workspace } from '../../../../host/workspace.js';
import { engineName } from '../../../ops/engine_name.js';
import rowResidualsKernel from '../../../../shaders/products/row_residuals.wgsl';
import { createRandom } from '../../../math/random.js';
import type { PcaEngine, PcaLoadOptions, PcaSession } from '../pca_backend.js';
import type { AffineMap } from '../../../ops/products/affine_map.js';
import {
  type DeviceMap,
  mapRows,
  type PackedRows,
  releaseMap,
  rowBlocks,
  uploadMap,
} from '../../../ops/products/affine.js';
import { gram } from '../../../ops/products/gram.js';
import { backgroundShift } from '../../../ops/products/background.js';
import { gramByLists, listedRows } from '../../../ops/products/gram_listed.js';
import { gramBySubgroups, prefersSubgroups } from '../../../ops/products/gram_subgroups.js';
import { gramTimes } from '../../../ops/products/gram_times.js';
import type { PointSource } from '../../../rows/load_options.js';
import { centreInRange, openRows, type OpenRows } from '../../../rows/open_rows.js';
import { powerInRange } from '../../../rows/range.js';
import { readAll } from '../../../rows/read_rows.js';
import { RowImages, type RowSource, rowsThemselves } from '../../../ops/products/row_parts.js';
import { ScaledPcaSession } from './scaled_session.js';
import {
  columnSums,
  groups,
  mostRows,
  packedBytes,
  sampleRows,
} from '../../../rows/device_points.js';
import type { DevicePoints } from '../../../rows/rows.js';

/** With fewer rows X^T X takes no longer than looking for what could be left out. */
const FEWEST_ROWS = 4096;
/** Drawn at random, so that a mean of theirs is within a standard deviation of the mean of all. */
const SAMPLED_ROWS = 256;

/** PCA on `runtime`'s device. */
export function devicePcaEngine(runtime: Runtime): PcaEngine {
  return {
    description: engineName(runtime),
    load: (points, options) => DevicePcaSession.load(runtime, points, options),
  };
}

/** What to subtract so that X^T X has much to leave out; undefined where that is not worth looking for. */
async function findBackground(
  workspace: Workspace,
  source: PointSource,
): Promise<Float64Array | undefined> {
  const [n, d] = source.shape;
  const { runtime } = workspace;
  if (n < FEWEST_ROWS || !prefersSubgroups(runtime, d)) return undefined;
  const quads = ceilDiv(d, 4);
  if (mostRows(runtime, quads) < Math.min(n, listedRows(quads))) return undefined;
  const random = createRandom(0);
  const sampled = Array.from({ length: SAMPLED_ROWS }, () => random.below(n));
  const sample = await sampleRows(workspace, source, sampled);
  return backgroundShift(sample, SAMPLED_ROWS, d);
}

/** Images of rows, packed in rows of so many vec4s. */
interface Images extends PackedRows {
  readonly quads: number;
}

/** Takes the images of rows [start, start + rows) of all, in order. */
type Consumer = (images: Images, start: number, source: PackedRows) => Promise<void>;

class DevicePcaSession implements PcaSession {
  readonly rounding = 2 ** -24;
  readonly #workspace: Workspace;
  readonly #points: DevicePoints;
  /** Most of what the rows hold is zeros. */
  readonly #sparse: boolean;

  private constructor(workspace: Workspace, points: DevicePoints, sparse: boolean) {
    this.#workspace = workspace;
    this.#points = points;
    this.#sparse = sparse;
  }

  static async load(
    runtime: Runtime,
    source: PointSource,
    { shift: wanted, forGram = false, signal }: PcaLoadOptions,
  ): Promise<PcaSession> {
    const workspace = new Workspace(runtime, 'PCA', signal);
    let open: OpenRows | undefined;
    try {
      const background = forGram ? await findBackground(workspace, source) : undefined;
      const quads = ceilDiv(source.shape[1], 4);
      open = await openRows(workspace, source, background && listedRows(quads));
      const { rows } = open;
      const subtracted = 'buffer' in source ? undefined : source.shift;
      // Rows that something was subtracted from are about their means already.
      const given = background ?? (subtracted ? new Float64Array(rows.shape[1]) : wanted);
      const { shift, scale } = await centreInRange(workspace, open, given, powerInRange);
      const whole = subtracted ? shift.map((value, j) => value + subtracted[j]) : shift;
      const held = whole.map((value) => value * scale);
      const points = rows.about(held, scale);
      const session = new DevicePcaSession(workspace, points, background !== undefined);
      return scale === 1 ? session : new ScaledPcaSession(session, scale);
    } catch (error) {
      open?.rows.close();
      workspace.dispose();
      throw error;
    }
  }

  get shape(): readonly [number, number] {
    return this.#points.shape;
  }

  get shift(): Float64Array {
    return this.#points.shift;
  }

  columnSums(squared = false): Promise<Float64Array> {
    return columnSums(this.#workspace, this.#points, squared);
  }

  rows(): Promise<Float32Array> {
    return readAll(this.#workspace, this.#points);
  }

  async gram(signal?: AbortSignal): Promise<Float64Array> {
    return this.#sparse
      ? gramByLists(this.#workspace, this.#points, signal)
      : this.#gramOf(rowsThemselves(this.#points), signal);
  }

  async gramOfImages(
    map: AffineMap,
    precise: boolean,
    signal?: AbortSignal,
  ): Promise<Float64Array> {
    const images = await RowImages.of(this.#workspace, this.#points, map, precise);
    try {
      return await this.#gramOf(images, signal);
    } finally {
      images.release();
    }
  }

  #gramOf(source: RowSource, signal: AbortSignal | undefined): Promise<Float64Array> {
    const dense = prefersSubgroups(this.#workspace.runtime, source.shape[1])
      ? gramBySubgroups
      : gram;
    return dense(this.#workspace, source, signal);
  }

  gramTimes(
    directions: readonly Float64Array[],
    signal?: AbortSignal,
  ): Promise<readonly Float64Array[]> {
    return gramTimes(this.#workspace, this.#points, directions, signal);
  }

  async map(maps: readonly AffineMap[], signal?: AbortSignal): Promise<Float32Array> {
    const { outputs } = maps[maps.length - 1];
    const images = new Float32Array(this.shape[0] * outputs);
    await this.#mapBlocks(maps, false, signal, async ({ buffer, rows }, start) => {
      const block = await this.#workspace.read(buffer, 0, 4 * outputs * rows);
      images.set(new Float32Array(block), start * outputs);
    });
    return images;
  }

  async mapOnDevice(maps: readonly AffineMap[], signal?: AbortSignal): Promise<GPUBuffer> {
    const { outputs } = maps[maps.length - 1];
    const workspace = this.#workspace;
    const { device, limits } = workspace.runtime;
    const size = 4 * outputs * this.shape[0];
    if (size > limits.maxBufferSize) {
      throw new DeviceLimitError(
        `The result, ${this.shape[0]} x ${outputs}, needs ${size} bytes, but this device allows ` +
          `${limits.maxBufferSize} in one buffer; give fewer rows at a time.`,
      );
    }
    const target = workspace.capture(() =>
      device.createBuffer({ label: 'PCA: images', size, usage: STORAGE_USAGE }),
    );
    try {
      await workspace.settle();
      await this.#mapBlocks(maps, false, signal, ({ buffer, rows }, start) => {
        workspace.run('images', (recording) => {
          recording.copy(buffer, 0, target, 4 * outputs * start, 4 * outputs * rows);
        });
        return Promise.resolve();
      });
      await workspace.settle();
      return target;
    } catch (error) {
      target.destroy();
      throw error;
    }
  }

  async residuals(maps: readonly AffineMap[], signal?: AbortSignal): Promise<Float64Array> {
    const workspace = this.#workspace;
    const kernel = await workspace.runtime.kernel(rowResidualsKernel);
    const { quads } = this.#points;
    const result = new Float64Array(this.shape[0]);
    await this.#mapBlocks(maps, true, signal, async (images, start, { buffer, first, rows }) => {
      const { residuals } = await workspace.allocate({ residuals: 4 * rows });
      workspace.run('residuals', (recording) => {
        recording.dispatch(
          kernel,
          {
            shape: { first, rows, quads, image_quads: images.quads },
            points: buffer,
            images: images.buffer,
            residuals,
          },
          groups(kernel, rows),
        );
      });
      result.set(new Float32Array(await workspace.read(residuals, 0, 4 * rows)), start);
      workspace.release(residuals);
    });
    return result;
  }

  /** Puts every row through the maps, a block of rows at a time; the last images packed or row-major. */
  async #mapBlocks(
    maps: readonly AffineMap[],
    packed: boolean,
    signal: AbortSignal | undefined,
    consume: Consumer,
  ): Promise<void> {
    const workspace = this.#workspace;
    const { ranges } = this.#points;
    const uploaded: DeviceMap[] = [];
    let { quads } = this.#points;
    for (const map of maps) {
      const made = await uploadMap(workspace, map, quads);
      uploaded.push(made);
      quads = made.padded / 4;
    }
    const widest = Math.max(...uploaded.map(({ padded }) => padded));
    const work = uploaded.reduce((sum, { inputs, padded }) => sum + inputs * padded, 0);
    const most = mostRows(workspace.runtime, widest / 4);
    const blocksOf = (rows: number) => rowBlocks(rows, 4 * widest, work, most);
    const largest = Math.max(...ranges.flatMap(({ rows }) => blocksOf(rows).map((b) => b.rows)));
    const images: GPUBuffer[] = [];
    for (const { padded } of uploaded) {
      images.push((await workspace.allocate({ images: packedBytes(largest, padded / 4) })).images);
    }
    for await (const { chunk } of this.#points.visit()) {
      for (const { start, rows } of blocksOf(chunk.rows)) {
        signal?.throwIfAborted();
        const source = { buffer: chunk.points, first: start, rows };
        let current: Images = { ...source, quads: this.#points.quads };
        for (const [i, map] of uploaded.entries()) {
          await mapRows(workspace, map, current, images[i], packed || i < uploaded.length - 1);
          current = { buffer: images[i], first: 0, rows, quads: map.padded / 4 };
        }
        await consume(current, chunk.start + start, source);
      }
    }
    for (const map of uploaded) releaseMap(workspace, map);
    workspace.release(...images);
  }

  dispose(): void {
    this.#points.close();
    this.#workspace.dispose();
  }
}
