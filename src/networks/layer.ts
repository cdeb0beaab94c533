/**
 * What a layer of a network is: a file with its sizes, its parameters, and how a batch goes through it and back.
 * A network is a chain of layers, and training goes forward through all of them, then back; nothing is
 * differentiated by itself.
 */
import type { Algebra, Matrix } from '../ops/algebra/algebra.js';
import type { Random } from '../math/random.js';

/** A matrix of numbers that training changes; a vector is 1 x n. */
export interface ParameterShape {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** One number to start from. */
  readonly start: (random: Random) => number;
}

/** A layer for batches of any size. It holds no numbers itself: these are its network's, see ParameterBlock. */
export interface Layer {
  /** Columns of what it takes and gives. */
  readonly inputs: number;
  readonly outputs: number;
  readonly parameters: readonly ParameterShape[];
  /** Makes what batches of `place.rows` rows need. */
  open(place: LayerPlace): Promise<OpenLayer>;
}

/** The numbers of a layer's parameters, and the gradients of the loss by them, in the order of `parameters`. */
export interface OpenParameters {
  readonly values: readonly Matrix[];
  /** Absent where nothing is trained. */
  readonly gradients?: readonly Matrix[] | undefined;
}

/** Where a layer is opened. */
export interface LayerPlace {
  readonly algebra: Algebra;
  /** Of a batch. */
  readonly rows: number;
  /** Of this layer, or of one whose parameters this one shares. */
  parametersOf(layer: Layer): OpenParameters;
  /** Whether a layer's gradients hold what another that shares its parameters has put there before. */
  adds(layer: Layer): boolean;
  /** Where training stands; absent where nothing is trained. */
  readonly control?: Matrix | undefined;
  /** Parameters stay as they are, but gradients go back through the layer all the same. */
  readonly isFrozen?: boolean | undefined;
}

/** Whether a layer at this place is asked to go back. */
export const goesBack = (place: LayerPlace, layer: Layer): boolean =>
  (place.isFrozen ?? false) || place.parametersOf(layer).gradients !== undefined;

/**
 * A layer for batches of one size. What it makes it makes in matrices of its own, the same each time, so that
 * its calls can be recorded.
 */
export interface OpenLayer {
  /**
   * What the layer makes of x, rows x inputs, which stays as it is until `backward`. Of layers of images x and what is made
   * have a row for each pixel instead, with its channels.
   */
  forward(x: Matrix): Promise<Matrix>;
  /**
   * Puts the gradients by its parameters where they belong, for the batch that went forward last.
   *
   * @param gradient by what `forward` gave; the layer may change it
   * @returns the gradient by x, which the caller may change; undefined where `passOn` is false
   */
  backward(gradient: Matrix, passOn: boolean): Promise<Matrix | undefined>;
}
