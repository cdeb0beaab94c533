/** What most rows hold, column by column: an empty pixel, a word that does not occur. */
import { ceilDiv } from '../../host/plan.js';

/**
 * A value that this share of the rows have may stand in for the mean as the shift: its squared distance
 * from the mean is then at most 1 / share - 1 times the variance, so that X^T X about it keeps all but
 * two bits of what X^T X about the mean has.
 */
const LEAST_SHARE = 1 / 4;
/** Of the products of X^T X, what must be left out so that listing rows pays. */
const MOST_WORK = 0.7;

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

/** The share of X^T X's products that are not zero, by quads of columns, each pair in the rows of the rarer. */
function workLeft(sample: Float32Array, rows: number, shift: Float64Array): number {
  const d = shift.length;
  const quads = ceilDiv(d, 4);
  const active = new Uint32Array(quads);
  for (let at = 0; at < sample.length; at += d) {
    for (let q = 0; q < quads; q++) {
      for (let j = 4 * q; j < Math.min(4 * q + 4, d); j++) {
        if (sample[at + j] !== shift[j]) {
          active[q]++;
          break;
        }
      }
    }
  }
  const work = active.sort().reduce((sum, count, rank) => sum + count * (quads - rank), 0);
  return work / ((rows * quads * (quads + 1)) / 2);
}
