/**
 * Bounds by which a row passes over whole groups of centroids (Yinyang k-means, Ding et al. 2015):
 * `upper` is at least its distance to its own centroid, `lower[g]` at most that to any other of
 * group g. See shaders/lib/bounds.wgsl, which also says how rounding is allowed for.
 */
import { squaredDistance } from './squared_distance.twin.js';

/** Each group's centroids, ascending. */
export type Groups = readonly (readonly number[])[];

/** What an iteration's centroids look like to all rows. */
export interface Frame {
  /** The length of the longest centroid. */
  readonly reach: number;
  /** How far a group's bounds have fallen since the start, [groups]. */
  readonly travel: Float64Array;
  /** How far each centroid has moved since the iteration before, [k]. */
  readonly drifts: Float64Array;
}

/** @param moves squared moves of the centroids, [k], and `squaredNorms` of the moved ones */
export function nextFrame(
  groups: Groups,
  moves: ArrayLike<number>,
  squaredNorms: ArrayLike<number>,
  travel: ArrayLike<number>,
): Frame {
  const drifts = Float64Array.from(moves, Math.sqrt);
  return {
    reach: Math.sqrt(Array.from(squaredNorms).reduce((a, b) => Math.max(a, b), 0)),
    travel: Float64Array.from(groups, (group) =>
      group.reduce((most, c) => Math.max(most, drifts[c]), 0),
    ).map((drift, g) => travel[g] + drift),
    drifts,
  };
}

/** What a squared distance may be off by, times `rounding`, for a row and all centroids. */
export function slackOf(squaredNorm: number, reach: number, rounding: number): number {
  return rounding * (Math.sqrt(squaredNorm) + reach) ** 2;
}

/**
 * The groups that may hold a centroid as near as the row's own, at most `upper` away: none, or with
 * them the group of its own.
 *
 * @param lower the row's bounds plus the groups' travel when they were made, [groups]
 */
export function uncleared(
  own: number,
  upper: number,
  lower: ArrayLike<number>,
  { travel }: Frame,
  slack: number,
): readonly number[] {
  const isCleared = (g: number) => {
    const bound = lower[g] - travel[g];
    return bound > upper && (bound - upper) * (bound + upper) > 2 * slack;
  };
  const open = Array.from({ length: lower.length }, (_, g) => g).filter((g) => !isCleared(g));
  return open.length === 0 || open.includes(own) ? open : [...open, own].sort((a, b) => a - b);
}

/** The two nearest of a group's centroids. */
export interface Nearest {
  /** Their squared distances; infinite where there is no second. */
  readonly best: number;
  readonly second: number;
  /** Which the nearest is; ties go to the lowest. */
  readonly label: number;
}

/** The nearest centroids of `group` to row i of `x` (n x d). */
export function scan(
  x: ArrayLike<number>,
  i: number,
  c: ArrayLike<number>,
  d: number,
  group: readonly number[],
): Nearest {
  let [best, second, label] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  for (const member of group) {
    const squared = squaredDistance(x, i, c, member, d);
    if (squared < best) [best, second, label] = [squared, best, member];
    else second = Math.min(second, squared);
  }
  return { best, second, label };
}

/** A row's new label, the squared distance to it, and what is known of the scanned groups. */
export interface Settled {
  readonly label: number;
  readonly best: number;
  /** Whether no other can be as near; where one can, the label is a proposal, and bounds hold for both. */
  readonly stands: boolean;
  readonly upper: number;
  /** Bounds of the groups, in the order given, without travel. */
  readonly lower: readonly number[];
}

/**
 * The nearest over all scanned groups (ties: the lowest cluster), and the bounds that follow.
 *
 * @param marginOf how far apart the two nearest must be, in squared distance, given the farther one's;
 *   0 where distances are exact
 */
export function settle(
  scanned: readonly Nearest[],
  slack: number,
  marginOf: (second: number) => number = () => 0,
): Settled {
  const { best, second, label } = scanned.reduce((a, b) => {
    const nearer = b.best < a.best || (b.best === a.best && b.label < a.label) ? b : a;
    return { ...nearer, second: Math.min(a.second, b.second, Math.max(a.best, b.best)) };
  });
  const margin = marginOf(second);
  const stands = margin === 0 || second - best > margin;
  return {
    label,
    best,
    stands,
    upper: Math.sqrt(best + (stands ? 0 : 2 * margin) + slack),
    lower: scanned.map((found) =>
      Math.sqrt(Math.max(0, (stands && found.label === label ? found.second : found.best) - slack)),
    ),
  };
}
