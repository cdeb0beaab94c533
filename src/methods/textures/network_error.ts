/** Files of networks that cannot be read. */
import { keepName } from '../../../host/errors.js';
import { ClusteringError } from '../../errors.js';

/** A network's file is damaged, or a layer that is needed is of a kind that is not read. */
export class NetworkFileError extends ClusteringError {
  static {
    keepName(this, 'NetworkFileError');
  }
  declare readonly name: 'NetworkFileError';
  /** What is wrong with the file, and what to do about it. */
  readonly problem: string;
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super('network-file', `The network cannot be read: ${problem}; ${remedy}`);
    this.problem = problem;
    this.remedy = remedy;
  }
}
