/** Networks from TensorFlow.js layers models: model.json and its weights. */
import { show } from '../../../host/show.js';
import type { FeatureNetwork } from '../../networks/feature_network.js';
import type { Activation } from '../../ops/algebra/activation.js';
import { fromFloat16 } from '../../rows/float16.js';
import { NetworkBuilder, type ReadNetworkOptions, ungrouped } from './network_builder.js';
import { NetworkFileError } from './network_error.js';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: {
    readonly dtype: string;
    readonly min?: number;
    readonly scale?: number;
  };
}

interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

interface LayerConfig {
  readonly kind: string;
  readonly name: string;
  readonly config: Json;
  readonly from: readonly string[];
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  ...{ linear: 'linear', relu: 'relu', tanh: 'tanh', sigmoid: 'sigmoid', selu: 'selu' },
};

/** Bytes of a number. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1 },
};

const damaged = (problem: string) => new NetworkFileError(problem, 'convert it again.');

/**
 * The convolutions (also depthwise), activations, poolings, batch norms, sums and concatenations of a layers model, Sequential or functional,
 * up to the first layer of another kind or to `until`. Layers are called what the file calls them; a batch norm or an
 * activation right behind a convolution is one layer with it, of the name of the last.
 *
 * @param model what model.json holds, parsed
 * @param weights the bytes of the files that its manifest names, in their order, one after the other or as a list
 * @throws NetworkFileError where it is damaged, or what is wanted needs a layer of another kind
 */
export function readTfjsModel(
  model: unknown,
  weights: ArrayBuffer | Uint8Array | readonly (ArrayBuffer | Uint8Array)[],
  options: ReadNetworkOptions = {},
): FeatureNetwork {
  const topology = isObject(model) ? model['modelTopology'] : undefined;
  const manifest = isObject(model) ? model['weightsManifest'] : undefined;
  if (!isObject(topology) || !Array.isArray(manifest)) {
    throw damaged('it is no layers model of TensorFlow.js (model.json)');
  }
  const tensors = tensorsOf(manifest as readonly Json[], joined(weights));
  const outer = isObject(topology['model_config']) ? topology['model_config'] : topology;
  const layers = layersOf(outer);
  const [input] = layers;
  const sides = input.config['batch_input_shape'] ?? input.config['batchInputShape'];
  const given = Array.isArray(sides) ? (sides as unknown[]) : [];
  const uses = new Map<string, number>();
  for (const name of layers.flatMap(({ from }) => from)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const builder = new NetworkBuilder(input.name, Number(given[3] ?? 3), uses);
  for (const layer of layers.slice(1)) addLayer(builder, layer, tensors);
  return builder.build('layers model', options);
}

function joined(
  given: ArrayBuffer | Uint8Array | readonly (ArrayBuffer | Uint8Array)[],
): Uint8Array {
  const parts = (Array.isArray(given) ? given : [given]) as readonly (ArrayBuffer | Uint8Array)[];
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part instanceof Uint8Array ? part : new Uint8Array(part), at);
    at += part.byteLength;
  }
  return all;
}

/** Weights by name: the manifest's groups follow one another in the bytes. */
function tensorsOf(manifest: readonly Json[], bytes: Uint8Array): ReadonlyMap<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const tensors = new Map<string, Tensor>();
  let at = 0;
  const all = manifest.flatMap(({ weights }) => weights as readonly Weight[]);
  for (const { name, shape, dtype, quantization } of all) {
    const stored = quantization?.dtype ?? dtype;
    const size = (SIZES[stored] as number | undefined) ?? 0;
    const length = shape.reduce((product, side) => product * side, 1);
    if (size === 0 || at + size * length > bytes.length) {
      throw damaged(
        size === 0
          ? `'${name}' is of the type ${show(stored)}`
          : `its weights are ${bytes.length} bytes, fewer than its manifest names`,
      );
    }
    const { min = 0, scale = 1 } = quantization ?? {};
    const first = at;
    const number = (i: number): number => {
      const place = first + size * i;
      if (stored === 'float32') return view.getFloat32(place, true);
      if (stored === 'float16') return fromFloat16(view.getUint16(place, true));
      const whole =
        size === 4
          ? view.getInt32(place, true)
          : size === 2
            ? view.getUint16(place, true)
            : view.getUint8(place);
      return min + scale * whole;
    };
    tensors.set(name, { shape, values: Float32Array.from({ length }, (_, i) => number(i)) });
    at += size * length;
  }
  return tensors;
}

/** The input's first. */
function layersOf(topology: Json): readonly LayerConfig[] {
  const { config } = topology;
  const listed = Array.isArray(config) ? config : isObject(config) ? config['layers'] : undefined;
  if (!Array.isArray(listed) || listed.length === 0) throw damaged('it names no layers');
  const isSequential = topology['class_name'] === 'Sequential';
  const found: LayerConfig[] = [];
  for (const one of listed as unknown[]) {
    if (!isObject(one) || !isObject(one['config'])) throw damaged('a layer has no settings');
    const own = one['config'];
    const name = typeof one['name'] === 'string' ? one['name'] : String(own['name']);
    const kind = String(one['class_name']);
    if (isSequential && found.length === 0 && kind !== 'InputLayer') {
      found.push({ kind: 'InputLayer', name: 'picture', config: own, from: [] });
    }
    const from = isSequential
      ? found.slice(-1).map((before) => before.name)
      : sourcesOf(one['inbound_nodes']);
    found.push({ kind, name, config: own, from });
  }
  if (found.filter(({ kind }) => kind === 'InputLayer').length !== 1 || found[0].from.length > 0) {
    throw damaged('it does not begin with one input');
  }
  return found;
}

/** Of [[[name, node, tensor, ...], ...]]. */
const sourcesOf = (nodes: unknown): readonly string[] =>
  Array.isArray(nodes) && Array.isArray(nodes[0])
    ? (nodes[0] as unknown[]).map((source) => String(Array.isArray(source) ? source[0] : source))
    : [];

const pair = (value: unknown): readonly [number, number] => {
  const [a, b] = Array.isArray(value) ? (value as number[]) : [value as number, value as number];
  return [a, b];
};

/** Adds what a layer does, where what it takes is there. */
function addLayer(
  builder: NetworkBuilder,
  { kind, name, config, from: given }: LayerConfig,
  tensors: ReadonlyMap<string, Tensor>,
): void {
  const [from, ...others] = given;
  if (given.length === 0 || !builder.has(from)) return;
  const tensor = (which: string) => tensors.get(`${name}/${which}`);
  const stop = (why: string) => {
    builder.stop(name, why);
  };
  const curve = config['activation'] ?? 'linear';
  const activation = typeof curve === 'string' ? ACTIVATIONS[curve] : undefined;
  if (activation === undefined) {
    stop(`has the activation ${show(config['activation'])}`);
    return;
  }
  switch (kind) {
    case 'Conv2D':
    case 'DepthwiseConv2D': {
      const isDepthwise = kind === 'DepthwiseConv2D';
      const kernel = tensor(isDepthwise ? 'depthwise_kernel' : 'kernel');
      const [stride, other] = pair(config['strides'] ?? 1);
      if (kernel?.shape.length !== 4) {
        stop('has no weights of four dimensions');
        return;
      }
      if (stride !== other) {
        stop('has two strides');
        return;
      }
      if (pair(config['dilation_rate'] ?? 1).some((step) => step !== 1)) {
        stop('is dilated');
        return;
      }
      const [down, across, channels, last] = kernel.shape;
      const filters = isDepthwise ? channels * last : last;
      if (channels !== builder.channelsOf(from)) {
        throw damaged(`layer '${name}' takes ${channels} channels of ${builder.channelsOf(from)}`);
      }
      // [down][across][channels][multiplier] is [down][across][1][filters].
      const weights = isDepthwise
        ? ungrouped(kernel.values, down * across, 1, filters, channels)
        : kernel.values;
      const padding = config['padding'] === 'same' ? 'same' : 'valid';
      const bias = tensor('bias')?.values;
      builder.convolution(name, from, {
        kernel: [down, across],
        stride,
        padding,
        filters,
        bias,
        weights,
      });
      break;
    }
    case 'BatchNormalization': {
      const [mean, variance] = [tensor('moving_mean')?.values, tensor('moving_variance')?.values];
      if (!mean || !variance) {
        stop('has no weights');
        return;
      }
      const [gamma, beta] = [tensor('gamma')?.values, tensor('beta')?.values];
      const epsilon = Number(config['epsilon'] ?? 1e-3);
      const scale = mean.map((_, c) => (gamma?.[c] ?? 1) / Math.sqrt(variance[c] + epsilon));
      builder.scale(
        name,
        from,
        scale,
        mean.map((value, c) => (beta?.[c] ?? 0) - value * scale[c]),
      );
      return;
    }
    case 'MaxPooling2D':
    case 'AveragePooling2D': {
      const size = pair(config['pool_size'] ?? 2);
      const strides = pair(config['strides'] ?? size);
      if (size[0] !== strides[0] || size[1] !== strides[1]) {
        stop('pools windows that overlap');
        return;
      }
      builder.pooling(name, from, kind === 'MaxPooling2D' ? 'max' : 'average', size);
      return;
    }
    case 'Add':
      if (others.length !== 1 || !builder.has(others[0])) {
        stop('adds other than two layers');
        return;
      }
      builder.sum(name, [from, others[0]]);
      return;
    case 'Concatenate':
      if (
        ![-1, 3].includes(Number(config['axis'] ?? -1)) ||
        !others.every((one) => builder.has(one))
      ) {
        stop('puts other than channels of layers side by side');
        return;
      }
      builder.concatenation(name, given);
      return;
    case 'Dropout':
      builder.alias(name, from);
      return;
    case 'ReLU':
      if (typeof config['max_value'] === 'number') {
        stop('is a ReLU with a largest value');
        return;
      }
      builder.activation(name, from, 'relu');
      return;
    case 'Activation':
      break;
    default:
      stop(`is of the kind ${kind}, which is not read`);
      return;
  }
  if (kind === 'Activation' && activation === 'linear') builder.alias(name, from);
  else if (activation !== 'linear')
    builder.activation(name, kind === 'Activation' ? from : name, activation);
}
