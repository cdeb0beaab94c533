/** One epoch of the batch map, once the rows were summed by their best matching unit. */
import { neighbourhoodAt, type Neighbourhood, type UnitGrid } from '../../math/unit_grid.js';
import { type Pause, rowBlocks } from '../../math/event_loop.js';
import type { ClusterSums } from '../../ops/sums/accumulate.twin.js';

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
  const { units } = grid;
  const d = weights.length / units;
  const counts = sums.weightSums;
  const used = [...counts.keys()].filter((i) => counts[i] > 0);
  const moved = Float32Array.from(weights);
  /** S_i. */
  const totals = Float64Array.from(
    sums.residuals,
    (residual, at) => residual + counts[Math.floor(at / d)] * weights[at],
  );
  const top = new Float64Array(d);
  const h = neighbourhoodTable(grid, neighbourhood, radius);
  for (const [start, end] of rowBlocks(units, used.length * d)) {
    for (let j = start; j < end; j++) {
      top.fill(0);
      let bottom = 0;
      let pulled = 0;
      for (const i of used) {
        const near = h(j, i);
        if (near === 0) continue;
        const share = near < 0 ? near * held(weights, sums, j, i, d) : near;
        for (let at = 0, from = i * d; at < d; at++, from++) top[at] += share * totals[from];
        pulled += share * counts[i];
        bottom += Math.abs(near) * counts[i];
      }
      if (bottom === 0) continue;
      for (let at = 0, to = j * d; at < d; at++, to++) {
        moved[to] = weights[to] + (top[at] - pulled * weights[to]) / bottom;
      }
    }
    await pause();
  }
  return moved;
}

/** |m_i - w_i|^2 / |m_i - w_j|^2, 1 at most, m_i being the mean of i's rows. */
function held(weights: Float32Array, sums: ClusterSums, j: number, i: number, d: number): number {
  let [own, other] = [0, 0];
  for (let at = 0; at < d; at++) {
    const residual = sums.residuals[i * d + at] / sums.weightSums[i];
    own += residual ** 2;
    other += (residual + weights[i * d + at] - weights[j * d + at]) ** 2;
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
