/** What readers of networks' files have in common: layers one after the other, those together that can be. */
import type { Activation } from '../../ops/algebra/activation.js';
import {
  type ConvolutionFeatures,
  type FeatureLayer,
  FeatureNetwork,
  inputOf,
  type PictureInput,
} from '../../networks/feature_network.js';
import { NetworkFileError } from './network_error.js';

export interface ReadNetworkOptions {
  /** The last layer that is wanted; what stands behind it is not read. Default: all that can be read, from the first on. */
  readonly until?: string;
  /** Layers whose features tell a texture. Default: up to 5 of those that end in a ReLU, evenly spread. */
  readonly styleLayers?: readonly string[];
  /** What a channel's numbers, 0 to 1, are multiplied by before the first layer. Default 1. */
  readonly scale?: number | readonly number[];
  /** What is added then. Default 0. */
  readonly shift?: number | readonly number[];
  /** The network takes blue, green and red. Default false. */
  readonly bgr?: boolean;
}

/** A layer that is not read, why, and what came of it. */
interface End {
  readonly name: string;
  readonly why: string;
}

type Draft = FeatureLayer & { readonly channels: number };

export interface DraftConvolution extends Pick<
  ConvolutionFeatures,
  'kernel' | 'stride' | 'padding'
> {
  /** [kernel down][kernel across][channels][filters], of all channels. */
  readonly weights: Float32Array;
  readonly filters: number;
  readonly bias?: Float32Array | undefined;
}

/** Weights of filters that see one channel each, or a group of them, among all channels. */
export function ungrouped(
  weights: Float32Array,
  taps: number,
  perGroup: number,
  filters: number,
  groups: number,
): Float32Array {
  if (groups === 1) return weights;
  const channels = perGroup * groups;
  const all = new Float32Array(taps * channels * filters);
  for (let tap = 0; tap < taps; tap++) {
    for (let f = 0; f < filters; f++) {
      const first = Math.floor((f * groups) / filters) * perGroup;
      for (let c = 0; c < perGroup; c++) {
        all[(tap * channels + first + c) * filters + f] =
          weights[(tap * perGroup + c) * filters + f];
      }
    }
  }
  return all;
}

export class NetworkBuilder {
  readonly #layers = new Map<string, Draft>();
  readonly #takers = new Map<string, number>();
  /** Values of the file that are the same as those of a layer. */
  readonly #same = new Map<string, string>();
  readonly #channels: number;
  #end: End | undefined;

  /**
   * @param picture the file's name of the picture
   * @param channels of it
   * @param uses how often each value is taken by what is read
   */
  constructor(picture: string, channels: number, uses: ReadonlyMap<string, number>) {
    if (channels !== 1 && channels !== 3) {
      throw new NetworkFileError(
        `it takes pictures of ${channels} channels`,
        'those of 1 or 3 are read.',
      );
    }
    this.#channels = channels;
    this.#same.set(picture, '');
    uses.forEach((count, name) => this.#takers.set(name, count));
  }

  /** Whether there is a layer that a value of the file stands for. */
  has(value: string): boolean {
    return this.#same.has(value);
  }

  channelsOf(value: string): number {
    const name = this.#same.get(value)!;
    return name === '' ? this.#channels : this.#layers.get(name)!.channels;
  }

  /** A layer that is not read; the first is told where it turns out to be needed. */
  stop(name: string, why: string): void {
    this.#end ??= { name, why };
  }

  /** What a value of the file is called, where that is another's. */
  alias(value: string, from: string): void {
    this.#same.set(value, this.#same.get(from)!);
  }

  convolution(name: string, from: string, draft: DraftConvolution): void {
    const channels = draft.filters;
    this.#add({
      ...{ ...draft, name, from: [this.#same.get(from)!], kind: 'convolution' },
      ...{ activation: 'linear', channels },
    });
  }

  pooling(
    name: string,
    from: string,
    pool: 'max' | 'average',
    size: readonly [number, number],
  ): void {
    const channels = this.channelsOf(from);
    this.#add({ name, from: [this.#same.get(from)!], kind: 'pooling', pool, size, channels });
  }

  sum(name: string, [a, b]: readonly [string, string]): void {
    const from = [this.#same.get(a)!, this.#same.get(b)!];
    const channels = this.channelsOf(a);
    this.#add({ name, from, kind: 'sum', activation: 'linear', channels });
  }

  concatenation(name: string, values: readonly string[]): void {
    const from = values.map((value) => this.#same.get(value)!);
    const channels = values.reduce((sum, value) => sum + this.channelsOf(value), 0);
    this.#add({ name, from, kind: 'concatenation', channels });
  }

  /** Becomes part of the convolution before, where nothing else takes that. */
  scale(name: string, from: string, scale: Float32Array, shift: Float32Array): void {
    const before = this.#alone(from);
    const channels = this.channelsOf(from);
    if (before?.kind === 'convolution' && before.activation === 'linear') {
      const weights = before.weights.map((weight, at) => weight * scale[at % channels]);
      const bias = shift.map((one, f) => one + scale[f] * (before.bias?.[f] ?? 0));
      this.#replace(before.name, { ...before, name, weights, bias });
      return;
    }
    const given = this.#same.get(from)!;
    this.#add({ name, from: [given], kind: 'scale', scale, shift, activation: 'linear', channels });
  }

  /** Likewise. */
  activation(name: string, from: string, activation: Activation): void {
    const before = this.#alone(from);
    if (before && 'activation' in before && before.activation === 'linear') {
      this.#replace(before.name, { ...before, name, activation });
      return;
    }
    const channels = this.channelsOf(from);
    this.#add({ name, from: [this.#same.get(from)!], kind: 'scale', activation, channels });
  }

  /** The layer that nothing but what comes now takes. */
  #alone(value: string): Draft | undefined {
    return (this.#takers.get(value) ?? 0) > 1
      ? undefined
      : this.#layers.get(this.#same.get(value)!);
  }

  #add(layer: Draft): void {
    this.#layers.set(layer.name, layer);
    this.#same.set(layer.name, layer.name);
  }

  /** It stands where it stood. */
  #replace(name: string, layer: Draft): void {
    const all = [...this.#layers];
    this.#layers.clear();
    for (const [own, one] of all) {
      if (own === name) this.#layers.set(layer.name, layer);
      else this.#layers.set(own, one);
    }
    this.#same.forEach((of, value) => {
      if (of === name) this.#same.set(value, layer.name);
    });
    this.#same.set(layer.name, layer.name);
  }

  build(title: string, options: ReadNetworkOptions): FeatureNetwork {
    const { until, scale = 1, shift = 0, bgr = false } = options;
    const names = [...this.#layers.keys()];
    const stopped = this.#end
      ? `layer '${this.#end.name}' ${this.#end.why}`
      : `there is no layer '${until}'`;
    if (names.length === 0 || (until !== undefined && !this.#same.has(until))) {
      throw new NetworkFileError(
        stopped,
        `name a layer before it by until${names.length === 0 ? '' : `: ${names.slice(-8).join(', ')}`}.`,
      );
    }
    const last = until === undefined ? names.length : names.indexOf(this.#same.get(until)!) + 1;
    const layers: readonly FeatureLayer[] = [...this.#layers.values()].slice(0, last);
    const numbers = (given: number | readonly number[]) =>
      Array.from({ length: this.#channels }, (_, c) =>
        typeof given === 'number' ? given : (given[c] ?? Number.NaN),
      );
    const [factors, added] = [numbers(scale), numbers(shift)];
    if (![...factors, ...added].every(Number.isFinite)) {
      throw new NetworkFileError(
        'scale or shift are no numbers',
        `give one number, or ${this.#channels}.`,
      );
    }
    const input = inputOf(factors, added);
    return new FeatureNetwork(
      title,
      bgr ? turned(input) : input,
      layers,
      options.styleLayers ?? spread(layers),
    );
  }
}

/** Red, green and blue the other way round; scale and shift are those of the network's channels. */
function turned(input: PictureInput): PictureInput {
  const { channels, mix } = input;
  return {
    ...input,
    mix: mix.map((_, at) => {
      const [from, to] = [Math.floor(at / channels), at % channels];
      return from === channels - 1 - to ? mix[to * channels + to] : 0;
    }),
  };
}

const MOST_STYLES = 5;

function spread(layers: readonly FeatureLayer[]): readonly string[] {
  const ends = layers
    .filter((layer) => 'activation' in layer && layer.activation !== 'linear')
    .map(({ name }) => name);
  const all = ends.length > 0 ? ends : layers.map(({ name }) => name);
  if (all.length <= MOST_STYLES) return all;
  return Array.from(
    { length: MOST_STYLES },
    (_, i) => all[Math.floor((i * (all.length - 1)) / (MOST_STYLES - 1))],
  );
}
