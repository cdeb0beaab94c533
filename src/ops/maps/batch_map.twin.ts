import { createPause, type Pause, rowBlocks } from '../../math/event_loop.js';
import { neighbourhoodAt, type Neighbourhood, type UnitGrid } from '../../math/unit_grid.js';
import { assign, clusterSums } from '../clustering/clustering.twin.js';
import type { HostRows } from '../op.js';
import type { ClusterSums } from '../sums/accumulate.twin.js';
import type { BatchMap, BatchMapResult } from './batch_map.js';

export async function batchMap(
  rows: HostRows,
  start: Float32Array,
  { grid, neighbourhood, epochs, radius, signal, onEpoch }: BatchMap,
): Promise<BatchMapResult> {
  const pause = createPause(signal);
  const { units } = grid;
  let weights = start;
  const history: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const sums = await clusterSums(rows, weights, units, signal);
    weights = await batchStep(grid, neighbourhood, radius(epoch), weights, sums, pause);
    history[epoch] = sums.inertia;
    const after = weights;
    onEpoch?.(epoch, sums.inertia, () => Promise.resolve(after));
    signal?.throwIfAborted();
  }
  const assignment = await assign(rows, weights, units, signal);
  return { weights, history: Float64Array.from(history), assignment };
}

/** What reaches every unit, [units] each but for `top`. */
interface Reached {
  /** sum_i h_ji S_i, units x d. */
  readonly top: Float64Array;
  /** sum_i h_ji n_i. */
  readonly pulled: Float64Array;
  /** sum_i |h_ji| n_i. */
  readonly bottom: Float64Array;
}

/** The rows' sums S_i (units x d) and weights n_i by the unit they belong to. */
interface Totals {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/**
 * Every unit j moves to the mean of all rows, each weighted by h of the distance between j and the unit i it
 * belongs to (Kohonen, "Self-Organizing Maps", 2001, section 3.6):
 *   w_j <- w_j + sum_i h_ji (S_i - n_i w_j) / sum_i |h_ji| n_i,
 * S_i being the sum and n_i the weight of i's rows. Where h is below 0 it pushes j away from the mean m_i of i's
 * rows, and is multiplied by |m_i - w_i|^2 / |m_i - w_j|^2, 1 at most, without which units far off would be pushed
 * ever further. A unit that no rows reach stays. With radius 0 it is the step of K-means.
 *
 * @param weights units x d
 * @param sums of the rows, as residuals about the unit they belong to
 */
export async function batchStep(
  grid: UnitGrid,
  neighbourhood: Neighbourhood,
  radius: number,
  weights: Float32Array,
  sums: ClusterSums,
  pause: Pause,
): Promise<Float32Array> {
  const d = weights.length / grid.units;
  const counts = sums.weightSums;
  const totals = {
    sums: sums.residuals.map((residual, at) => residual + counts[Math.floor(at / d)] * weights[at]),
    counts,
  };
  const isSeparable = neighbourhood === 'gaussian' && grid.distance === 'euclidean';
  const { top, pulled, bottom } = isSeparable
    ? await spreadGaussian(grid, radius, totals, pause)
    : await spread(grid, neighbourhood, radius, weights, totals, pause);
  return weights.map((weight, at) => {
    const j = Math.floor(at / d);
    return bottom[j] === 0 ? weight : weight + (top[at] - pulled[j] * weight) / bottom[j];
  });
}

/** From every unit that has rows to every unit: units^2 d operations. */
async function spread(
  grid: UnitGrid,
  neighbourhood: Neighbourhood,
  radius: number,
  weights: Float32Array,
  { sums, counts }: Totals,
  pause: Pause,
): Promise<Reached> {
  const { units } = grid;
  const d = sums.length / units;
  const used = [...counts.keys()].filter((i) => counts[i] > 0);
  const top = new Float64Array(units * d);
  const pulled = new Float64Array(units);
  const bottom = new Float64Array(units);
  const h = neighbourhoodTable(grid, neighbourhood, radius);
  for (const [start, end] of rowBlocks(units, used.length * d)) {
    for (let j = start; j < end; j++) {
      for (const i of used) {
        const near = h(j, i);
        if (near === 0) continue;
        const share = near < 0 ? near * held(weights, sums, counts[i], j, i, d) : near;
        for (let to = j * d, from = i * d; from < (i + 1) * d; to++, from++) {
          top[to] += share * sums[from];
        }
        pulled[j] += share * counts[i];
        bottom[j] += Math.abs(near) * counts[i];
      }
    }
    await pause();
  }
  return { top, pulled, bottom };
}

/**
 * As `spread` of a Gaussian, which is one of the rows times one of the columns: along each row to all
 * columns, then along each column, units (rows + columns) d operations. The rows of a hexagonal grid are
 * spread to the columns of even rows and to those of odd ones.
 */
async function spreadGaussian(
  grid: UnitGrid,
  radius: number,
  { sums, counts }: Totals,
  pause: Pause,
): Promise<Reached> {
  const {
    units,
    shape: { rows, columns, grid: kind },
  } = grid;
  const d = sums.length / units;
  const parities = kind === 'hexagonal' ? 2 : 1;
  const bell = (right: number, down: number) =>
    neighbourhoodAt('gaussian', grid.squaredOf(right, down), radius);
  /** By half steps to the right. */
  const across = Float64Array.from({ length: 2 * columns + 1 }, (_, step) => bell(step / 2, 0));
  const down = Float64Array.from({ length: rows }, (_, step) => bell(0, step));
  const top = new Float64Array(units * d);
  const bottom = new Float64Array(units);
  const alongRow = new Float64Array(parities * columns * d);
  const countsAlong = new Float64Array(parities * columns);
  for (let row = 0; row < rows; row++) {
    const first = row * columns;
    alongRow.fill(0);
    countsAlong.fill(0);
    for (let place = 0; place < parities * columns; place++) {
      const right = 2 * (place % columns) + Math.floor(place / columns);
      for (let i = first; i < first + columns; i++) {
        const near = across[Math.abs(right - 2 * grid.right(i))];
        if (near === 0 || counts[i] === 0) continue;
        countsAlong[place] += near * counts[i];
        for (let to = place * d, from = i * d; from < (i + 1) * d; to++, from++) {
          alongRow[to] += near * sums[from];
        }
      }
    }
    for (let other = 0; other < rows; other++) {
      const near = down[Math.abs(row - other)];
      if (near === 0) continue;
      const begin = (other % parities) * columns;
      for (let column = 0; column < columns; column++) {
        bottom[other * columns + column] += near * countsAlong[begin + column];
      }
      for (let at = 0; at < columns * d; at++) {
        top[other * columns * d + at] += near * alongRow[begin * d + at];
      }
    }
    await pause();
  }
  return { top, pulled: bottom, bottom };
}

/** |m_i - w_i|^2 / |m_i - w_j|^2, 1 at most, m_i being the mean of i's rows. */
function held(
  weights: Float32Array,
  sums: Float64Array,
  count: number,
  j: number,
  i: number,
  d: number,
): number {
  let [own, other] = [0, 0];
  for (let at = 0; at < d; at++) {
    const mean = sums[i * d + at] / count;
    own += (mean - weights[i * d + at]) ** 2;
    other += (mean - weights[j * d + at]) ** 2;
  }
  return own < other ? own / other : 1;
}

/** h between two units, from a table by how far they lie apart. */
function neighbourhoodTable(
  grid: UnitGrid,
  neighbourhood: Neighbourhood,
  radius: number,
): (a: number, b: number) => number {
  const { units, shape } = grid;
  /** In steps of half a unit. */
  const right = Int32Array.from({ length: units }, (_, unit) => 2 * grid.right(unit));
  const row = Int32Array.from({ length: units }, (_, unit) => grid.row(unit));
  const steps = 2 * shape.columns + 1;
  const table = Float64Array.from({ length: shape.rows * steps }, (_, at) => {
    const squared = grid.squaredOf((at % steps) / 2, Math.floor(at / steps));
    return neighbourhoodAt(neighbourhood, squared, radius);
  });
  return (a, b) => table[Math.abs(row[a] - row[b]) * steps + Math.abs(right[a] - right[b])];
}
