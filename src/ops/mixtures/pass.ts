/** Passes of the E-step and of the sums for the M-step over all rows, batch after batch. */
import type { DeviceRows } from '../op.js';
import { perRows } from '../per_rows.js';
import { Batches, type Components } from './batches.js';
import { EmBoard } from './em_status.js';
import type { FactorForm } from './scorer.js';
import { type RowValues, rowValues, Scoring } from './scoring.js';
import { WeightedSums } from './weighted_sums.js';
import { WhitenedSums } from './whitened_sums.js';

/** What passes are made of: each part with its kernels and buffers, made when it is first asked for. */
export class MixturePass {
  readonly batches: Batches;
  #values: readonly RowValues[] | undefined;
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
    return (this.#labelling ??= await this.#scoring(true));
  }

  /** Responsibilities times the rows' weights, log-densities and entropies. */
  async expectation(): Promise<Scoring> {
    return (this.#expectation ??= await this.#scoring(false));
  }

  /** Both kinds leave what they find of the rows in the same place. */
  async #scoring(labelled: boolean): Promise<Scoring> {
    this.#values ??= await rowValues(this.batches);
    return Scoring.create(this.batches, this.#values, labelled);
  }

  async sums(): Promise<WeightedSums> {
    return (this.#sums ??= await WeightedSums.create(this.batches));
  }

  /** Sums in the coordinates of components; their totals are those of `sums`. */
  async whitenedSums(): Promise<WhitenedSums> {
    return (this.#whitened ??= await WhitenedSums.create(this.batches, await this.sums()));
  }

  dispose(): void {
    for (const part of [this.#sums, this.#whitened, this.batches]) part?.dispose();
    for (const values of this.#values ?? []) {
      this.batches.workspace.release(...Object.values<GPUBuffer>({ ...values }));
    }
  }
}

interface Kept {
  pass?: MixturePass | undefined;
  board?: EmBoard;
  /** Whether a fit may have halted on the board. */
  isUsed?: boolean;
}

const kept = perRows((): Kept => ({}));

/** The rows' pass for so many components of a form, which nothing halts; kept until another is asked for. */
export async function passFor(rows: DeviceRows, k: number, form: FactorForm): Promise<MixturePass> {
  const own = kept(rows);
  const board = (own.board ??= await EmBoard.create(rows.workspace));
  if (own.isUsed) board.reset();
  own.isUsed = false;
  if (own.pass?.batches.k === k && own.pass.batches.form === form) return own.pass;
  releasePass(rows);
  return (own.pass = await MixturePass.create({ ...rows, k, form, state: board.state }));
}

/** Where a fit by the rows' pass reports, which halts the pass. */
export function boardOf(rows: DeviceRows): EmBoard {
  const own = kept(rows);
  own.isUsed = true;
  return own.board!;
}

/** Gives back what the rows' pass takes. */
export function releasePass(rows: DeviceRows): void {
  const own = kept(rows);
  own.pass?.dispose();
  own.pass = undefined;
}
