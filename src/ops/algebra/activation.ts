/** What a layer does to each number of its output, and the slope of that, from the output alone. */

export type Activation = 'linear' | 'relu' | 'leakyRelu' | 'tanh' | 'sigmoid' | 'selu';

/** Of leakyRelu, below 0. */
export const LEAK = 0.01;
/** Klambauer et al., Self-Normalizing Neural Networks (2017). */
export const SELU_SCALE = 1.0507009873554805;
export const SELU_DEPTH = SELU_SCALE * 1.6732632423543772;

interface Curve {
  /** Of the number. */
  readonly value: (v: number) => number;
  /** The derivative, of what `value` gave. */
  readonly slope: (y: number) => number;
}

/** In the order of ACTIVATION in shaders/lib/activation.wgsl. */
export const CURVES: Readonly<Record<Activation, Curve>> = {
  linear: { value: (v) => v, slope: () => 1 },
  relu: { value: (v) => Math.max(v, 0), slope: (y) => (y > 0 ? 1 : 0) },
  leakyRelu: { value: (v) => Math.max(v, LEAK * v), slope: (y) => (y > 0 ? 1 : LEAK) },
  tanh: { value: Math.tanh, slope: (y) => 1 - y * y },
  sigmoid: { value: (v) => 1 / (1 + Math.exp(-v)), slope: (y) => y * (1 - y) },
  selu: {
    value: (v) => (v > 0 ? SELU_SCALE * v : SELU_DEPTH * Math.expm1(v)),
    slope: (y) => (y > 0 ? SELU_SCALE : y + SELU_DEPTH),
  },
};

export const ACTIVATIONS = Object.keys(CURVES) as readonly Activation[];

/** As kernels take it. */
export const activationNumber = (activation: Activation): number => ACTIVATIONS.indexOf(activation);
