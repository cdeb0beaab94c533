/** Where training layer by layer stands, in a checkpoint. */
import { type AutoencoderNetwork, weightLengths } from '../../networks/autoencoder_network.js';
import { chain } from '../../networks/chain.js';
import type { Layer } from '../../networks/layer.js';
import type { LayersState } from '../../networks/train_autoencoder.js';
import {
  type CheckpointState,
  float32sIn,
  trainerArrays,
  trainerState,
} from '../../networks/training_checkpoint.js';

const nameOf = (part: 'encoder' | 'decoder', layer: number, i: number) => `${part} ${layer}.${i}`;

export function layersArrays({
  done,
  epochs,
  state,
}: LayersState): Omit<CheckpointState, 'recipe'> {
  const arrays: Record<string, Float32Array> = {};
  for (const [layer, weights] of done.entries()) {
    for (const part of ['encoder', 'decoder'] as const) {
      for (const [i, values] of weights[part].entries()) arrays[nameOf(part, layer, i)] = values;
    }
  }
  return {
    phase: 'layers',
    history: state?.history ?? [],
    arrays: { ...arrays, epochs: Uint32Array.of(epochs), ...(state && trainerArrays(state)) },
  };
}

/** @throws InvalidArgumentError where the weights are of another network */
export function layersIn(
  checkpoint: CheckpointState,
  { encoder, decoder }: AutoencoderNetwork,
): LayersState {
  const last = encoder.layers.length - 1;
  const held = (part: 'encoder' | 'decoder', layer: number, one: Layer) =>
    weightLengths(chain([one])).map((length, i) =>
      float32sIn(checkpoint, nameOf(part, layer, i), length),
    );
  const done: LayersState['done'][number][] = [];
  while (done.length < last && nameOf('encoder', done.length, 0) in checkpoint.arrays) {
    const layer = done.length;
    done.push({
      encoder: held('encoder', layer, encoder.layers[layer]),
      decoder: held('decoder', layer, decoder.layers[last - layer]),
    });
  }
  const epochs = checkpoint.arrays.epochs?.[0] ?? 0;
  return { done, epochs, state: trainerState(checkpoint) };
}
