/** Networks from ONNX files. */
import type { FeatureNetwork } from '../../networks/feature_network.js';
import type { FilterPlan } from '../../networks/images.js';
import type { Activation } from '../../ops/algebra/activation.js';
import { fromFloat16 } from '../../rows/float16.js';
import { NetworkBuilder, type ReadNetworkOptions, ungrouped } from './network_builder.js';
import { NetworkFileError } from './network_error.js';
import {
  type Field,
  float32sOf,
  floatsOf,
  integersOf,
  type Message,
  messagesOf,
  readMessage,
  textOf,
  textsOf,
} from './protobuf.js';

/** Numbers of fields in onnx.proto3. */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11 } as const;
const NODE = { input: 1, output: 2, kind: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, f: 2, i: 3, s: 4, t: 5, ints: 8 } as const;
const TENSOR = {
  dims: 1,
  type: 2,
  floats: 4,
  integers: 7,
  name: 8,
  raw: 9,
  doubles: 10,
  place: 14,
} as const;
const INPUT = { name: 1, type: 2 } as const;
const FLOAT = 1;
const FLOAT16 = 10;
const DOUBLE = 11;

interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface Node {
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: ReadonlyMap<string, Message>;
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  Relu: 'relu',
  Tanh: 'tanh',
  Sigmoid: 'sigmoid',
};

/** Which change nothing where a network is used. */
const PASSED_OVER = ['Identity', 'Dropout'];

/**
 * The convolutions (also depthwise and in groups), activations, poolings, batch norms and sums of an ONNX file, up to the
 * first layer of another kind or to `until`. Layers are called what the file calls their outputs; a batch norm or an
 * activation right behind a convolution is one layer with it, of the name of the last.
 *
 * @param file its bytes; weights must be in it, in float32, float16 or float64
 * @throws NetworkFileError where it is damaged, or what is wanted needs a layer of another kind
 */
export function readOnnx(
  file: ArrayBuffer | Uint8Array,
  options: ReadNetworkOptions = {},
): FeatureNetwork {
  const [graph] = messagesOf(
    readMessage(file instanceof Uint8Array ? file : new Uint8Array(file)),
    MODEL.graph,
  );
  if ((graph as Message | undefined) === undefined) {
    throw new NetworkFileError('it is no ONNX file', 'give one that holds a model.');
  }
  const tensors = new Map<string, Message>();
  for (const tensor of messagesOf(graph, GRAPH.initializer)) {
    tensors.set(textOf(tensor, TENSOR.name), tensor);
  }
  const nodes: readonly Node[] = messagesOf(graph, GRAPH.node).map((node) => ({
    kind: textOf(node, NODE.kind),
    inputs: textsOf(node, NODE.input),
    output: textsOf(node, NODE.output)[0],
    attributes: new Map(
      messagesOf(node, NODE.attribute).map((one) => [textOf(one, ATTRIBUTE.name), one]),
    ),
  }));
  for (const { kind, output, attributes } of nodes) {
    const value = kind === 'Constant' ? attributes.get('value') : undefined;
    if (value) tensors.set(output, messagesOf(value, ATTRIBUTE.t)[0]);
  }
  const inputs = messagesOf(graph, GRAPH.input).filter(
    (input) => !tensors.has(textOf(input, INPUT.name)),
  );
  if (inputs.length !== 1) {
    throw new NetworkFileError(`it takes ${inputs.length} inputs`, 'one picture is given.');
  }
  const uses = new Map<string, number>();
  for (const name of nodes.flatMap((node) => node.inputs)) {
    uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const picture = textOf(inputs[0], INPUT.name);
  const builder = new NetworkBuilder(picture, channelsOf(inputs[0], nodes, picture, tensors), uses);
  for (const node of nodes) addNode(builder, node, tensors);
  return builder.build('ONNX', options);
}

/** Of the picture, [images, channels, height, width]; where the file leaves them open, those that the first filters take. */
function channelsOf(
  input: Message,
  nodes: readonly Node[],
  picture: string,
  tensors: ReadonlyMap<string, Message>,
): number {
  // ValueInfo.type (2) . tensor_type (1) . shape (2) . dim (1) . dim_value (1)
  const types = messagesOf(input, INPUT.type).flatMap((type) => messagesOf(type, 1));
  const dims = types
    .flatMap((type) => messagesOf(type, 2))
    .flatMap((shape) => messagesOf(shape, 1));
  const [channels] = dims.length === 4 ? integersOf(dims[1], 1) : [];
  if (channels > 0) return channels;
  const first = nodes.find(({ kind, inputs }) => kind === 'Conv' && inputs[0] === picture);
  const weights = first && tensors.get(first.inputs[1]);
  return weights ? integersOf(weights, TENSOR.dims)[1] : 3;
}

function tensorOf(message: Message | undefined): Tensor | undefined {
  if (!message) return undefined;
  const shape = integersOf(message, TENSOR.dims);
  const [type] = integersOf(message, TENSOR.type);
  const name = textOf(message, TENSOR.name);
  if (integersOf(message, TENSOR.place)[0] === 1) {
    throw new NetworkFileError(
      `the numbers of '${name}' are in a file beside it`,
      'save it as one file (onnx.save with save_as_external_data=False).',
    );
  }
  const values = numbersOf(message, type, message.get(TENSOR.raw)?.[0]);
  const length = shape.reduce((product, side) => product * side, 1);
  if (values?.length === length && values.every(Number.isFinite)) return { shape, values };
  throw new NetworkFileError(
    values
      ? `'${name}' holds ${values.length} numbers, or such that are not finite, but its shape needs ${length}`
      : `'${name}' is of ONNX's data type ${type}`,
    values ? 'export it again.' : 'those of float32, float16 and float64 are read.',
  );
}

function numbersOf(
  message: Message,
  type: number,
  raw: Field | undefined,
): Float32Array | undefined {
  const bytes = raw instanceof Uint8Array ? raw : undefined;
  if (type === FLOAT) return bytes ? float32sOf(bytes) : floatsOf(message, TENSOR.floats);
  if (!bytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = type === FLOAT16 ? 2 : 8;
  if (type !== FLOAT16 && type !== DOUBLE) return undefined;
  return Float32Array.from({ length: Math.floor(bytes.length / size) }, (_, i) =>
    type === FLOAT16 ? fromFloat16(view.getUint16(2 * i, true)) : view.getFloat64(8 * i, true),
  );
}

/** Whether these are whole numbers that are all 0. */
function isZeros(message: Message | undefined): boolean {
  if (!message) return false;
  const raw = message.get(TENSOR.raw)?.[0];
  return raw instanceof Uint8Array
    ? raw.every((byte) => byte === 0)
    : integersOf(message, TENSOR.integers).every((value) => value === 0);
}

const integers = (node: Node, name: string): readonly number[] | undefined => {
  const found = node.attributes.get(name);
  return found && integersOf(found, ATTRIBUTE.ints);
};

const integer = (node: Node, name: string, otherwise: number): number => {
  const found = node.attributes.get(name);
  return found ? (integersOf(found, ATTRIBUTE.i)[0] ?? 0) : otherwise;
};

const float = (node: Node, name: string, otherwise: number): number => {
  const found = node.attributes.get(name);
  return found ? floatsOf(found, ATTRIBUTE.f)[0] : otherwise;
};

/** Adds what a node does, where what it takes is there. */
function addNode(builder: NetworkBuilder, node: Node, tensors: ReadonlyMap<string, Message>): void {
  const { kind, inputs, output } = node;
  const [from] = inputs;
  if (kind === 'Constant' || !builder.has(from)) return;
  const tensor = (i: number) => tensorOf(tensors.get(inputs[i]));
  const activation = ACTIVATIONS[kind] as Activation | undefined;
  const stop = (why: string) => {
    builder.stop(output, why);
  };
  if (activation) {
    builder.activation(output, from, activation);
  } else if (PASSED_OVER.includes(kind)) {
    builder.alias(output, from);
  } else if (kind === 'Pad') {
    if (isZeros(tensors.get(inputs[1]))) builder.alias(output, from);
    else stop('is padding by itself');
  } else if (kind === 'LeakyRelu') {
    if (Math.abs(float(node, 'alpha', 0.01) - 0.01) > 1e-6)
      stop('is a LeakyRelu of another alpha than 0.01');
    else builder.activation(output, from, 'leakyRelu');
  } else if (kind === 'Conv') {
    const weights = tensor(1);
    if (weights?.shape.length === 4) addConvolution(builder, node, weights, tensor(2), stop);
    else stop('has weights that are no constants of four dimensions');
  } else if (kind === 'BatchNormalization') {
    const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => tensor(i)?.values);
    if (!gamma || !beta || !mean || !variance) {
      stop('has no constants');
      return;
    }
    const epsilon = float(node, 'epsilon', 1e-5);
    const scale = gamma.map((value, c) => value / Math.sqrt(variance[c] + epsilon));
    builder.scale(
      output,
      from,
      scale,
      beta.map((value, c) => value - mean[c] * scale[c]),
    );
  } else if (kind === 'MaxPool' || kind === 'AveragePool') {
    const [down, across] = integers(node, 'kernel_shape') ?? [0, 0];
    const strides = integers(node, 'strides') ?? [1, 1];
    const isPadded = integers(node, 'pads')?.some((pad) => pad !== 0) ?? false;
    if (isPadded || strides[0] !== down || strides[1] !== across) {
      stop('pools windows that overlap or reach beyond the picture');
      return;
    }
    builder.pooling(output, from, kind === 'MaxPool' ? 'max' : 'average', [down, across]);
  } else if (kind === 'Add' && inputs.length === 2 && builder.has(inputs[1])) {
    builder.sum(output, [from, inputs[1]]);
  } else {
    stop(`is of the kind ${kind}, which is not read`);
  }
}

function addConvolution(
  builder: NetworkBuilder,
  node: Node,
  { shape, values }: Tensor,
  bias: Tensor | undefined,
  stop: (why: string) => void,
): void {
  const [filters, perGroup, down, across] = shape;
  const groups = integer(node, 'group', 1);
  const strides = integers(node, 'strides') ?? [1, 1];
  const dilations = integers(node, 'dilations') ?? [1, 1];
  const automatic = node.attributes.get('auto_pad');
  const way = automatic ? textOf(automatic, ATTRIBUTE.s) : 'NOTSET';
  const [from] = node.inputs;
  if (strides[0] !== strides[1]) {
    stop('has two strides');
    return;
  }
  if (dilations.some((step) => step !== 1)) {
    stop('is dilated');
    return;
  }
  if (way === 'SAME_LOWER') {
    stop('is padded SAME_LOWER');
    return;
  }
  if (perGroup * groups !== builder.channelsOf(from)) {
    throw new NetworkFileError(
      `layer '${node.output}' takes ${perGroup * groups} channels, but '${from}' has ${builder.channelsOf(from)}`,
      'export it again.',
    );
  }
  const [top, left, bottom, right] = integers(node, 'pads') ?? [0, 0, 0, 0];
  const padding: FilterPlan['padding'] =
    way === 'SAME_UPPER' ? 'same' : way === 'VALID' ? 'valid' : { top, left, bottom, right };
  // From [filters][channels][down][across].
  const taps = down * across;
  const weights = new Float32Array(values.length);
  for (let f = 0; f < filters; f++) {
    for (let c = 0; c < perGroup; c++) {
      for (let tap = 0; tap < taps; tap++) {
        weights[(tap * perGroup + c) * filters + f] = values[(f * perGroup + c) * taps + tap];
      }
    }
  }
  builder.convolution(node.output, from, {
    ...{ kernel: [down, across], stride: strides[0], padding, filters, bias: bias?.values },
    weights: ungrouped(weights, taps, perGroup, filters, groups),
  });
}
