/** Layers of filters that go over images, and back. A signal is an image of one line. */
import type { Random } from '../math/random.js';
import type { Activation } from '../ops/algebra/activation.js';
import type { Matrix } from '../ops/algebra/algebra.js';
import { outputGradient } from '../ops/networks/gradients.js';
import { fold, unfold, type Windows } from '../ops/networks/windows.js';
import {
  addUp,
  bandsOf,
  type FilterPlan,
  type ImageSides,
  numbersOf,
  type Piece,
  piecesOf,
  pixelsOf,
  type Rows,
  windowsOn,
} from './images.js';
import {
  goesBack,
  type Layer,
  type LayerPlace,
  type OpenLayer,
  type ParameterShape,
} from './layer.js';

export interface ConvolutionPlan extends FilterPlan {
  /** What the filters go over. */
  readonly image: ImageSides;
  readonly filters: number;
  readonly activation: Activation;
  /** Whether there is a b. Default true. */
  readonly hasBias?: boolean;
}

/** Uniform within 1 / sqrt(count) of 0, for sums of `count` terms. */
const within = (count: number) => (random: Random) => (2 * random.next() - 1) / Math.sqrt(count);

const numbersIn = ({ kernelDown, kernelAcross, channels }: Windows) =>
  kernelDown * kernelAcross * channels;

const placesOf = ({ windowsDown, windowsAcross }: Windows) => windowsDown * windowsAcross;

/**
 * y = activation(b + the filters times what windows on the image see): the pixels of images in, and those of images with a
 * channel for each filter out. W is (kernel down, kernel across, channels) x filters, b 1 x filters.
 *
 * 2 FLOPs a weight and place forward, and 4 back; beside its results a layer holds 16 MiB of patches, or those of 16 images,
 * or some lines of a single one.
 */
export class Convolution implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters: readonly ParameterShape[];
  /** What it makes. */
  readonly made: ImageSides;
  readonly #windows: Windows;
  readonly #plan: ConvolutionPlan;

  /** @throws ShapeError where no place of the filter is on the image */
  constructor(plan: ConvolutionPlan) {
    const { image, filters } = plan;
    const windows = windowsOn(image, plan);
    this.#plan = plan;
    this.#windows = windows;
    this.made = { down: windows.windowsDown, across: windows.windowsAcross, channels: filters };
    this.inputs = numbersOf(image);
    this.outputs = numbersOf(this.made);
    const terms = numbersIn(windows);
    const start = within(terms);
    const weight = { name: 'weight', rows: terms, columns: filters, start };
    const bias = { name: 'bias', rows: 1, columns: filters, start };
    this.parameters = (plan.hasBias ?? true) ? [weight, bias] : [weight];
  }

  async open(place: LayerPlace): Promise<OpenLayer> {
    const { algebra, rows: images } = place;
    const { values, gradients } = place.parametersOf(this);
    const { filters, activation } = this.#plan;
    const windows = this.#windows;
    const [weight, bias] = values as readonly [Matrix, Matrix?];
    const [terms, places] = [numbersIn(windows), placesOf(windows)];
    const pixels = windows.down * windows.across;
    const pieces = piecesOf(images, windows, filters);
    const patches = await algebra.matrix(pieces.most, terms);
    const rowsOf = (matrix: Matrix, { first, count }: Rows) => algebra.band(matrix, first, count);
    const y = await algebra.matrix(images * places, filters);
    const isBack = goesBack(place, this);
    const passed = isBack ? await algebra.matrix(images * pixels, windows.channels) : undefined;
    const biases = isBack ? await algebra.matrix(places, filters) : undefined;
    const see = async (from: Matrix, { windows: some, places: seeing, pixels: seen }: Piece) => {
      const patchesOf = algebra.band(patches, 0, seeing.count);
      const given = { pixels: rowsOf(from, seen), patches: patchesOf, windows: some };
      await algebra.perform(unfold, given);
      return patchesOf;
    };
    let x = y;
    return {
      async forward(given) {
        x = given;
        for (const piece of pieces.forward) {
          const seen = await see(x, piece);
          await algebra.product(seen, weight, { bias, activation, into: rowsOf(y, piece.places) });
        }
        return y;
      },
      async backward(gradient, passOn) {
        await algebra.perform(outputGradient, { y, gradient, bias: biases!, activation });
        if (gradients && gradients.length > 1) await addUp(algebra, biases!, gradients[1]);
        for (const [i, piece] of gradients ? pieces.forward.entries() : []) {
          const seen = await see(x, piece);
          const [into] = gradients!;
          const adding = { beta: i === 0 ? 0 : 1, into };
          const slope = rowsOf(gradient, piece.places);
          await algebra.product(seen, slope, { transposeA: true, ...adding });
        }
        if (!passOn) return undefined;
        for (const { windows: some, places: seeing, pixels: seen } of pieces.backward) {
          const laid = algebra.band(patches, 0, seeing.count);
          const slope = rowsOf(gradient, seeing);
          await algebra.product(slope, weight, { transposeB: true, into: laid });
          const to = rowsOf(passed!, seen);
          await algebra.perform(fold, { pixels: to, patches: laid, windows: some });
        }
        return passed;
      },
    };
  }
}

/**
 * The way back of a Convolution of such a plan, with weights of its own: each place of the filter lays its weights, times
 * what is given for it, on the image, and y = activation(b + what lies on each pixel). Takes the pixels of images with
 * `filters` channels, gives those of `image`. W is filters x (kernel down, kernel across, channels), b 1 x channels.
 */
export class TransposedConvolution implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters: readonly ParameterShape[];
  readonly #windows: Windows;
  readonly #plan: ConvolutionPlan;

  /** @throws ShapeError where no place of the filter is on the image */
  constructor(plan: ConvolutionPlan) {
    const { image, filters, stride } = plan;
    const windows = windowsOn(image, plan);
    this.#plan = plan;
    this.#windows = windows;
    this.inputs = placesOf(windows) * filters;
    this.outputs = numbersOf(image);
    const start = within((filters * windows.kernelDown * windows.kernelAcross) / stride ** 2);
    this.parameters = [
      { name: 'weight', rows: filters, columns: numbersIn(windows), start },
      { name: 'bias', rows: 1, columns: image.channels, start },
    ];
  }

  async open(place: LayerPlace): Promise<OpenLayer> {
    const { algebra, rows: images } = place;
    const { values, gradients } = place.parametersOf(this);
    const { filters, activation } = this.#plan;
    const windows = this.#windows;
    const [weight, bias] = values;
    const [terms, places] = [numbersIn(windows), placesOf(windows)];
    const pixels = windows.down * windows.across;
    const bands = bandsOf(images, places * terms);
    const patches = await algebra.matrix(bands[0].count * places, terms);
    const y = await algebra.matrix(images * pixels, windows.channels);
    const passed = gradients && (await algebra.matrix(images * places, filters));
    const biases = gradients && (await algebra.matrix(pixels, windows.channels));
    let x = y;
    return {
      async forward(given) {
        x = given;
        for (const band of bands) {
          const laid = algebra.band(patches, 0, band.count * places);
          await algebra.product(pixelsOf(algebra, x, places, band), weight, { into: laid });
          const to = pixelsOf(algebra, y, pixels, band);
          await algebra.perform(fold, { pixels: to, patches: laid, windows, bias, activation });
        }
        return y;
      },
      async backward(gradient, passOn) {
        await algebra.perform(outputGradient, { y, gradient, bias: biases!, activation });
        await addUp(algebra, biases!, gradients![1]);
        for (const [i, band] of bands.entries()) {
          const seen = algebra.band(patches, 0, band.count * places);
          const slope = pixelsOf(algebra, gradient, pixels, band);
          await algebra.perform(unfold, { pixels: slope, patches: seen, windows });
          const from = pixelsOf(algebra, x, places, band);
          const [into] = gradients!;
          await algebra.product(from, seen, { transposeA: true, beta: i === 0 ? 0 : 1, into });
          if (!passOn) continue;
          const to = pixelsOf(algebra, passed!, places, band);
          await algebra.product(seen, weight, { transposeB: true, into: to });
        }
        return passOn ? passed : undefined;
      },
    };
  }
}
