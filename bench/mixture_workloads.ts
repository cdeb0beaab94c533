/** The data that mixtures are fitted to. */
import { createRandom } from '../src/random.js';
import { blobs, type Workload, withStart } from './workloads.js';

export interface MixtureWorkload extends Workload {
  readonly covarianceType: 'full' | 'diag';
}

/** Even weights and unit covariances around the start: what every contender starts from. */
const mixture = (covarianceType: 'full' | 'diag') => () => {
  const random = createRandom(4);
  const name = `mixture 100,000 x 16, K 16, ${covarianceType}`;
  const data = blobs(100_000, 16, 16, random);
  return Promise.resolve({ ...withStart(name, data, 100_000, 16, random), covarianceType });
};

/** The workloads by name, made when asked for. */
export const mixtureWorkloads: Readonly<Record<string, () => Promise<MixtureWorkload>>> = {
  'mixture-full': mixture('full'),
  'mixture-diag': mixture('diag'),
};
