/** The dictionary that fits codes best, in float64 on the host. */
import type { Pause } from '../../math/event_loop.js';
import { addScaled, norm } from '../../math/vectors.js';

/** Sweeps at most, and the change below which, as a share of the largest of Z'Y, they end. */
const MOST_SWEEPS = 1000;
const SETTLED = 1e-10;
/** Of the largest of Z'Z, below which the codes make no use of an atom. */
const UNUSED = 1e-12;

/** Atoms as rows of a matrix. */
export interface Dictionary {
  /** D, k x d row-major. */
  readonly atoms: Float64Array;
  readonly k: number;
  readonly d: number;
}

/**
 * Makes D the minimum of |Y - Z D|^2 over atoms of length 1 at most: atom after atom, d += (Z'Y - Z'Z D) / (Z'Z)_jj
 * and then back to length 1 (Mairal et al., "Online learning for matrix factorization and sparse coding", JMLR
 * 11, 2010, algorithm 2), until nothing moves. Atoms that no code uses stay. A bound on the atoms there must be:
 * else codes would go to 0 as atoms grow, and with the codes whatever is asked of them.
 *
 * @param gram Z'Z, k x k
 * @param cross Z'Y, k x d
 * @returns the atoms that no code uses
 */
export async function dictionaryStep(
  { atoms, k, d }: Dictionary,
  gram: Float64Array,
  cross: Float64Array,
  pause: Pause,
): Promise<readonly number[]> {
  const rows = Array.from({ length: k }, (_, j) => atoms.subarray(j * d, (j + 1) * d));
  const most = cross.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const uses = Float64Array.from(rows, (_, j) => gram[j * k + j]);
  const least = UNUSED * Math.max(...uses);
  for (let sweep = 0, moved = Number.POSITIVE_INFINITY; ; sweep++) {
    if (sweep === MOST_SWEEPS || moved <= SETTLED * most) break;
    moved = 0;
    for (let j = 0; j < k; j++) {
      if (uses[j] <= least) continue;
      const next = cross.slice(j * d, (j + 1) * d);
      for (let i = 0; i < k; i++) if (i !== j) addScaled(next, -gram[j * k + i], rows[i]);
      const size = Math.max(uses[j], norm(next));
      for (let c = 0; c < d; c++) {
        const value = next[c] / size;
        moved = Math.max(moved, Math.abs(value - rows[j][c]) * uses[j]);
        rows[j][c] = value;
      }
      await pause();
    }
  }
  return rows.map((_, j) => j).filter((j) => uses[j] <= least);
}
