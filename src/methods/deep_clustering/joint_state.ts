/** Where training with clusters stands, in a checkpoint. */
import { autoencoderNetwork, weightLengths } from '../../networks/autoencoder_network.js';
import { damaged } from '../../networks/damaged.js';
import {
  type CheckpointState,
  float32sIn,
  numbersIn,
  trainerArrays,
  trainerState,
} from '../../networks/training_checkpoint.js';
import { AutoencoderModel, type AutoencoderState } from '../autoencoder/autoencoder_model.js';
import type { JointState } from './joint_fit.js';

/** @param given whoever goes on has this autoencoder, so that it need not be in the checkpoint */
export function jointArrays(
  { trainer, labels, centres, wanted, followed, counts, looks }: JointState,
  before: AutoencoderModel,
  given: AutoencoderModel | undefined,
): Omit<CheckpointState, 'recipe'> {
  const { encoder, decoder, history } = before.state;
  const named = (part: string, weights: readonly Float32Array[]) =>
    weights.map((values, i) => [`${part} ${i}`, values] as const);
  const pretrained = given
    ? {}
    : {
        ...Object.fromEntries([...named('encoder', encoder), ...named('decoder', decoder)]),
        losses: Float64Array.from(history, ({ loss }) => loss),
      };
  return {
    phase: 'cluster',
    history: trainer.history,
    arrays: {
      ...{ labels, centres, wanted, followed, counts, looks: Uint32Array.of(looks) },
      ...{ ...pretrained, ...trainerArrays(trainer) },
    },
  };
}

/** @throws InvalidArgumentError where a part is of another size */
export function jointStateIn(
  checkpoint: CheckpointState | undefined,
  { n, k, size }: { readonly n: number; readonly k: number; readonly size: number },
): JointState | undefined {
  if (checkpoint?.phase !== 'cluster') return undefined;
  const { labels, wanted, looks } = checkpoint.arrays;
  if (!(labels instanceof Uint32Array) || labels.length !== n) throw damaged('labels');
  const aims = wanted?.length === 0 ? 0 : n * (wanted?.length === n * size ? size : k);
  return {
    trainer: trainerState(checkpoint),
    labels,
    centres: float32sIn(checkpoint, 'centres', k * size),
    wanted: float32sIn(checkpoint, 'wanted', aims),
    followed: numbersIn(checkpoint, 'followed', k * size),
    counts: numbersIn(checkpoint, 'counts', k),
    looks: looks?.[0] ?? 0,
  };
}

/** The autoencoder as it was before there were clusters. */
export function pretrainedIn(
  checkpoint: CheckpointState,
  known: Omit<AutoencoderState, 'encoder' | 'decoder' | 'history'>,
): AutoencoderModel {
  const { encoder, decoder } = autoencoderNetwork(known);
  return new AutoencoderModel({
    ...known,
    encoder: weightLengths(encoder).map((length, i) =>
      float32sIn(checkpoint, `encoder ${i}`, length),
    ),
    decoder: weightLengths(decoder).map((length, i) =>
      float32sIn(checkpoint, `decoder ${i}`, length),
    ),
    history: Array.from(checkpoint.arrays.losses ?? [], (loss) => ({ loss })),
  });
}
