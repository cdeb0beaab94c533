/** Rows as elastic nets of others. */
import { NO_ROW } from '../../ops/algebra/algebra.js';
import { largestOfNet, type Net, solveNets, SUPPORT } from './active_sets.js';
import { type Expressed, most, ownRows, refusePenalty, type Task } from './expression.js';
import type { Settings } from './options.js';
import { csrOfRows } from './sparse_rows.js';

/** Rows that join a row's support at once: few, as products of all pairs of a support are what takes longest. */
const JOINING = 32;

/**
 * Of each row the c with the least |x - c X|^2 / 2 + w (t |c|_1 + (1 - t) |c|^2 / 2), t = `l1Ratio`; w is
 * lambda, or 1 / alpha of the w that leaves the row without coefficients. Of these the `nNonzero` largest.
 *
 * @param unit what lambda is to be multiplied by, as the rows are held scaled
 */
export async function elasticNet(
  task: Task,
  { nNonzero, alpha = 1, lambda, l1Ratio }: Settings,
  unit: number,
): Promise<Expressed> {
  const { algebra, x, y, targets } = task;
  const [n, d] = [x.rows, x.columns];
  const width = Math.min(SUPPORT, x === y ? n - 1 : n);
  const own = ownRows(task);
  const { indices, magnitudes } = await algebra.topProducts(x, y, { k: width, exclude: own });
  const criticals = Array.from(own, (_, i) => magnitudes[i * width] / l1Ratio);
  const highest = most(criticals);
  if (lambda === undefined && alpha <= 1) refusePenalty('alpha', alpha, 1);
  if (lambda !== undefined && lambda * unit >= highest) {
    refusePenalty('lambda', lambda, highest / unit);
  }
  const nets = criticals.map((critical, i): Net => {
    const weight = lambda === undefined ? critical / alpha : lambda * unit;
    const nearest = Array.from(indices.subarray(i * width, (i + 1) * width));
    const support = critical === 0 ? [] : nearest.filter((row) => row !== NO_ROW);
    return {
      target: targets.subarray(i * d, (i + 1) * d),
      ...{ l1: weight * l1Ratio, l2: weight * (1 - l1Ratio) },
      ...{ support, weights: new Float64Array(support.length) },
    };
  });
  const search = await solveNets(task, nets, own, Math.min(JOINING, width));
  const found = nets.map((net) => largestOfNet(net, nNonzero));
  return { coefficients: csrOfRows(found, n), ...search };
}
