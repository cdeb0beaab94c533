/** Where a falling curve bends. */

/** Of the first value, what counts as none: the inertia of rows that are copies of each other. */
const NOTHING = 1e-12;

/**
 * The k at which a falling curve lies farthest below the line from its first to its last point
 * (Satopää et al. 2011, "Finding a kneedle in a haystack"), both axes logarithmic: there rows without
 * clusters give a straight line (inertia ~ k^(-2/d)), while on plain axes the first falls outweigh all.
 *
 * @param values of k = first, first + 1 ...
 */
export function elbow(values: readonly number[], first = 1): number {
  const last = values.length - 1;
  const logs = values.map((value) => Math.log(Math.max(value, NOTHING * values[0])));
  const fall = logs[0] - logs[last];
  if (last < 1 || !(fall > 0)) return first;
  const below = logs.map(
    (log, at) => (logs[0] - log) / fall - Math.log(at / first + 1) / Math.log(last / first + 1),
  );
  return below.indexOf(Math.max(...below)) + first;
}
