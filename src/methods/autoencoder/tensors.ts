/** An autoencoder's weights as tensors under PyTorch's names: `encoder.0.weight`, outputs x inputs, and so on. */
import { InvalidArgumentError } from '../../errors.js';
import { isSize } from '../../fit/json_reader.js';
import { autoencoderNetwork, type AutoencoderPlan } from '../../networks/autoencoder_network.js';
import { toBase64 } from '../../networks/base64.js';
import { readSafetensors, type Tensor, writeSafetensors } from '../../networks/safetensors.js';
import type { AutoencoderJson, AutoencoderState } from './autoencoder_model.js';

/** Where the metadata has what else there is to the model, as JSON. */
const MODEL = 'model';
const PARTS = ['encoder', 'decoder'] as const;

/** The names of a network's tensors with their shapes here, in the order of the weights. */
function namesOf(plan: AutoencoderPlan, part: (typeof PARTS)[number]) {
  const layers = autoencoderNetwork(plan)[part].layers.filter((one) => one.parameters.length > 0);
  return layers.flatMap(({ parameters }, layer) =>
    parameters.map(({ name, rows, columns }) => ({
      ...{ name: `${part}.${layer}.${name}`, rows, columns },
    })),
  );
}

function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  return data.map((_, at) => data[(at % rows) * columns + Math.floor(at / rows)]);
}

export function toSafetensors(
  state: AutoencoderState,
  json: AutoencoderJson,
): Uint8Array<ArrayBuffer> {
  const rest = Object.entries(json).filter(([name]) => name !== 'encoder' && name !== 'decoder');
  const model = JSON.stringify(Object.fromEntries(rest));
  const tensors: Record<string, Tensor> = {};
  for (const part of PARTS) {
    for (const [i, { name, rows, columns }] of namesOf(state, part).entries()) {
      tensors[name] = {
        data: transposed(state[part][i], rows, columns),
        shape: rows === 1 ? [columns] : [columns, rows],
      };
    }
  }
  return writeSafetensors({ tensors, metadata: { format: 'pt', [MODEL]: model } });
}

/** As `AutoencoderModel.fromJSON` takes it. */
export function jsonOfSafetensors(bytes: Uint8Array): unknown {
  const { tensors, metadata } = readSafetensors(bytes);
  const numbered = inOrder(tensors);
  const rest = MODEL in metadata ? parsed(metadata[MODEL]) : plainModel(numbered);
  const weights = PARTS.map((part) => [
    part,
    namesOf(rest, part).map(({ name, rows, columns }) => {
      const { data, shape } = numbered[name] ?? { data: new Float32Array(), shape: [] };
      const wanted = rows === 1 ? [columns] : [columns, rows];
      if (shape.join() === wanted.join()) return toBase64(transposed(data, columns, rows));
      throw new InvalidArgumentError(
        'bytes',
        `bytes hold '${name}' of ${shape.join(' x ') || 'nothing'}, but this autoencoder's is ${wanted.join(' x ')}; ` +
          `give the weights of dense layers, one after the other.`,
      );
    }),
  ]);
  return { ...rest, ...Object.fromEntries(weights) };
}

/** PyTorch numbers a part's activations, too; here only layers count. */
function inOrder(
  tensors: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor | undefined>> {
  const ordered: Record<string, Tensor> = {};
  for (const part of PARTS) {
    const own = Object.keys(tensors).flatMap((name) => {
      const found = new RegExp(`^${part}\\.(\\d+)\\.(.+)$`).exec(name);
      return found ? [{ name, number: Number(found[1]), rest: found[2] }] : [];
    });
    const numbers = [...new Set(own.map(({ number }) => number))].sort((a, b) => a - b);
    for (const { name, number, rest } of own) {
      ordered[`${part}.${numbers.indexOf(number)}.${rest}`] = tensors[name];
    }
  }
  return ordered;
}

function parsed(text: string): AutoencoderPlan {
  try {
    const plan = JSON.parse(text) as AutoencoderPlan;
    if ([plan.columns, plan.embeddingSize, ...plan.layers].every(isSize)) return plan;
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError('bytes', `bytes have a metadata entry '${MODEL}' that is none.`);
}

/** What weights alone tell: ReLU between dense layers, rows as they are. */
function plainModel(
  tensors: Readonly<Record<string, Tensor | undefined>>,
): Omit<AutoencoderJson, 'encoder' | 'decoder'> {
  const widths: number[] = [];
  for (let layer = 0; ; layer++) {
    const weight = tensors[`encoder.${layer}.weight`];
    if (weight?.shape.length !== 2) break;
    const [outputs, inputs] = weight.shape;
    if (layer === 0) widths.push(inputs);
    widths.push(outputs);
  }
  if (widths.length < 3) {
    throw new InvalidArgumentError(
      'bytes',
      `bytes hold no encoder.0.weight and encoder.1.weight of two sides each; give the weights of an encoder and a decoder.`,
    );
  }
  const columns = widths[0];
  return {
    ...{ format: 'webgpu-clustering/autoencoder', version: 1, columns },
    ...{ layers: widths.slice(1, -1), embeddingSize: widths[widths.length - 1] },
    ...{ activation: 'relu', outputActivation: 'linear', tied: !('decoder.0.weight' in tensors) },
    ...{ image: undefined, filters: undefined },
    ...{ shift: new Array<number>(columns).fill(0), spread: 1, history: [], engine: 'none' },
  };
}
