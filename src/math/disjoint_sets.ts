/** Sets of the numbers 0 .. n - 1 that are joined one with another; the least of each stands for it. */
export class DisjointSets {
  readonly parents: Uint32Array;

  /** @param parents of each number one no larger, which is in its set; each alone when a count is given */
  constructor(parents: Uint32Array | number) {
    this.parents =
      typeof parents === 'number' ? Uint32Array.from({ length: parents }, (_, i) => i) : parents;
  }

  /** The least number of `i`'s set. */
  find(i: number): number {
    const { parents } = this;
    let at = i;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  }

  /** Joins two sets; false where they were one. */
  join(i: number, j: number): boolean {
    const [a, b] = [this.find(i), this.find(j)];
    if (a === b) return false;
    this.parents[Math.max(a, b)] = Math.min(a, b);
    return true;
  }
}
