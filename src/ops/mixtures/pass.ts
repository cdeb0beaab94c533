/** Passes of the E-step and of the sums for the M-step over all rows, batch after batch. */
import { Batches, type Components } from './batches.js';
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
