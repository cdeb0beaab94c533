/** How far a picture is from what is asked of it, and the gradient of that: sums of losses on layers, recorded once. */
import type { Algebra, Matrix, Recorded } from '../../ops/algebra/algebra.js';
import { totalVariation } from '../../ops/images/total_variation.js';
import { endStep } from '../../ops/networks/batches.js';
import { CONTROL_LENGTH, MOST_PARTS } from '../../ops/networks/control.js';
import { squaredError } from '../../ops/networks/gradients.js';
import type { Optimizer } from '../../ops/networks/optimizer.js';
import type { FeatureNetwork } from '../../networks/feature_network.js';
import type { ImageSides } from '../../networks/images.js';
import { type Features, OpenFeatures } from '../../networks/open_features.js';
import { ParameterBlock } from '../../networks/parameter_block.js';
import type { Picture } from './picture.js';

/** What the features of a layer should be like. */
export interface Aim {
  readonly layer: string;
  /** 'style': in their Gram matrix, over the number of places; 'content': place by place. */
  readonly kind: 'style' | 'content';
  /** The Gram matrix, channels x channels, or the features, places x channels. */
  readonly wanted: ArrayLike<number>;
  /** Of Gatys's E_l, or of |difference|^2. */
  readonly weight: number;
}

/** What of a Gram matrix over the number of places, squared and summed, is Gatys's E_l. */
const gatys = (channels: number): number => 1 / (4 * channels ** 2);

/** Aims of one kind for the layers of a picture, so that the loss of features of 0 is the weight. */
export function aimsAt(
  kind: Aim['kind'],
  layers: readonly { readonly layer: string; readonly weight: number }[],
  measured: readonly Measured[],
  weight = 1,
): readonly Aim[] {
  const blank = measured.reduce((sum, { values, channels }, i) => {
    const share = kind === 'style' ? gatys(channels) : 1;
    return sum + layers[i].weight * share * squaresOf(values);
  }, 0);
  // Features that are 0 everywhere are aimed at as they are.
  const factor = weight / (blank || 1);
  return layers.map((one, i) => ({
    ...{ layer: one.layer, kind, wanted: measured[i].values },
    weight: factor * one.weight,
  }));
}

/** Of total variation, over the number of values of the picture. */
export interface Smoothness {
  readonly weight: number;
  readonly beta: number;
}

export interface ObjectivePlan {
  readonly network: FeatureNetwork;
  readonly aims: readonly Aim[];
  readonly smoothness?: Smoothness | undefined;
  readonly width: number;
  readonly height: number;
}

/** Parts of the loss. */
export interface Losses {
  readonly style: number;
  readonly content: number;
  readonly smoothness: number;
}

export const totalOf = ({ style, content, smoothness }: Losses): number =>
  style + content + smoothness;

/** Steps whose losses are read together. */
export const MOST_STEPS = 16;

const ADAM: Optimizer = {
  ...{ name: 'adam', momentum: 0, nesterov: false, weightDecay: 0 },
  ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
};

const STEP = 64;
const roundUp = (value: number) => Math.ceil(value / STEP) * STEP;
const squaresOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return sum;
};

/** The features of one picture, as losses are told them. */
export interface Measured {
  readonly values: Float32Array | Float64Array;
  readonly channels: number;
  readonly places: number;
  readonly sides: ImageSides;
}

/** Features of layers of a picture, places x channels; of 'style' their Gram matrices over the number of places. */
export async function measure(
  algebra: Algebra,
  network: FeatureNetwork,
  { data, width, height }: Picture,
  wanted: readonly Pick<Aim, 'layer' | 'kind'>[],
): Promise<readonly Measured[]> {
  const names = wanted.map(({ layer }) => layer);
  const needed = network.neededFor('layers', names);
  const open = await OpenFeatures.open(algebra, network, needed, { down: height, across: width });
  const picture = await algebra.matrix(width * height, network.channels, data);
  await open.forward(picture);
  const found: Measured[] = [];
  for (const { layer, kind } of wanted) {
    const { values, sides } = open.of(layer);
    const { rows: places, columns: channels } = values;
    const told =
      kind === 'style'
        ? await algebra.gram(values, { transposeA: true, alpha: 1 / places })
        : values;
    found.push({ values: await algebra.read(told), channels, places, sides });
    if (told !== values) algebra.free(told);
  }
  return found;
}

/** The losses of a picture that changes, on an engine. */
export class Objective {
  readonly #algebra: Algebra;
  readonly #block: ParameterBlock;
  readonly #picture: Matrix;
  readonly #gradient: Matrix;
  readonly #control: Matrix;
  readonly #losses: Matrix;
  readonly #evaluate: () => Promise<void>;
  readonly #end: () => Promise<void>;

  private constructor(
    algebra: Algebra,
    block: ParameterBlock,
    [picture, gradient, control, losses]: readonly Matrix[],
    evaluate: () => Promise<void>,
    end: () => Promise<void>,
  ) {
    this.#algebra = algebra;
    this.#block = block;
    [this.#picture, this.#gradient] = [picture, gradient];
    [this.#control, this.#losses] = [control, losses];
    this.#evaluate = evaluate;
    this.#end = end;
  }

  static async open(algebra: Algebra, plan: ObjectivePlan): Promise<Objective> {
    const { network, aims, smoothness, width, height } = plan;
    const pixels = width * height;
    const { channels } = network;
    const owner = {
      parameters: [{ name: 'picture', rows: pixels, columns: channels, start: () => 0 }],
    };
    const zeros = [new Float32Array(pixels * channels)];
    const block = await ParameterBlock.create(algebra, [owner], zeros, true);
    const { values, gradients } = block.of(owner)!;
    const [picture, gradient] = [values[0], gradients![0]];
    const control = await algebra.matrix(1, CONTROL_LENGTH);
    const losses = await algebra.matrix(MOST_STEPS, MOST_PARTS);
    const names = aims.map(({ layer }) => layer);
    const needed = network.neededFor('layers', names);
    const open = await OpenFeatures.open(algebra, network, needed, { down: height, across: width });
    // Once, so that all features are there and their sizes known.
    await open.forward(picture);

    const layers = [...new Set(names)];
    const columns = aims.map(({ layer }) => roundUp(open.of(layer).values.columns));
    const length = columns.reduce((sum, one) => sum + one, roundUp(channels));
    const pieces = await algebra.matrix(3, length);
    const slopes = new Map<string, Matrix>();
    for (const layer of layers) {
      const { rows, columns } = open.of(layer).values;
      slopes.set(layer, await algebra.matrix(rows, columns));
    }
    const steps: (() => Promise<void>)[] = [];
    const begun = new Set<string>();
    let at = 0;
    for (const [i, aim] of aims.entries()) {
      const features = open.of(aim.layer);
      const part = (aim.kind === 'style' ? 0 : 1) * length + at;
      at += columns[i];
      const piece = algebra.part(pieces, part, 1, features.values.columns);
      const into = { slope: slopes.get(aim.layer)!, piece, adds: begun.has(aim.layer) };
      const loss = aim.kind === 'style' ? styleStep : contentStep;
      steps.push(await loss(algebra, aim, features, into));
      begun.add(aim.layer);
    }
    if (smoothness) {
      const terms = await algebra.matrix(pixels, channels);
      const piece = algebra.part(pieces, 2 * length + at, 1, channels);
      const weight = smoothness.weight / (pixels * channels);
      const sides = { down: height, across: width, beta: smoothness.beta, weight };
      steps.push(async () => {
        await algebra.perform(totalVariation, { pixels: picture, ...sides, terms, gradient });
        const sums = await algebra.sums(terms, 'columns');
        await algebra.combine([[1, sums]], { into: piece });
        algebra.free(sums);
      });
    }
    const onLayers = smoothness ? steps.slice(0, -1) : steps;
    const evaluate = async () => {
      await open.forward(picture);
      for (const step of onLayers) await step();
      await algebra.combine([[1, await open.backward(slopes)]], { into: gradient });
      if (smoothness) await steps.at(-1)!();
    };
    const end = () => algebra.perform(endStep, { pieces, losses, control, updates: true });
    const parts = [picture, gradient, control, losses];
    return new Objective(algebra, block, parts, evaluate, end);
  }

  write(data: ArrayLike<number>): void {
    this.#algebra.write(this.#picture, data);
  }

  read(): Promise<Float32Array | Float64Array> {
    return this.#algebra.read(this.#picture);
  }

  readGradient(): Promise<Float32Array | Float64Array> {
    return this.#algebra.read(this.#gradient);
  }

  /** To be repeated: the losses and the gradient of the picture. */
  recordEvaluation(): Promise<Recorded> {
    return this.#algebra.record(async () => {
      await this.#evaluate();
      await this.#end();
    });
  }

  /** To be repeated: the losses, and a step of Adam within 0 and 1. */
  async recordStep(): Promise<Recorded> {
    const algebra = this.#algebra;
    const picture = this.#picture;
    const { rows, columns } = picture;
    const ones = await algebra.matrix(1, columns, new Float32Array(columns).fill(1));
    const turned = await algebra.matrix(rows, columns);
    return algebra.record(async () => {
      await this.#evaluate();
      await this.#block.update(ADAM, this.#control);
      // 1 - max(1 - x, 0), and that not below 0.
      const clamped = { bias: ones, clampAtZero: true };
      await algebra.combine([[-1, picture]], { ...clamped, into: turned });
      await algebra.combine([[-1, turned]], { ...clamped, into: picture });
      await this.#end();
    });
  }

  /** Before at most MOST_STEPS steps: how many were done before, and how far each goes. */
  begin(updates: number, rate: number): void {
    this.#algebra.write(this.#control, [0, updates, rate, 1, 1, 0, 0, 0]);
  }

  /** Of the steps since `begin`. */
  async losses(steps: number): Promise<readonly Losses[]> {
    const found = await this.#algebra.read(this.#losses);
    return Array.from({ length: steps }, (_, i) => {
      const [style, content, smoothness] = found.subarray(MOST_PARTS * i, MOST_PARTS * i + 3);
      return { style, content, smoothness };
    });
  }
}

interface Into {
  /** Becomes the gradient by the features, or is added to. */
  readonly slope: Matrix;
  readonly adds: boolean;
  /** 1 x channels, whose sum is the loss. */
  readonly piece: Matrix;
}

/** weight E, E = |F^T F / places - wanted|^2 / (4 channels^2), with its gradient F (F^T F / places - wanted) / (places channels^2). */
async function styleStep(
  algebra: Algebra,
  { wanted, weight }: Aim,
  { values }: Features,
  { slope, adds, piece }: Into,
): Promise<() => Promise<void>> {
  const { rows: places, columns: channels } = values;
  const target = await algebra.matrix(channels, channels, wanted);
  const gram = await algebra.matrix(channels, channels);
  const factor = weight * gatys(channels);
  const beta = adds ? 1 : 0;
  return async () => {
    await algebra.gram(values, { transposeA: true, alpha: 1 / places, into: gram });
    await algebra.combine(
      [
        [1, gram],
        [-1, target],
      ],
      { into: gram },
    );
    const sums = await algebra.sums(gram, 'columns', 'squares');
    await algebra.combine([[factor, sums]], { into: piece });
    algebra.free(sums);
    await algebra.product(values, gram, { alpha: (4 * factor) / places, beta, into: slope });
  };
}

/** weight |F - wanted|^2. */
async function contentStep(
  algebra: Algebra,
  { wanted, weight }: Aim,
  { values }: Features,
  { slope, adds, piece }: Into,
): Promise<() => Promise<void>> {
  const { rows, columns } = values;
  const x = await algebra.matrix(rows, columns, wanted);
  const gradient = adds ? await algebra.matrix(rows, columns) : slope;
  const given = { y: values, x, weight, gradient, loss: piece };
  return async () => {
    await algebra.perform(squaredError, given);
    if (adds)
      await algebra.combine(
        [
          [1, slope],
          [1, gradient],
        ],
        { into: slope },
      );
  };
}
