/** Layers whose every output hangs on every input: y = activation(x W + b). */
import type { Random } from '../math/random.js';
import type { Activation } from '../ops/algebra/activation.js';
import type { Matrix } from '../ops/algebra/algebra.js';
import { outputGradient } from '../ops/networks/gradients.js';
import type { Layer, LayerPlace, OpenLayer, ParameterShape } from './layer.js';

export interface DenseSizes {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
}

/** Uniform within 1 / sqrt(inputs) of 0, as PyTorch's layers start. */
const within = (inputs: number) => (random: Random) => (2 * random.next() - 1) / Math.sqrt(inputs);

/** W is inputs x outputs, b 1 x outputs. */
export class Dense implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly parameters: readonly ParameterShape[];

  constructor({ inputs, outputs, activation }: DenseSizes) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.activation = activation;
    const start = within(inputs);
    this.parameters = [
      { name: 'weight', rows: inputs, columns: outputs, start },
      { name: 'bias', rows: 1, columns: outputs, start },
    ];
  }

  open(place: LayerPlace): Promise<OpenLayer> {
    const { values, gradients } = place.parametersOf(this);
    return openDense(this, place, {
      weight: values[0],
      bias: values[1],
      ...{ weightGradient: gradients?.[0], biasGradient: gradients?.[1] },
      ...{ transposed: false, adds: place.adds(this) },
    });
  }
}

/** The way back through a dense layer with its weights transposed: y = activation(x W' + b). */
export class TiedDense implements Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: Activation;
  readonly parameters: readonly ParameterShape[];
  readonly partner: Dense;

  constructor(partner: Dense, activation: Activation) {
    this.inputs = partner.outputs;
    this.outputs = partner.inputs;
    this.activation = activation;
    this.partner = partner;
    const start = within(this.inputs);
    this.parameters = [{ name: 'bias', rows: 1, columns: this.outputs, start }];
  }

  open(place: LayerPlace): Promise<OpenLayer> {
    const own = place.parametersOf(this);
    const shared = place.parametersOf(this.partner);
    return openDense(this, place, {
      weight: shared.values[0],
      bias: own.values[0],
      ...{ weightGradient: shared.gradients?.[0], biasGradient: own.gradients?.[0] },
      ...{ transposed: true, adds: false },
    });
  }
}

interface Parts {
  readonly weight: Matrix;
  readonly bias: Matrix;
  readonly weightGradient: Matrix | undefined;
  readonly biasGradient: Matrix | undefined;
  /** Whether x is multiplied by the transpose of the weights. */
  readonly transposed: boolean;
  /** Whether the gradient by the weights is added to what is there. */
  readonly adds: boolean;
}

async function openDense(
  { inputs, outputs, activation }: DenseSizes,
  { algebra, rows }: LayerPlace,
  { weight, bias, weightGradient, biasGradient, transposed, adds }: Parts,
): Promise<OpenLayer> {
  const y = await algebra.matrix(rows, outputs);
  const passed = weightGradient && (await algebra.matrix(rows, inputs));
  let x = y;
  return {
    async forward(given) {
      x = given;
      return algebra.product(x, weight, { transposeB: transposed, bias, activation, into: y });
    },
    async backward(gradient, passOn) {
      await algebra.perform(outputGradient, { y, gradient, bias: biasGradient!, activation });
      const [left, right] = transposed ? [gradient, x] : [x, gradient];
      const into = weightGradient!;
      await algebra.product(left, right, { transposeA: true, beta: adds ? 1 : 0, into });
      if (!passOn) return undefined;
      return algebra.product(gradient, weight, { transposeB: !transposed, into: passed! });
    },
  };
}
