/** How the methods differ. */
import type { ClusterLoss } from '../../ops/networks/clusters.js';
import type { DeepMethod } from './options.js';

export interface MethodPlan {
  /** What draws codes to clusters; 'codes': the distance to codes that were moved. */
  readonly loss: ClusterLoss | 'codes';
  /** Whether the decoder is trained on, to give the rows back. */
  readonly decodes: boolean;
  /** How the centres move: by their gradient, after the rows they own, or when clusters are made anew. */
  readonly centres: 'trained' | 'follow' | 'anew';
  /** Whether labels are looked at every `updateInterval` steps, and end the fit when few change. */
  readonly visits: boolean;
  /** Where it is not that of an epoch. */
  readonly updateInterval?: number;
  /** Of the clusters' part of the loss. */
  readonly weight: number;
  readonly learningRate: number;
  readonly sharpness: number;
  /** Of the squared distance of a row. */
  readonly reconstruction: 'mean' | 'sum';
}

export const METHOD_PLANS: Readonly<Record<Exclude<DeepMethod, 'ae+kmeans'>, MethodPlan>> = {
  // Xie, Girshick and Farhadi 2016
  dec: {
    ...{ loss: 'divergence', decodes: false, centres: 'trained', visits: true },
    ...{ weight: 1, learningRate: 1e-3, sharpness: 1, reconstruction: 'mean' },
  },
  // Guo, Gao, Liu and Yin 2017
  idec: {
    ...{ loss: 'divergence', decodes: true, centres: 'trained', visits: true },
    ...{ weight: 0.1, learningRate: 1e-3, sharpness: 1, reconstruction: 'mean' },
  },
  // Guo, Liu, Zhu and Yin 2017: IDEC of images; looks as often as XifengGuo/DCEC
  dcec: {
    ...{ loss: 'divergence', decodes: true, centres: 'trained', visits: true },
    ...{ weight: 0.1, learningRate: 1e-3, sharpness: 1, reconstruction: 'mean' },
    ...{ updateInterval: 140 },
  },
  // Yang, Fu, Sidiropoulos and Hong 2017
  dcn: {
    ...{ loss: 'nearest', decodes: true, centres: 'follow', visits: false },
    ...{ weight: 0.1, learningRate: 1e-3, sharpness: 1, reconstruction: 'sum' },
  },
  // Fard, Thonet and Gaussier 2020
  dkm: {
    ...{ loss: 'soft', decodes: true, centres: 'trained', visits: false },
    ...{ weight: 0.1, learningRate: 1e-3, sharpness: 1000, reconstruction: 'sum' },
  },
  // Guo, Lin and Ye 2021
  dekm: {
    ...{ loss: 'codes', decodes: false, centres: 'anew', visits: true },
    ...{ weight: 1, learningRate: 1e-3, sharpness: 1, reconstruction: 'mean' },
  },
};

/** Steps of the annealing of Fard et al., section 3.3. */
const ALPHAS = 40;

/** The sharpness of an epoch: 0.1, then 2^(1 / ln(i)^2) times itself, as many epochs each. */
export function annealing(epochs: number): (epoch: number) => number {
  const alphas = [0.1];
  while (alphas.length < ALPHAS) {
    alphas.push(alphas[alphas.length - 1] * 2 ** (1 / Math.log(alphas.length + 1) ** 2));
  }
  return (epoch) => alphas[Math.min(ALPHAS - 1, Math.floor((epoch * ALPHAS) / epochs))];
}
