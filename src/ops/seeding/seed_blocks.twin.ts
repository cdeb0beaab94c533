export interface Location {
  readonly index: number;
  /** What of the target is left at the start of that index. */
  readonly rest: number;
}

/**
 * Where `target` falls among `masses` laid end to end: the first index whose running sum exceeds
 * it, never one of mass 0; for a target at or past the end, the last of positive mass.
 */
export function locate(masses: ArrayLike<number>, target: number): Location {
  let found: Location = { index: 0, rest: target };
  let left = target;
  for (let index = 0; index < masses.length; index++) {
    if (masses[index] <= 0) continue;
    found = { index, rest: left };
    if (left < masses[index]) break;
    left -= masses[index];
  }
  return found;
}

/** Draws blocks in proportion to their mass: each u in [0, 1) times the total is located. */
export function seedBlocks(
  masses: ArrayLike<number>,
  uniforms: ArrayLike<number>,
): readonly Location[] {
  let total = 0;
  for (let b = 0; b < masses.length; b++) total += masses[b];
  return Array.from(uniforms, (u) => locate(masses, u * total));
}
