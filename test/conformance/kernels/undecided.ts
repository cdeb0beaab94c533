/** The list of rows that scores leave open; see shaders/lib/undecided.wgsl. */
import decideSource from '../../../shaders/assign/decide.wgsl';
import { expectEqual } from '../expect.js';
import { constant } from './data.js';
import { blankBits } from './lab.js';

const COUNT = constant(decideSource, 'UNDECIDED');
export const FIRST_UNDECIDED = constant(decideSource, 'FIRST_UNDECIDED');
const MOST_DECIDERS = constant(decideSource, 'MOST_DECIDERS');

/** A list with room for so many rows, as the host prepares it. */
export function emptyList(rows: number): Uint32Array<ArrayBuffer> {
  const list = blankBits(FIRST_UNDECIDED + rows);
  list.set([0, 1, 1, 0]);
  return list;
}

/** Workgroups that so many rows are given. */
export const decidersOf = (rows: number) => Math.min(Math.ceil(rows / 4), MOST_DECIDERS);

/** The rows in it, ascending; there is a workgroup for each four, and the rest is as it was. */
export function listed(list: Uint32Array): Uint32Array {
  const count = list[COUNT];
  const header = [decidersOf(count), 1, 1, count];
  expectEqual(list.slice(0, FIRST_UNDECIDED), Uint32Array.from(header), 'the list of rows: header');
  const past = list.slice(FIRST_UNDECIDED + count);
  expectEqual(past, blankBits(past.length), 'the list of rows: past its end');
  return list.slice(FIRST_UNDECIDED, FIRST_UNDECIDED + count).sort();
}
