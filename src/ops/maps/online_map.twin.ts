import { createPause, rowBlocks } from '../../math/event_loop.js';
import { neighbourhoodAt, type Neighbourhood, type UnitGrid } from '../../math/unit_grid.js';
import type { HostRows } from '../op.js';
import type { OnlineMap } from './online_map.js';

/**
 * Takes rows into a map one after the other: with b = argmin_j |x - w_j|^2 (ties to the lowest j) every unit
 * moves by rate h(distance of j and b on the grid) (x - w_j). Where h is below 0 it is multiplied by
 * |x - w_b|^2 / |x - w_j|^2, without which units far off would be pushed ever further.
 *
 * @param weights units x d
 * @param x count x d
 * @param steps radius and rate for each row, [count][2]
 * @returns the weights after the last row, and |x - w_b|^2 of each row before its step, [count]
 */
export function onlineMap(
  grid: UnitGrid,
  neighbourhood: Neighbourhood,
  weights: ArrayLike<number>,
  d: number,
  x: ArrayLike<number>,
  steps: ArrayLike<number>,
): { readonly weights: Float64Array; readonly costs: Float64Array } {
  const { units } = grid;
  const w = Float64Array.from(weights);
  const count = steps.length / 2;
  const costs = new Float64Array(count);
  const squares = new Float64Array(units);
  // The loops are in place, over arrays of one type: a call for each pair costs more than its sums.
  const row = new Float64Array(d);
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < d; i++) row[i] = x[t * d + i];
    let best = 0;
    for (let j = 0, at = 0; j < units; j++) {
      let sum = 0;
      for (let i = 0; i < d; i++, at++) sum += (row[i] - w[at]) * (row[i] - w[at]);
      squares[j] = sum;
      if (sum < squares[best]) best = j;
    }
    costs[t] = squares[best];
    const [radius, rate] = [steps[2 * t], steps[2 * t + 1]];
    for (let j = 0; j < units; j++) {
      const h = neighbourhoodAt(neighbourhood, grid.squaredDistance(j, best), radius);
      if (h === 0) continue;
      const share = h < 0 && squares[j] > costs[t] ? costs[t] / squares[j] : 1;
      const step = rate * h * share;
      for (let i = 0, at = j * d; i < d; i++, at++) w[at] += step * (row[i] - w[at]);
    }
  }
  return { weights: w, costs };
}

/** Multiply-adds that the distance of two units on the grid takes, about. */
const GRID_WORK = 16;

export function openOnlineMap(
  { d }: HostRows,
  grid: UnitGrid,
  neighbourhood: Neighbourhood,
  start: Float32Array,
  signal?: AbortSignal,
): Promise<OnlineMap> {
  const weights = Float64Array.from(start);
  const pause = createPause(signal);
  return Promise.resolve({
    work: grid.units * d,
    async take(x, steps) {
      const count = steps.length / 2;
      const costs = new Float64Array(count);
      for (const [from, to] of rowBlocks(count, grid.units * (2 * d + GRID_WORK))) {
        const rows = x.subarray(from * d, to * d);
        const part = steps.subarray(2 * from, 2 * to);
        const taken = onlineMap(grid, neighbourhood, weights, d, rows, part);
        weights.set(taken.weights);
        costs.set(taken.costs, from);
        await pause();
      }
      return costs;
    },
    read: () => Promise.resolve(Float32Array.from(weights)),
    dispose: () => undefined,
  });
}
