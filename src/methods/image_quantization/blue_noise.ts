/** A tile of thresholds whose pattern has no low frequencies: void and cluster (Ulichney 1993). */
import { createRandom } from '../../math/random.js';

export const SIDE = 64;
const CELLS = SIDE * SIDE;
/** Of the Gaussian by which points are told to be close, and how far it is looked at. */
const SIGMA = 1.9;
const REACH = 7;
/** A tenth of the cells are set at first. */
const FIRST = Math.floor(CELLS / 10);
const SEED = 20;

const WINDOW = Float64Array.from({ length: (2 * REACH + 1) ** 2 }, (_, at) => {
  const [x, y] = [(at % (2 * REACH + 1)) - REACH, Math.floor(at / (2 * REACH + 1)) - REACH];
  return Math.exp(-(x * x + y * y) / (2 * SIGMA * SIGMA));
});

class Pattern {
  readonly isSet = new Uint8Array(CELLS);
  readonly #energy = new Float64Array(CELLS);

  copy(): Pattern {
    const copy = new Pattern();
    copy.isSet.set(this.isSet);
    copy.#energy.set(this.#energy);
    return copy;
  }

  put(cell: number, value: 0 | 1): void {
    this.isSet[cell] = value;
    const [x, y] = [cell % SIDE, Math.floor(cell / SIDE)];
    let at = 0;
    for (let dy = -REACH; dy <= REACH; dy++) {
      const row = ((y + dy + SIDE) % SIDE) * SIDE;
      for (let dx = -REACH; dx <= REACH; dx++, at++) {
        this.#energy[row + ((x + dx + SIDE) % SIDE)] += value ? WINDOW[at] : -WINDOW[at];
      }
    }
  }

  /** Of the cells that are set, the one with most others near; of those that are not, with fewest. */
  extreme(value: 0 | 1): number {
    let best = -1;
    for (let cell = 0; cell < CELLS; cell++) {
      if (this.isSet[cell] !== value) continue;
      const isBetter = value
        ? this.#energy[cell] > this.#energy[best]
        : this.#energy[cell] < this.#energy[best];
      if (best < 0 || isBetter) best = cell;
    }
    return best;
  }
}

let made: Float64Array | undefined;

/** SIDE x SIDE thresholds, (0.5 .. CELLS - 0.5) / CELLS each once; always the same. */
export function blueNoise(): Float64Array {
  if (made) return made;
  const random = createRandom(SEED);
  const first = new Pattern();
  for (let count = 0; count < FIRST;) {
    const cell = random.below(CELLS);
    if (first.isSet[cell]) continue;
    first.put(cell, 1);
    count++;
  }
  for (;;) {
    const cluster = first.extreme(1);
    first.put(cluster, 0);
    const gap = first.extreme(0);
    first.put(gap, 1);
    if (gap === cluster) break;
  }
  const ranks = new Float64Array(CELLS);
  const shrinking = first.copy();
  for (let rank = FIRST - 1; rank >= 0; rank--) {
    const cell = shrinking.extreme(1);
    shrinking.put(cell, 0);
    ranks[cell] = rank;
  }
  for (let rank = FIRST; rank < CELLS; rank++) {
    const cell = first.extreme(0);
    first.put(cell, 1);
    ranks[cell] = rank;
  }
  made = ranks.map((rank) => (rank + 0.5) / CELLS);
  return made;
}
