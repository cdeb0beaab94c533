/** Layers that make windows of images one pixel each, and such that change the form of what goes through. */
import { ShapeError } from '../errors.js';
import { pool, poolGradient, type PoolPlan, reshape } from '../ops/networks/windows.js';
import { type ImageSides, numbersOf } from './images.js';
import { goesBack, type Layer, type LayerPlace, type OpenLayer } from './layer.js';

export interface PoolingPlan {
  readonly image: ImageSides;
  readonly kind: 'max' | 'average';
  /** Of the windows, which lie side by side. */
  readonly size: readonly [down: number, across: number];
}

/** The largest or the mean number of each window, channel by channel. */
export class Pooling implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters = [];
  readonly made: ImageSides;
  readonly #plan: PoolPlan;

  /** @throws ShapeError where windows do not divide the image */
  constructor({ image, kind, size: [kernelDown, kernelAcross] }: PoolingPlan) {
    const { down, across, channels } = image;
    if (down % kernelDown !== 0 || across % kernelAcross !== 0) {
      throw new ShapeError(
        `windows of ${kernelDown} x ${kernelAcross} do not divide an image of ${down} x ${across}; ` +
          `give sides that are divisors of the image's.`,
      );
    }
    this.#plan = { kind, down, across, kernelDown, kernelAcross };
    this.made = { down: down / kernelDown, across: across / kernelAcross, channels };
    this.inputs = numbersOf(image);
    this.outputs = numbersOf(this.made);
  }

  async open(place: LayerPlace): Promise<OpenLayer> {
    const { algebra, rows } = place;
    const plan = this.#plan;
    const { down, across, channels } = this.made;
    const pooled = await algebra.matrix(rows * down * across, channels);
    const passed = goesBack(place, this)
      ? await algebra.matrix(rows * plan.down * plan.across, channels)
      : undefined;
    let x = pooled;
    return {
      async forward(given) {
        x = given;
        await algebra.perform(pool, { ...plan, pixels: x, pooled });
        return pooled;
      },
      async backward(gradient, passOn) {
        if (!passOn) return undefined;
        const given = { ...plan, pixels: x, pooled: gradient, passed: passed! };
        await algebra.perform(poolGradient, given);
        return passed;
      },
    };
  }
}

/** The same numbers, from images to a row for each of them, or back: `from` and `to` are how many columns each has. */
export class Reshaping implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters = [];
  readonly #columns: readonly [from: number, to: number];

  /**
   * @param numbers of an image
   * @param from columns of what it takes: `numbers`, or the channels
   * @param to of what it gives
   */
  constructor(numbers: number, from: number, to: number) {
    this.inputs = numbers;
    this.outputs = numbers;
    this.#columns = [from, to];
  }

  async open(place: LayerPlace): Promise<OpenLayer> {
    const { algebra, rows } = place;
    const [from, to] = this.#columns;
    const numbers = rows * this.inputs;
    const made = await algebra.matrix(numbers / to, to);
    const passed = goesBack(place, this) ? await algebra.matrix(numbers / from, from) : undefined;
    return {
      async forward(given) {
        await algebra.perform(reshape, { given, made });
        return made;
      },
      async backward(gradient, passOn) {
        if (!passOn) return undefined;
        await algebra.perform(reshape, { given: gradient, made: passed! });
        return passed;
      },
    };
  }
}

/** From a row an image to a row a pixel. */
export const asPixels = (image: ImageSides): Reshaping =>
  new Reshaping(numbersOf(image), numbersOf(image), image.channels);

/** From a row a pixel to a row an image: its pixels one after the other, each with all of its channels. */
export const asRows = (image: ImageSides): Reshaping =>
  new Reshaping(numbersOf(image), image.channels, numbersOf(image));
