/** What most rows hold, column by column: an empty pixel, a word that does not occur. */
import { ceilDiv } from '../../../host/plan.js';
import { BLOCK_QUADS, listRows, TILE_QUADS } from './row_lists.js';

/**
 * A value that this share of the rows have may stand in for the mean as the shift: its squared distance
 * from the mean is then at most 1 / share - 1 times the variance, so that X^T X about it keeps all but
 * two bits of what X^T X about the mean has.
 */
const LEAST_SHARE = 1 / 4;
/**
 * Listing rows pays where no more than this share of the products is left: a product then takes 1.1 times
 * as long on lavapipe (13.5 GFLOP/s against 15), and looking for the rows 2 % of all of them.
 */
const MOST_WORK = 0.75;

/** The value that more than half of n values have, if there is one, else one of them (Boyer & Moore). */
class Majority {
  value = 0;
  #lead = 0;

  add(value: number): void {
    if (this.#lead === 0) this.value = value;
    this.#lead += value === this.value ? 1 : -1;
  }
}

/**
 * What to subtract from the rows so that X^T X has many rows to leave out: from each column its
 * background where it has one, else its mean. Judged by a sample of rows, `rows` x d.
 *
 * @returns undefined where too little could be left out
 */
export function backgroundShift(
  sample: Float32Array,
  rows: number,
  d: number,
): Float64Array | undefined {
  const columns = Array.from({ length: d }, () => new Majority());
  const whole = new Majority();
  for (let at = 0; at < sample.length; at++) {
    columns[at % d].add(sample[at]);
    whole.add(sample[at]);
  }
  const shift = Float64Array.from({ length: d }, (_, j) => {
    const [own, common] = [columns[j].value, whole.value];
    let [ofOwn, ofCommon, sum] = [0, 0, 0];
    for (let at = j; at < sample.length; at += d) {
      const value = sample[at];
      if (value === own) ofOwn++;
      if (value === common) ofCommon++;
      sum += value;
    }
    const share = Math.max(ofOwn, ofCommon) / rows;
    return share >= LEAST_SHARE ? (ofOwn > ofCommon ? own : common) : Math.fround(sum / rows);
  });
  return workLeft(sample, rows, shift) <= MOST_WORK ? shift : undefined;
}

/** The share of its products that X^T X of the sample takes by listed rows. */
function workLeft(sample: Float32Array, rows: number, shift: Float64Array): number {
  const d = shift.length;
  const quads = ceilDiv(d, 4);
  const words = ceilDiv(rows, 32);
  const bits = new Uint32Array(quads * words);
  for (let at = 0; at < sample.length; at++) {
    const column = at % d;
    if (sample[at] === shift[column]) continue;
    const row = Math.floor(at / d);
    bits[(column >> 2) * words + (row >> 5)] |= 1 << (row & 31);
  }
  const { order, items } = listRows({ bits, quads, first: 0, rows });
  let left = 0;
  for (let at = 0; at < items.length; at += 4) left += items[at + 2] - items[at + 1];
  let all = 0;
  for (let from = 0; from < order.length; from += TILE_QUADS) {
    all += rows * ceilDiv(order.length - from, BLOCK_QUADS);
  }
  return left / all;
}
