/** Passes of the E-step and of the sums for the M-step over all rows, batch after batch. */
import type { DeviceRows } from '../op.js';
import { perRows } from '../per_rows.js';
import { Batches, type Components } from './batches.js';
import type { FactorForm } from './scorer.js';
import { Scoring } from './scoring.js';
import { WeightedSums } from './weighted_sums.js';
import { WhitenedSums } from './whitened_sums.js';

/** What passes are made of: each part with its kernels and buffers, made when it is first asked for. */
export class MixturePass {
  readonly batches: Batches;
  #labelling: Scoring | undefined;
  #expectation: Scoring | undefined;
  #sums: WeightedSums | undefined;
  #whitened: WhitenedSums | undefined;

  private constructor(batches: Batches) {
    this.batches = batches;
  }

  static async create(components: Components): Promise<MixturePass> {
    return new MixturePass(await Batches.create(components));
  }

  /** Log-densities and labels; responsibilities without the rows' weights. */
  async labelling(): Promise<Scoring> {
    return (this.#labelling ??= await Scoring.create(this.batches, true));
  }

  /** Responsibilities times the rows' weights, log-densities and entropies. */
  async expectation(): Promise<Scoring> {
    return (this.#expectation ??= await Scoring.create(this.batches, false));
  }

  async sums(): Promise<WeightedSums> {
    return (this.#sums ??= await WeightedSums.create(this.batches));
  }

  /** Sums in the coordinates of components; their totals are those of `sums`. */
  async whitenedSums(): Promise<WhitenedSums> {
    return (this.#whitened ??= await WhitenedSums.create(this.batches, await this.sums()));
  }

  dispose(): void {
    for (const part of [this.#labelling, this.#expectation, this.#sums, this.#whitened]) {
      part?.dispose();
    }
    this.batches.dispose();
  }
}

interface Kept {
  pass?: MixturePass | undefined;
  /** The state words of a fit that has not halted. */
  state?: GPUBuffer;
}

const kept = perRows((): Kept => ({}));

/** The rows' pass for so many components of a form; kept until another is asked for. */
export async function passFor(rows: DeviceRows, k: number, form: FactorForm): Promise<MixturePass> {
  const own = kept(rows);
  if (own.pass?.batches.k === k && own.pass.batches.form === form) return own.pass;
  releasePass(rows);
  if (!own.state) {
    const { state } = await rows.workspace.allocate({ state: 8 });
    rows.workspace.run('reset', (recording) => recording.clear(state));
    own.state = state;
  }
  return (own.pass = await MixturePass.create({ ...rows, k, form, state: own.state }));
}

/** Gives back what the rows' pass takes. */
export function releasePass(rows: DeviceRows): void {
  const own = kept(rows);
  own.pass?.dispose();
  own.pass = undefined;
}
