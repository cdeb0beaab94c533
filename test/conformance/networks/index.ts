/** Networks, autoencoders, and clusters of their codes. */
import type { Suite } from '../case.js';
import { clusteringCases } from './clustering.js';
import { stepCases } from './steps.js';

export const networks: Suite = {
  name: 'networks',
  where: 'each runtime',
  cases: [...stepCases, ...clusteringCases],
};
