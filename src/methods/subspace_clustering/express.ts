/** Coefficients by the method that the settings say. */
import { leastSquares, lowRank } from './closed_forms.js';
import { elasticNet } from './elastic_net.js';
import { DIRECT, type Expressed, inFull, type Task } from './expression.js';
import { lasso } from './lasso.js';
import type { Settings } from './options.js';
import { robustLasso } from './outliers.js';
import { orthogonalPursuit } from './pursuit.js';

/** @param unit the square of what the rows are held multiplied by */
export async function express(task: Task, settings: Settings, unit: number): Promise<Expressed> {
  const { method, nNonzero = 1, lambda = 0, zeroDiagonal, outliers } = settings;
  if (method === 'omp') {
    return { coefficients: await orthogonalPursuit(task, nNonzero), ...DIRECT };
  }
  if (method === 'elasticNet') return elasticNet(task, settings, unit);
  if (method === 'ssc') {
    if (!outliers) return lasso(task, settings, unit);
    const { held, ...search } = await robustLasso(task, settings);
    return { coefficients: await inFull(task, held), ...search };
  }
  const held =
    method === 'lsr'
      ? await leastSquares(task, lambda * unit, zeroDiagonal)
      : await lowRank(task, lambda * unit);
  return { coefficients: await inFull(task, held), ...DIRECT };
}
