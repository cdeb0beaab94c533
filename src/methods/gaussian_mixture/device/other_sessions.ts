/** Where else than on the device's rows a mixture is computed, where float32 would lose digits of it there. */
import type { FactorForm } from '../../../ops/mixtures/scorer.js';
import type { PointSource } from '../../../rows/load_options.js';
import { openRows } from '../../../rows/open_rows.js';
import { readAll, readRows } from '../../../rows/read_rows.js';
import type { MixtureSession } from '../gaussian_mixture_backend.js';
import { reachOf, type Whitening } from '../mixture_step.js';
import type { ReferenceSession } from '../twin/session.js';
import type { FramedMixtureSession } from './mixture_frame.js';
import type { MixtureRows } from './mixture_rows.js';

/**
 * Reach (see reachOf) times columns beyond which float32 loses digits of the E-step itself: a whitened
 * coordinate is a sum of as many products, and errs by up to 2^-24 times that: a log-density must not by
 * 1e-4.
 */
const FLOAT32_REACH = 2 ** 10;
/**
 * The same times the root of the columns, as roundings of either sign add up: beyond it rows that are too
 * many for the host are held in coordinates of their own. To get there takes the host a pass.
 */
const FRAME_REACH = 2 ** 10;
/**
 * Scaled columns' deviations per deviation of a component, beyond which the rounding of its mean shows:
 * that of a mean up to 16 deviations out is 2^-20, here 2^-6 of the component's own, and a bound loses
 * half its square.
 */
export const COLUMN_REACH = 2 ** 14;
/** Multiply-adds of a pass that the host does in some 100 ms. */
const HOST_WORK = 2 ** 26;

export class OtherSessions {
  readonly #rows: MixtureRows;
  readonly #onDevice: (rows: MixtureRows) => MixtureSession;
  #host: ReferenceSession | undefined;
  #framed: FramedMixtureSession | undefined;

  /** @param onDevice a session of rows in other coordinates, which it gives back when disposed of */
  constructor(rows: MixtureRows, onDevice: (rows: MixtureRows) => MixtureSession) {
    this.#rows = rows;
    this.#onDevice = onDevice;
  }

  /**
   * Another session of the rows, for factors that float32 would lose digits of: in float64, where the
   * host does a pass in a short time, else in coordinates in which they are not narrow; undefined where
   * the device's columns do, as they must for diagonal covariances of more rows than the host's.
   */
  async of(
    k: number,
    form: FactorForm,
    ...all: readonly (Float64Array | undefined)[]
  ): Promise<MixtureSession | undefined> {
    const [, d] = this.#rows.points.shape;
    const factors = all.filter((given) => given !== undefined);
    const fitsHost = this.fitsHost(k, form);
    if (fitsHost && factors.some((given) => this.isNarrow(given, form))) return this.#hosted();
    if (form === 'diag') return undefined;
    const reach = Math.max(0, ...factors.map((given) => reachOf(given, d)));
    if (d * reach <= FLOAT32_REACH) return undefined;
    if (fitsHost) return this.#hosted();
    return Math.sqrt(d) * reach > FRAME_REACH ? this.#framedFor(factors, reach) : undefined;
  }

  /** Whether a component's factors are narrow beside the columns: see COLUMN_REACH. */
  isNarrow(factors: Float64Array, form: FactorForm): boolean {
    const [, d] = this.#rows.points.shape;
    const columnOf = (at: number) => (form === 'diag' ? at : Math.floor(at / d)) % d;
    return factors.some(
      (factor, at) => Math.abs(factor) > COLUMN_REACH * this.#rows.scale[columnOf(at)],
    );
  }

  /** Whether the host does a pass in a short time. */
  fitsHost(k: number, form: FactorForm): boolean {
    const [n, d] = this.#rows.points.shape;
    return n * k * d * (form === 'diag' ? 1 : d) <= HOST_WORK;
  }

  async #hosted(): Promise<ReferenceSession> {
    if (this.#host) return this.#host;
    const { workspace, points, scale, weights: given } = this.#rows;
    const [n, d] = points.shape;
    const x = await readAll(workspace, points);
    for (let at = 0; at < x.length; at++) x[at] /= scale[at % d];
    const weights = given.host ?? new Float32Array(n).fill(1);
    const { ReferenceSession } = await import('../twin/session.js');
    this.#host = new ReferenceSession({ x, weights }, points.shape, points.shift);
    return this.#host;
  }

  /** In a frame of the factors, or of earlier ones that still serves; undefined where none helps. */
  async #framedFor(
    all: readonly Float64Array[],
    reach: number,
  ): Promise<FramedMixtureSession | undefined> {
    const { workspace, points: columns, scale } = this.#rows;
    const [, d] = columns.shape;
    const { commonFrame, FramedMixtureSession, reachWithin } = await import('./mixture_frame.js');
    const factors = Float64Array.from(all.flatMap((given) => [...given]));
    const held = this.#framed;
    const heldReach = held ? reachWithin(factors, held.frame, d) : reach;
    if (held && Math.sqrt(d) * heldReach <= FRAME_REACH) return held;
    const frame = commonFrame(factors, d);
    // Half as far at least: a frame for every step would cost more than it gives.
    if (!frame || !(2 * reachWithin(factors, frame, d) <= heldReach)) {
      return heldReach < reach ? held : undefined;
    }
    held?.dispose();
    this.#framed = undefined;
    const open = await openRows(workspace, await this.#within(frame));
    const points = open.rows.about(new Float64Array(d));
    const inner = this.#onDevice({ ...this.#rows, points, scale: new Float64Array(d).fill(1) });
    this.#framed = new FramedMixtureSession(inner, frame, { shift: columns.shift, scale });
    return this.#framed;
  }

  /** The rows in a frame's coordinates, on the host only as long as they have to be. */
  async #within(frame: Whitening): Promise<PointSource> {
    const { workspace, points, scale } = this.#rows;
    const { rowsWithin } = await import('./mixture_frame.js');
    const { shape } = points;
    if (points.kept) {
      const data = await rowsWithin(await readAll(workspace, points), scale, frame);
      return { data, shape };
    }
    const { CheckedStream } = await import('../../../rows/checked_stream.js');
    return CheckedStream.open('points', {
      shape,
      async *blocks() {
        for await (const { chunk } of points.visit()) {
          yield rowsWithin(await readRows(workspace, points, chunk), scale, frame);
        }
      },
    });
  }
}
