/**
 * `webgpu-clustering/compat/ml-pca/sync`, for Node: `fit` waits for another thread, which does the work. It needs
 * ml-matrix, as ml-pca does.
 */
import { AbstractMatrix } from 'ml-matrix';
import { PCA as Fitted, type PCAModel, type PCAOptions } from '../ml_pca.js';
import { callSync } from './thread.js';

export type { PCAModel, PCAOptions, PredictOptions } from '../ml_pca.js';

const HOST = new URL(/* @vite-ignore */ '../sync-host.js', import.meta.url);

/** ml-pca's class: `new PCA(dataset, options)` gives what `await PCA.fit(dataset, options)` of compat/ml-pca does. */
export const PCA = new Proxy(Fitted, {
  construct: (_, given: [dataset: AbstractMatrix | number[][], options?: PCAOptions]) => {
    const [dataset, options = {}] = given;
    const rows = dataset instanceof AbstractMatrix ? dataset.to2DArray() : dataset;
    return Fitted.load(callSync(HOST, ['pca'], [rows, options]).value as PCAModel);
  },
}) as unknown as {
  new (dataset: AbstractMatrix | number[][], options?: PCAOptions): Fitted;
  load(model: PCAModel): Fitted;
};
