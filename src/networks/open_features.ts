/** A network of features on an engine, for pictures of one size: forward to its layers, and back to the picture. */
import { ShapeError } from '../errors.js';
import type { Activation } from '../ops/algebra/activation.js';
import type { Algebra, Matrix } from '../ops/algebra/algebra.js';
import { outputGradient } from '../ops/networks/gradients.js';
import { Convolution } from './convolution.js';
import type { FeatureLayer, FeatureNetwork } from './feature_network.js';
import type { ImageSides } from './images.js';
import type { Layer, LayerPlace, OpenLayer } from './layer.js';
import { Pooling } from './pooling.js';

/** The features of a layer. */
export interface Features {
  /** A row a place, a column a channel. */
  readonly values: Matrix;
  readonly sides: ImageSides;
}

interface OpenNode {
  readonly layer: FeatureLayer;
  readonly sides: ImageSides;
  /** Of what it takes, as many as `from` has. */
  readonly forward: (given: readonly Matrix[]) => Promise<Matrix>;
  /** The gradients by what it takes, which the caller may change. */
  readonly backward: (gradient: Matrix) => Promise<readonly Matrix[]>;
}

export class OpenFeatures {
  readonly #algebra: Algebra;
  readonly #nodes: readonly OpenNode[];
  readonly #mixed: Matrix;
  readonly #passed: Matrix;
  readonly #mix: Matrix;
  readonly #shift: Matrix;
  readonly #values = new Map<string, Matrix>();

  private constructor(
    algebra: Algebra,
    nodes: readonly OpenNode[],
    [mixed, passed, mix, shift]: readonly Matrix[],
  ) {
    this.#algebra = algebra;
    this.#nodes = nodes;
    [this.#mixed, this.#passed, this.#mix, this.#shift] = [mixed, passed, mix, shift];
  }

  /**
   * @param layers what is needed, in order
   * @throws ShapeError where the picture's sides do not fit a layer
   */
  static async open(
    algebra: Algebra,
    { input }: FeatureNetwork,
    layers: readonly FeatureLayer[],
    { down, across }: Pick<ImageSides, 'down' | 'across'>,
  ): Promise<OpenFeatures> {
    const channels = input.shift.length;
    const mixed = await algebra.matrix(down * across, channels);
    const passed = await algebra.matrix(down * across, input.channels);
    const mix = await algebra.matrix(input.channels, channels, input.mix);
    const shift = await algebra.matrix(1, channels, input.shift);
    const sides = new Map<string, ImageSides>([['', { down, across, channels }]]);
    const nodes: OpenNode[] = [];
    for (const layer of layers) {
      const given = layer.from.map((name) => sides.get(name)!);
      const node = await openNode(algebra, layer, given);
      sides.set(layer.name, node.sides);
      nodes.push(node);
    }
    return new OpenFeatures(algebra, nodes, [mixed, passed, mix, shift]);
  }

  /** @param picture pixels x channels, 0 to 1; stays as it is until `backward` */
  async forward(picture: Matrix): Promise<void> {
    const mixing = { bias: this.#shift, into: this.#mixed };
    const first = await this.#algebra.product(picture, this.#mix, mixing);
    this.#values.set('', first);
    for (const { layer, forward } of this.#nodes) {
      const given = layer.from.map((name) => this.#values.get(name)!);
      this.#values.set(layer.name, await forward(given));
    }
  }

  /** What a layer made last; the same matrix each time. */
  of(name: string): Features {
    const { sides } = this.#nodes.find(({ layer }) => layer.name === name)!;
    return { values: this.#values.get(name)!, sides };
  }

  /**
   * @param slopes by layer the gradient by its features, which is changed
   * @returns the gradient by the picture
   */
  async backward(slopes: ReadonlyMap<string, Matrix>): Promise<Matrix> {
    const algebra = this.#algebra;
    const all = new Map(slopes);
    for (const { layer, backward } of this.#nodes.toReversed()) {
      const gradient = all.get(layer.name);
      if (!gradient) continue;
      const passed = await backward(gradient);
      for (const [i, name] of layer.from.entries()) {
        const before = all.get(name);
        if (before)
          await algebra.combine(
            [
              [1, before],
              [1, passed[i]],
            ],
            { into: before },
          );
        else all.set(name, passed[i]);
      }
    }
    return algebra.product(all.get('')!, this.#mix, { transposeB: true, into: this.#passed });
  }
}

async function openNode(
  algebra: Algebra,
  layer: FeatureLayer,
  given: readonly ImageSides[],
): Promise<OpenNode> {
  const [image] = given;
  switch (layer.kind) {
    case 'convolution': {
      const { bias, weights, filters } = layer;
      const made = new Convolution({ ...layer, image, hasBias: bias !== undefined });
      const values = [await algebra.matrix(weights.length / filters, filters, weights)];
      if (bias) values.push(await algebra.matrix(1, filters, bias));
      return ofLayer(algebra, layer, made, values);
    }
    case 'pooling':
      return ofLayer(algebra, layer, new Pooling({ image, kind: layer.pool, size: layer.size }));
    case 'scale': {
      const vector = async (values: Float32Array | undefined) =>
        values && algebra.matrix(1, values.length, values);
      const [scale, shift] = [await vector(layer.scale), await vector(layer.shift)];
      const { activation } = layer;
      const scaled = await matrixOf(algebra, image);
      const back = await slopeOf(algebra, image, activation);
      return {
        ...{ layer, sides: image },
        async forward([x]) {
          const from = scale ? await algebra.scale(x, { columns: scale, into: scaled }) : x;
          return algebra.combine([[1, from]], { bias: shift, activation, into: scaled });
        },
        async backward(gradient) {
          await back(scaled, gradient);
          if (scale) await algebra.scale(gradient, { columns: scale, into: gradient });
          return [gradient];
        },
      };
    }
    case 'concatenation':
      return concatenation(algebra, layer, given);
    case 'sum': {
      const [a, b] = given;
      if (a.down !== b.down || a.across !== b.across || a.channels !== b.channels) {
        throw new ShapeError(
          `layer '${layer.name}' adds ${shown(a)} and ${shown(b)}; both must be of one size.`,
        );
      }
      const { activation } = layer;
      const sum = await matrixOf(algebra, image);
      const copy = await matrixOf(algebra, image);
      const back = await slopeOf(algebra, image, activation);
      return {
        ...{ layer, sides: image },
        forward: ([x, y]) =>
          algebra.combine(
            [
              [1, x],
              [1, y],
            ],
            { activation, into: sum },
          ),
        async backward(gradient) {
          await back(sum, gradient);
          // Each may be changed by itself.
          return [gradient, await algebra.combine([[1, gradient]], { into: copy })];
        },
      };
    }
  }
}

/** By products with parts of the identity, which change no number. */
async function concatenation(
  algebra: Algebra,
  layer: FeatureLayer,
  given: readonly ImageSides[],
): Promise<OpenNode> {
  const [{ down, across }] = given;
  const other = given.find((one) => one.down !== down || one.across !== across);
  if (other) {
    throw new ShapeError(
      `layer '${layer.name}' puts ${shown(given[0])} and ${shown(other)} side by side; all must have the same sides.`,
    );
  }
  const channels = given.reduce((sum, one) => sum + one.channels, 0);
  const sides = { down, across, channels };
  const made = await matrixOf(algebra, sides);
  const parts: { readonly place: Matrix; readonly passed: Matrix }[] = [];
  let first = 0;
  for (const one of given) {
    const place = new Float32Array(one.channels * channels);
    for (let c = 0; c < one.channels; c++) place[c * channels + first + c] = 1;
    parts.push({
      place: await algebra.matrix(one.channels, channels, place),
      passed: await matrixOf(algebra, one),
    });
    first += one.channels;
  }
  return {
    ...{ layer, sides },
    async forward(values) {
      for (const [i, { place }] of parts.entries()) {
        await algebra.product(values[i], place, { beta: i === 0 ? 0 : 1, into: made });
      }
      return made;
    },
    async backward(gradient) {
      for (const { place, passed } of parts) {
        await algebra.product(gradient, place, { transposeB: true, into: passed });
      }
      return parts.map(({ passed }) => passed);
    },
  };
}

const shown = ({ down, across, channels }: ImageSides) => `${down} x ${across} x ${channels}`;

const matrixOf = (algebra: Algebra, { down, across, channels }: ImageSides): Promise<Matrix> =>
  algebra.matrix(down * across, channels);

/** Goes back through an activation, in place. */
async function slopeOf(
  algebra: Algebra,
  sides: ImageSides,
  activation: Activation,
): Promise<(y: Matrix, gradient: Matrix) => Promise<void>> {
  if (activation === 'linear') return () => Promise.resolve();
  const bias = await matrixOf(algebra, sides);
  return (y, gradient) => algebra.perform(outputGradient, { y, gradient, bias, activation });
}

async function ofLayer(
  algebra: Algebra,
  layer: FeatureLayer,
  made: Layer & { readonly made: ImageSides },
  values: readonly Matrix[] = [],
): Promise<OpenNode> {
  const place: LayerPlace = {
    ...{ algebra, rows: 1, isFrozen: true },
    parametersOf: () => ({ values }),
    adds: () => false,
  };
  const open: OpenLayer = await made.open(place);
  return {
    ...{ layer, sides: made.made },
    forward: ([x]) => open.forward(x),
    backward: async (gradient) => [(await open.backward(gradient, true))!],
  };
}
