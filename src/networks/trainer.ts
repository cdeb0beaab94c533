/** The one training loop: rounds through shuffled batches, whose steps stay on the device. */
import { createRandom } from '../math/random.js';
import type { Algebra, Matrix, Recorded } from '../ops/algebra/algebra.js';
import { endStep } from '../ops/networks/batches.js';
import { CONTROL_LENGTH, MOST_PARTS } from '../ops/networks/control.js';
import { clipGradients, type Optimizer } from '../ops/networks/optimizer.js';
import type { BlockState, ParameterBlock } from './parameter_block.js';
import type { BatchPlace } from './resident_rows.js';
import { damaged } from './damaged.js';
import { TrainingDivergedError } from './training_diverged_error.js';

const STEP = 64;
const roundUp = (value: number, step: number) => Math.ceil(value / step) * step;

/** What a step is built from, for batches of one size. */
export interface StepPlace extends BatchPlace {
  readonly algebra: Algebra;
  /** Of this batch. */
  readonly rows: number;
  readonly order: Matrix;
  /** 1 x length: where part number `part` of the loss is to put what it is the sum of. */
  readonly piece: (part: number, length: number) => Matrix;
}

/** Makes what a batch of `place.rows` rows needs; what it returns computes all losses and gradients. */
export type StepBuilder = (place: StepPlace) => Promise<() => Promise<void>>;

export interface TrainerOptions {
  readonly n: number;
  readonly batch: number;
  /** What the parts of the loss are called, in order. */
  readonly parts: readonly string[];
  /** The longest piece of a loss: the columns of the rows, or the rows of a batch. */
  readonly longest: number;
  readonly optimizer: Optimizer;
  readonly clipNorm?: number | undefined;
  /** What is trained. */
  readonly blocks: readonly ParameterBlock[];
}

export interface EpochLoss {
  /** The mean over all rows, of all parts together. */
  readonly loss: number;
  readonly parts: readonly number[];
}

/** Where training stands between two epochs: all that it needs to go on to the same bits. */
export interface TrainerState {
  /** Of the epochs that are done. */
  readonly history: readonly EpochLoss[];
  readonly blocks: readonly BlockState[];
}

export interface EpochsOptions {
  /** Rounds through the rows at most. */
  readonly epochs: number;
  /** Of each epoch, from 0. */
  readonly rate: (epoch: number) => number;
  /** Likewise, of losses that draw rows to centres. Default 1. */
  readonly sharpness?: ((epoch: number) => number) | undefined;
  /** Shuffles the rows, differently each epoch. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** After each epoch, from 1. */
  readonly onEpoch?: ((epoch: number, loss: EpochLoss) => void) | undefined;
  /** Ends training when the loss has not sunk by `tol` of itself for so many epochs. */
  readonly patience?: number | undefined;
  readonly tol?: number | undefined;
  /** Called before the first step and every so many steps. */
  readonly visit?: { readonly every: number; readonly call: () => Promise<Visit> } | undefined;
  /** What to go on from, instead of from the start. */
  readonly from?: TrainerState | undefined;
  /** Called after each epoch, after `onEpoch`; `read` tells where training stands. */
  readonly keep?: ((read: () => Promise<TrainerState>) => Promise<void>) | undefined;
}

/** What looking at training comes to: it goes on, has come to its end, or its numbers are none. */
export type Visit = 'go on' | 'enough' | 'diverged';

export class Trainer {
  readonly #algebra: Algebra;
  readonly #options: TrainerOptions;
  readonly #control: Matrix;
  readonly #order: Matrix;
  readonly #losses: Matrix;
  readonly #whole: Recorded;
  readonly #rest: Recorded | undefined;
  #updates = 0;

  private constructor(
    algebra: Algebra,
    options: TrainerOptions,
    matrices: readonly Matrix[],
    recordings: readonly Recorded[],
  ) {
    this.#algebra = algebra;
    this.#options = options;
    [this.#control, this.#order, this.#losses] = matrices;
    [this.#whole, this.#rest] = recordings;
  }

  /** Steps of an epoch. */
  get steps(): number {
    return Math.ceil(this.#options.n / this.#options.batch);
  }

  static async create(
    algebra: Algebra,
    options: TrainerOptions,
    build: StepBuilder,
  ): Promise<Trainer> {
    const { n, batch, parts, longest, optimizer, clipNorm, blocks } = options;
    const control = await algebra.matrix(1, CONTROL_LENGTH);
    const order = await algebra.matrix(1, n);
    const losses = await algebra.matrix(Math.ceil(n / batch), MOST_PARTS);
    const recordFor = async (rows: number): Promise<Recorded> => {
      const length = roundUp(longest, STEP);
      const pieces = await algebra.matrix(parts.length, length);
      const step = await build({
        ...{ algebra, rows, order, control, batch },
        piece: (part, columns) => algebra.part(pieces, part * length, 1, columns),
      });
      return algebra.record(async () => {
        await step();
        if (clipNorm !== undefined) await clip(algebra, blocks, clipNorm, control);
        for (const block of blocks) await block.update(optimizer, control);
        await algebra.perform(endStep, { pieces, losses, control, updates: true });
      });
    };
    const recordings = [await recordFor(Math.min(batch, n))];
    if (n > batch && n % batch > 0) recordings.push(await recordFor(n % batch));
    return new Trainer(algebra, options, [control, order, losses], recordings);
  }

  /**
   * Trains for some epochs.
   *
   * @returns the loss of each
   * @throws TrainingDivergedError where a loss is no number; the parameters are then those of the epoch before;
   *   InvalidArgumentError where `from` is of other parameters
   */
  async epochs(options: EpochsOptions): Promise<readonly EpochLoss[]> {
    const { epochs, rate, sharpness = () => 1, seed, signal, onEpoch, visit, from, keep } = options;
    const { blocks } = this.#options;
    const history = [...(from?.history ?? [])];
    const sinking = watchLoss(options);
    let isSinking = true;
    for (const { loss } of history) isSinking = sinking(loss);
    if (from) {
      blocks.forEach((block, i) => {
        const state = from.blocks[i];
        if (!block.fits(state)) throw damaged('weights');
        block.writeState(state);
      });
    }
    let done = history.length * this.steps;
    this.#updates = done;
    const diverged = async (epoch: number, loss: number): Promise<never> => {
      for (const block of blocks) await block.restore();
      throw new TrainingDivergedError(epoch + 1, loss, rate(epoch));
    };
    for (let epoch = history.length; epoch < epochs && isSinking; epoch++) {
      signal?.throwIfAborted();
      for (const block of blocks) await block.keep();
      this.#begin(rate(epoch), sharpness(epoch), seed, epoch);
      for (let step = 0; step < this.steps;) {
        const found = visit && done % visit.every === 0 ? await visit.call() : 'go on';
        if (found === 'enough') return history;
        if (found === 'diverged') await diverged(epoch, Number.NaN);
        const ahead = visit ? visit.every - (done % visit.every) : this.steps;
        const to = Math.min(this.steps, step + ahead);
        await this.#run(step, to);
        done += to - step;
        step = to;
      }
      const loss = await this.#readLoss();
      if (!Number.isFinite(loss.loss)) await diverged(epoch, loss.loss);
      history.push(loss);
      onEpoch?.(epoch + 1, loss);
      isSinking = sinking(loss.loss);
      await keep?.(async () => {
        const states: BlockState[] = [];
        for (const block of blocks) states.push(await block.readState());
        return { history: [...history], blocks: states };
      });
    }
    return history;
  }

  #begin(rate: number, sharpness: number, seed: number, epoch: number): void {
    const { n } = this.#options;
    this.#algebra.write(this.#control, [0, this.#updates, rate, 1, sharpness, 0, 0, 0]);
    this.#algebra.write(this.#order, shuffled(n, seed, epoch));
  }

  async #run(from: number, to: number): Promise<void> {
    const whole = this.#rest ? this.steps - 1 : this.steps;
    const some = Math.min(to, whole) - from;
    if (some > 0) await this.#whole.repeat(some);
    if (to > whole) await this.#rest!.repeat(1);
    this.#updates += to - from;
  }

  async #readLoss(): Promise<EpochLoss> {
    const { n, batch, parts } = this.#options;
    const values = await this.#algebra.read(this.#losses);
    const sums = parts.map((_, part) => {
      let sum = 0;
      for (let step = 0; step < this.steps; step++) {
        const rows = Math.min(batch, n - step * batch);
        sum += (rows / n) * values[step * MOST_PARTS + part];
      }
      return sum;
    });
    return { loss: sums.reduce((all, sum) => all + sum, 0), parts: sums };
  }

  free(): void {
    this.#whole.free();
    this.#rest?.free();
    this.#algebra.free(this.#control, this.#order, this.#losses);
  }
}

/** Whether losses, told one after the other, still sink. */
function watchLoss({
  patience = Number.POSITIVE_INFINITY,
  tol = 0,
}: Pick<EpochsOptions, 'patience' | 'tol'>): (loss: number) => boolean {
  let best = Number.POSITIVE_INFINITY;
  let since = 0;
  return (loss) => {
    since = loss < best * (1 - tol) ? 0 : since + 1;
    best = Math.min(best, loss);
    return since < patience;
  };
}

/** Sets the scale of the gradients, by the length that all of them have together. */
async function clip(
  algebra: Algebra,
  blocks: readonly ParameterBlock[],
  most: number,
  control: Matrix,
): Promise<void> {
  const squares = await blocks[0].squares();
  for (const block of blocks.slice(1)) {
    const more = await block.squares();
    await algebra.combine(
      [
        [1, squares],
        [1, more],
      ],
      { into: squares },
    );
    algebra.free(more);
  }
  await algebra.perform(clipGradients, { squares, most, control });
  algebra.free(squares);
}

/** The numbers 0 to n - 1 in an order of each epoch's own. */
function shuffled(n: number, seed: number, epoch: number): Float32Array {
  const random = createRandom((seed + Math.imul(epoch, 0x9e3779b1)) >>> 0);
  const order = Float32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
