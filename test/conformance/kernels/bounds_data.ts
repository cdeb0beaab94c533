/** What the kernels of the bounded assignment read. */
import driftsSource from '../../../shaders/assign/bounds_drifts.wgsl';
import type { Groups } from '../../../src/ops/assign/bounds.twin.js';
import { constant } from './data.js';
import { POISON } from './lab.js';

export const MOST_GROUPS = constant(driftsSource, 'MOST_GROUPS');
const DRIFTS = constant(driftsSource, 'DRIFTS');
const TRAVEL = constant(driftsSource, 'TRAVEL');
export const ROUNDING = 2 ** -20;
/** Bounds are rounded outward by a few times 2^-20. */
export const OUTWARD = {
  relative: 8e-6,
  absolute: 1e-5,
  because: 'bounds are rounded outward',
} as const;

export const bitsOf = (values: ArrayLike<number>) =>
  new Uint32Array(Float32Array.from(values).buffer);
export const floatsOf = (bits: Uint32Array) => new Float32Array(bits.slice().buffer);

/** Clusters 0 to k - 1 dealt out to groups in turn, so that none holds neighbours only. */
export function dealt(k: number, count: number): Groups {
  return Array.from({ length: count }, (_, g) =>
    Array.from({ length: k }, (_, c) => c).filter((c) => c % count === g),
  );
}

/** Groups as kernels read them: no cluster beyond a group's own. */
export function membersOf(groups: Groups, size: number, k: number): Uint32Array<ArrayBuffer> {
  const members = new Uint32Array(groups.length * size).fill(k);
  groups.forEach((group, g) => {
    members.set(group, g * size);
  });
  return members;
}

export function frameOf(
  reach: number,
  halted: number,
  travel: ArrayLike<number>,
  drifts: ArrayLike<number>,
  groups: Groups,
): Float32Array<ArrayBuffer> {
  const frame = new Float32Array(DRIFTS + 2 * drifts.length).fill(POISON);
  frame.set([reach, halted]);
  frame.set(travel, TRAVEL);
  groups.forEach((group, g) => {
    for (const c of group) frame.set([drifts[c], g], DRIFTS + 2 * c);
  });
  return frame;
}
