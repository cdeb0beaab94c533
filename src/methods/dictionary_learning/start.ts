/** Atoms to start from. */
import type { Random } from '../../math/random.js';
import { norm, randomDirection, scaled } from '../../math/vectors.js';

/** A row drawn from those given, at length 1; a random direction where it is all zeros. */
export function drawnAtom(rows: ArrayLike<number>, n: number, random: Random): Float64Array {
  const d = rows.length / n;
  const at = random.below(n) * d;
  const row = Float64Array.from({ length: d }, (_, j) => rows[at + j]);
  const size = norm(row);
  return size > 0 ? scaled(row, 1 / size) : randomDirection(d, random);
}

/** k x d: rows drawn without one twice, as far as there are enough, at length 1. */
export function drawnAtoms(
  rows: ArrayLike<number>,
  n: number,
  k: number,
  random: Random,
): Float64Array {
  const d = rows.length / n;
  const order = Array.from({ length: n }, (_, i) => i);
  const atoms = new Float64Array(k * d);
  for (let j = 0; j < k; j++) {
    if (j >= n) {
      atoms.set(randomDirection(d, random), j * d);
      continue;
    }
    const other = j + random.below(n - j);
    [order[j], order[other]] = [order[other], order[j]];
    const row = Float64Array.from({ length: d }, (_, c) => rows[order[j] * d + c]);
    const size = norm(row);
    atoms.set(size > 0 ? scaled(row, 1 / size) : randomDirection(d, random), j * d);
  }
  return atoms;
}
