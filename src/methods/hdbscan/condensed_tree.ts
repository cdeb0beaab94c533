/** From a minimum spanning tree to clusters: single linkage, the condensed tree, and the choice among its clusters. */
import { DisjointSets } from '../../math/disjoint_sets.js';
import type { SpanningTree } from './spanning_tree.js';

/** Node n + i joins two nodes; rows are nodes below n. */
interface Linkage {
  readonly n: number;
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly distances: Float64Array;
  readonly sizes: Uint32Array;
}

/** Clusters that split off as the distance falls, each after its parent; the first holds all rows. */
export interface CondensedTree {
  /** The cluster that each row leaves last, [n], and 1 / the distance at which it does. */
  readonly rowParents: Uint32Array;
  readonly rowLambdas: Float64Array;
  readonly parents: number[];
  /** 1 / the distance at which each splits off; 0 for the first. */
  readonly births: number[];
  readonly sizes: number[];
}

function linkageOf({ sources, rows, distances }: SpanningTree): Linkage {
  const joins = sources.length;
  const n = joins + 1;
  const order = Uint32Array.from(sources, (_, at) => at).sort(
    (a, b) => distances[a] - distances[b] || a - b,
  );
  const sets = new DisjointSets(n);
  /** The node that each set is, by its least row. */
  const nodes = Uint32Array.from({ length: n }, (_, i) => i);
  const linkage = {
    n,
    left: new Uint32Array(joins),
    right: new Uint32Array(joins),
    distances: new Float64Array(joins),
    sizes: new Uint32Array(joins),
  };
  const sizeOf = sizesOf(linkage);
  order.forEach((edge, i) => {
    const left = nodes[sets.find(sources[edge])];
    const right = nodes[sets.find(rows[edge])];
    sets.join(sources[edge], rows[edge]);
    nodes[sets.find(sources[edge])] = n + i;
    linkage.left[i] = left;
    linkage.right[i] = right;
    linkage.distances[i] = distances[edge];
    linkage.sizes[i] = sizeOf(left) + sizeOf(right);
  });
  return linkage;
}

const sizesOf =
  ({ n, sizes }: Linkage) =>
  (node: number): number =>
    node < n ? 1 : sizes[node - n];

/** Drops what is smaller than `least` from the single linkage: such parts are rows that leave a cluster. */
export function condense(tree: SpanningTree, least: number): CondensedTree {
  const linkage = linkageOf(tree);
  const { n, left, right, distances } = linkage;
  const sizeOf = sizesOf(linkage);
  const condensed = {
    rowParents: new Uint32Array(n),
    rowLambdas: new Float64Array(n),
    parents: [0],
    births: [0],
    sizes: [n],
  };
  const leave = (node: number, cluster: number, lambda: number) => {
    const open = [node];
    for (let inner = open.pop(); inner !== undefined; inner = open.pop()) {
      if (inner < n) {
        condensed.rowParents[inner] = cluster;
        condensed.rowLambdas[inner] = lambda;
      } else open.push(left[inner - n], right[inner - n]);
    }
  };
  // Level by level, which is how clusters are numbered.
  let level: (readonly [node: number, cluster: number])[] = [[2 * n - 2, 0]];
  while (level.length > 0) {
    const below: typeof level = [];
    for (const [node, cluster] of level) {
      const at = node - n;
      const lambda = distances[at] > 0 ? 1 / distances[at] : Number.POSITIVE_INFINITY;
      const children = [left[at], right[at]];
      const splits = children.every((child) => sizeOf(child) >= least);
      for (const child of children) {
        if (sizeOf(child) < least) leave(child, cluster, lambda);
        else if (!splits) below.push([child, cluster]);
        else {
          below.push([child, condensed.parents.length]);
          condensed.parents.push(cluster);
          condensed.births.push(lambda);
          condensed.sizes.push(sizeOf(child));
        }
      }
    }
    level = below;
  }
  return condensed;
}

/** What rows of the condensed tree belong to. */
export interface Chosen {
  readonly labels: Int32Array;
  readonly probabilities: Float64Array;
  readonly k: number;
}

/**
 * Chooses clusters, never the one of all rows: by 'eom' those whose excess of mass, the sum over their rows of
 * lambda less the cluster's birth, is not below that of the best within them; by 'leaf' those without any within.
 */
export function choose(tree: CondensedTree, method: 'eom' | 'leaf'): Chosen {
  const { rowParents, rowLambdas, parents, births, sizes } = tree;
  const clusters = parents.length;
  const stability = new Float64Array(clusters);
  /** The last lambda of what leaves each cluster. */
  const deaths = new Float64Array(clusters);
  const within = new Float64Array(clusters);
  const isLeaf = new Array<boolean>(clusters).fill(true);
  for (const [row, parent] of rowParents.entries()) {
    stability[parent] += rowLambdas[row] - births[parent];
    deaths[parent] = Math.max(deaths[parent], rowLambdas[row]);
  }
  for (let c = 1; c < clusters; c++) {
    const parent = parents[c];
    stability[parent] += (births[c] - births[parent]) * sizes[c];
    deaths[parent] = Math.max(deaths[parent], births[c]);
    isLeaf[parent] = false;
  }
  const isChosen = new Array<boolean>(clusters).fill(false);
  for (let c = clusters - 1; c > 0; c--) {
    isChosen[c] = method === 'leaf' ? isLeaf[c] : !(within[c] > stability[c]);
    within[parents[c]] += isChosen[c] ? stability[c] : within[c];
  }
  // Of clusters within each other the outermost; numbers from the first on.
  const labelOf = new Int32Array(clusters).fill(-1);
  const chosen: number[] = [];
  for (let c = 1; c < clusters; c++) {
    labelOf[c] = labelOf[parents[c]];
    if (labelOf[c] === -1 && isChosen[c]) labelOf[c] = chosen.push(c) - 1;
  }
  const labels = Int32Array.from(rowParents, (parent) => labelOf[parent]);
  const probabilities = Float64Array.from(labels, (label, row) => {
    if (label === -1) return 0;
    const death = deaths[chosen[label]];
    const lambda = rowLambdas[row];
    return death === 0 || lambda === Number.POSITIVE_INFINITY ? 1 : Math.min(lambda, death) / death;
  });
  return { labels, probabilities, k: chosen.length };
}
