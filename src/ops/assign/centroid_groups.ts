/**
 * Puts k centroids into groups of at most `size` that lie near each other, by halving: along the
 * line between the centres of those nearer to either of two centroids far apart, at a multiple of
 * `size`. Every group but the last of a half is full. Which groups there are is a matter of speed.
 *
 * @param c k x d
 * @returns the centroids of each group, ascending
 */
export function groupCentroids(
  c: ArrayLike<number>,
  k: number,
  d: number,
  size: number,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  const split = (members: readonly number[]): void => {
    if (members.length <= size) {
      groups.push([...members].sort((a, b) => a - b));
      return;
    }
    const axis = widestAxis(c, members, d);
    const along = new Map(
      members.map((member) => [
        member,
        axis.reduce((sum, value, j) => sum + value * c[member * d + j], 0),
      ]),
    );
    const order = [...members].sort((a, b) => along.get(a)! - along.get(b)! || a - b);
    const half = size * Math.max(1, Math.round(members.length / size / 2));
    split(order.slice(0, half));
    split(order.slice(half));
  };
  split(Array.from({ length: k }, (_, member) => member));
  return groups;
}

/** A direction along which the members lie far apart. */
function widestAxis(c: ArrayLike<number>, members: readonly number[], d: number): Float64Array {
  const squaredDistance = (from: ArrayLike<number>, member: number) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (c[member * d + j] - from[j]) ** 2;
    return sum;
  };
  const mean = (some: readonly number[]) => {
    const sums = new Float64Array(d);
    for (const member of some) for (let j = 0; j < d; j++) sums[j] += c[member * d + j];
    return sums.map((sum) => sum / Math.max(1, some.length));
  };
  const farthest = (from: ArrayLike<number>) => {
    let most = -1;
    let found = members[0];
    for (const member of members) {
      const squared = squaredDistance(from, member);
      if (squared > most) [most, found] = [squared, member];
    }
    return Float64Array.from({ length: d }, (_, j) => c[found * d + j]);
  };
  const first = farthest(mean(members));
  const second = farthest(first);
  const isNearFirst = (member: number) =>
    squaredDistance(first, member) < squaredDistance(second, member);
  const near = mean(members.filter(isNearFirst));
  const far = mean(members.filter((member) => !isNearFirst(member)));
  return near.map((value, j) => far[j] - value);
}
