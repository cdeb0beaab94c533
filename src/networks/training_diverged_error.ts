import { keepName } from '../../host/errors.js';
import { ClusteringError } from '../errors.js';

/** The loss of a network left what numbers can hold. `epoch` counts from 1. */
export class TrainingDivergedError extends ClusteringError {
  static {
    keepName(this, 'TrainingDivergedError');
  }
  declare readonly name: 'TrainingDivergedError';
  readonly epoch: number;
  /** The model as it was after the epoch before, where there was one. */
  lastGood: object | undefined;

  constructor(epoch: number, loss: number, learningRate: number) {
    super(
      'training-diverged',
      `The loss became ${loss} in epoch ${epoch} with a learning rate of ${learningRate}; ` +
        `give a smaller learningRate (a tenth of it), clipNorm, or points of smaller numbers. ` +
        `What the network was before is the error's lastGood.`,
    );
    this.epoch = epoch;
  }
}
