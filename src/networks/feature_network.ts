/** Networks that make features of pictures: layers with names, whose weights stay as they are. */
import { InvalidArgumentError } from '../errors.js';
import type { Activation } from '../ops/algebra/activation.js';
import type { Margins } from './images.js';

interface Named {
  readonly name: string;
  /** The layers whose features it takes, by name; '' is the picture. */
  readonly from: readonly string[];
}

export interface ConvolutionFeatures extends Named {
  readonly kind: 'convolution';
  readonly kernel: readonly [down: number, across: number];
  readonly stride: number;
  readonly padding: 'same' | 'valid' | Margins;
  readonly filters: number;
  /** [kernel down][kernel across][channels][filters] */
  readonly weights: Float32Array;
  /** A number a filter. */
  readonly bias?: Float32Array | undefined;
  readonly activation: Activation;
}

export interface PoolingFeatures extends Named {
  readonly kind: 'pooling';
  readonly pool: 'max' | 'average';
  /** Of windows side by side. */
  readonly size: readonly [down: number, across: number];
}

/** y = activation(scale x + shift), channel by channel. */
export interface ScaleFeatures extends Named {
  readonly kind: 'scale';
  readonly scale?: Float32Array | undefined;
  readonly shift?: Float32Array | undefined;
  readonly activation: Activation;
}

/** y = activation(the sum of two layers of one size). */
export interface SumFeatures extends Named {
  readonly kind: 'sum';
  readonly activation: Activation;
}

/** The channels of two layers of the same sides, or of more, side by side. */
export interface ConcatenationFeatures extends Named {
  readonly kind: 'concatenation';
}

export type FeatureLayer =
  ConvolutionFeatures | PoolingFeatures | ScaleFeatures | SumFeatures | ConcatenationFeatures;

/** What becomes of a pixel's numbers, 0 to 1, before the first layer: x M + shift. */
export interface PictureInput {
  /** Of a picture: 1 or 3. */
  readonly channels: number;
  /** M, channels x the channels that the first layers take. */
  readonly mix: Float32Array;
  /** As many as the first layers take. */
  readonly shift: Float32Array;
}

/** Of networks that take as many channels as the picture has. */
export const inputOf = (scale: readonly number[], shift: readonly number[]): PictureInput => ({
  channels: scale.length,
  mix: Float32Array.from({ length: scale.length ** 2 }, (_, at) =>
    Math.floor(at / scale.length) === at % scale.length ? scale[at % scale.length] : 0,
  ),
  shift: Float32Array.from(shift),
});

/** A network whose layers stand in an order in which each finds what it takes. Immutable. */
export class FeatureNetwork {
  /** For people. */
  readonly name: string;
  readonly input: PictureInput;
  readonly layers: readonly FeatureLayer[];
  /** Layers whose features tell a texture, where the caller names none. */
  readonly styleLayers: readonly string[];

  constructor(
    name: string,
    input: PictureInput,
    layers: readonly FeatureLayer[],
    styleLayers: readonly string[],
  ) {
    this.name = name;
    this.input = input;
    this.layers = layers;
    this.styleLayers = styleLayers;
    Object.freeze(this);
  }

  /** Names of all layers, in their order. */
  get layerNames(): string[] {
    return this.layers.map(({ name }) => name);
  }

  /** Channels of a pixel of the pictures that it takes: 1 or 3. */
  get channels(): number {
    return this.input.channels;
  }

  /**
   * The layers that these need, themselves among them, in order.
   *
   * @throws InvalidArgumentError where there is none of such a name
   */
  neededFor(option: string, names: readonly string[]): readonly FeatureLayer[] {
    const known = new Map(this.layers.map((layer) => [layer.name, layer]));
    const needed = new Set<string>();
    const visit = (name: string) => {
      if (name === '' || needed.has(name)) return;
      needed.add(name);
      known.get(name)!.from.forEach(visit);
    };
    for (const name of names) {
      if (!known.has(name)) {
        throw new InvalidArgumentError(
          option,
          `${option}: the network has no layer '${name}'; its layers are ${shortened(this.layerNames)}.`,
        );
      }
      visit(name);
    }
    return this.layers.filter(({ name }) => needed.has(name));
  }
}

const MOST_NAMED = 40;

const shortened = (names: readonly string[]): string =>
  names.length <= MOST_NAMED
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`;
