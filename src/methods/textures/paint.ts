/** A picture that is changed until it is what is asked for. */
import { InvalidArgumentError } from '../../errors.js';
import { createRandom } from '../../math/random.js';
import { minimize } from '../../math/lbfgs.js';
import type { Algebra } from '../../ops/algebra/algebra.js';
import type { RasterImage } from '../../rows/image.js';
import type { ComputeOptions } from '../kmeans/placed.js';
import { type Losses, MOST_STEPS, Objective, type ObjectivePlan, totalOf } from './objective.js';
import { bytesOf, type Picture, pictureOf, roundedToBytes } from './picture.js';

/** How far it is. */
export interface PaintProgress {
  /** From 1. */
  readonly iteration: number;
  readonly maxIter: number;
  readonly loss: number;
  /** The picture by now, as it would be returned; of 'adam' by the last of the iterations that are told together. */
  readonly picture: () => Uint8ClampedArray<ArrayBuffer>;
}

export interface PaintOptions extends ComputeOptions {
  /**
   * 'lbfgs' (the default) takes fewer steps, each of one or two evaluations and of work on the processor; 'adam' stays on
   * the device.
   */
  readonly optimizer?: 'lbfgs' | 'adam';
  /** Iterations at most. Default 200. */
  readonly maxIter?: number;
  /** 'lbfgs' ends where an iteration lowers the loss by less than this share. Default 1e-6. */
  readonly tol?: number;
  /** Of 'adam': how far a step goes, where black is 0 and white 1. Default 0.02. */
  readonly learningRate?: number;
  /** Whole number from 0 to 2^32 - 1, for the noise to start from. Default 0. */
  readonly seed?: number;
  /** Called after each iteration, of 'adam' some at a time. What it throws ends the work. */
  readonly onIteration?: (progress: PaintProgress) => void;
}

/** A picture that was made, with what it was made by. */
export interface PaintedImage {
  /** Bytes, [height][width][channels]. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Of the picture as it is here, in bytes: the sum of its three parts. */
  readonly loss: number;
  readonly losses: Losses;
  /** Of what it began with. */
  readonly startLoss: number;
  /** After each iteration. */
  readonly history: Float64Array;
  readonly iterations: number;
  /** The adapter's name, or 'cpu'. */
  readonly engine: string;
}

/** The options that are there once they are checked. */
export interface Painting extends Required<
  Pick<PaintOptions, 'optimizer' | 'maxIter' | 'tol' | 'learningRate'>
> {
  readonly onIteration?: ((progress: PaintProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Tell = (loss: number, x: ArrayLike<number>) => void;

/** How far the first step of L-BFGS moves the value that moves most. */
const FIRST_STEP = 0.1;

export async function paint(
  algebra: Algebra,
  plan: ObjectivePlan,
  start: Float64Array,
  options: Painting,
): Promise<PaintedImage> {
  const { optimizer, maxIter, onIteration, signal } = options;
  const objective = await Objective.open(algebra, plan);
  const recorded = await objective.recordEvaluation();
  const evaluate = async (x: ArrayLike<number>): Promise<Losses> => {
    signal?.throwIfAborted();
    objective.write(x);
    objective.begin(0, 0);
    await recorded.repeat(1);
    const [losses] = await objective.losses(1);
    return losses;
  };
  const startLoss = totalOf(await evaluate(start));
  const history: number[] = [];
  const told: Tell = (loss, x) => {
    history.push(loss);
    onIteration?.({ iteration: history.length, maxIter, loss, picture: () => bytesOf(x) });
  };
  const made =
    optimizer === 'adam'
      ? await byAdam(objective, start, options, told)
      : await byLbfgs(objective, evaluate, start, options, told);
  const losses = await evaluate(roundedToBytes(made));
  const { width, height, network } = plan;
  return Object.freeze({
    ...{ data: bytesOf(made), width, height, channels: network.channels },
    ...{ loss: totalOf(losses), losses, startLoss },
    ...{ history: Float64Array.from(history), iterations: history.length },
    engine: algebra.description,
  });
}

async function byLbfgs(
  objective: Objective,
  evaluate: (x: ArrayLike<number>) => Promise<Losses>,
  start: Float64Array,
  { maxIter, tol }: Painting,
  told: Tell,
): Promise<Float64Array> {
  const { x } = await minimize({
    async evaluate(tried) {
      const value = totalOf(await evaluate(tried));
      return { value, gradient: await objective.readGradient() };
    },
    ...{ start, lower: 0, upper: 1, maxIter, tol, firstStep: FIRST_STEP },
    onIteration: (_, value, x) => {
      told(value, x);
    },
  });
  return x;
}

async function byAdam(
  objective: Objective,
  start: Float64Array,
  { maxIter, learningRate, onIteration, signal }: Painting,
  told: Tell,
): Promise<ArrayLike<number>> {
  const step = await objective.recordStep();
  objective.write(start);
  for (let done = 0; done < maxIter; done += MOST_STEPS) {
    signal?.throwIfAborted();
    const some = Math.min(MOST_STEPS, maxIter - done);
    objective.begin(done, learningRate);
    await step.repeat(some);
    const found = await objective.losses(some);
    // Nobody else asks for it.
    const x = onIteration ? await objective.read() : [];
    for (const losses of found) told(totalOf(losses), x);
  }
  return objective.read();
}

/** Uniform noise, or the caller's picture, of these sides. */
export function startOf(
  start: RasterImage | undefined,
  { width, height }: Pick<Picture, 'width' | 'height'>,
  channels: number,
  seed: number,
): Float64Array {
  if (start === undefined) {
    const random = createRandom(seed);
    return Float64Array.from({ length: width * height * channels }, () => random.next());
  }
  const given = pictureOf('start', start, channels);
  if (given.width === width && given.height === height) return given.data;
  throw new InvalidArgumentError(
    'start',
    `start is ${given.width} x ${given.height} pixels, but the picture that is made ${width} x ${height}; make them the same.`,
  );
}
