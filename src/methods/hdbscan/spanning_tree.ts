/** The minimum spanning tree of rows by mutual reachability, by Borůvka's algorithm. */
import { DisjointSets } from '../../math/disjoint_sets.js';
import { nearestOther } from '../../ops/neighbours/nearest_other.js';
import { nearestRows } from '../../ops/neighbours/nearest_rows.js';
import type { Session } from '../../ops/op.js';
import type { RawRows } from '../../rows/matrix.js';

/** Neighbours of each row that most of the tree is found among. */
const LEAST_NEIGHBOURS = 8;
/** What float32 may have been wrong by, relative. */
const ROUNDED = 1 - 2 ** -20;

/** n - 1 edges, each from a row in the tree to one that was not: as Prim's algorithm adds them from row 0. */
export interface SpanningTree {
  readonly sources: Uint32Array;
  readonly rows: Uint32Array;
  /** max(|x_i - x_j|, core_i, core_j) in float64. */
  readonly distances: Float64Array;
}

/**
 * The edges of least mutual reachability that join all rows. Each component's nearest row outside of it comes
 * from lists of the rows' nearest neighbours where these settle it, and else from a pass over all rows for
 * the rows that might have it: log2(n) passes at most, and no more than the lists for most rows.
 */
export async function spanningTree(
  session: Session,
  { source: x, shape: [n, d] }: RawRows,
  minSamples: number,
  signal: AbortSignal | undefined,
): Promise<SpanningTree> {
  const distance = (i: number, j: number) => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += (x[i * d + c] - x[j * d + c]) ** 2;
    return Math.sqrt(sum);
  };
  const k = Math.min(n - 1, Math.max(LEAST_NEIGHBOURS, minSamples - 1));
  const { indices } = await session.run(nearestRows, k, { includesSelf: false, signal });
  const core = new Float64Array(n);
  /** Below this no row that is not in the list can be reached. */
  const bounds = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < k; p++) {
      const far = distance(i, indices[i * k + p]);
      if (p < minSamples - 1) core[i] = Math.max(core[i], far);
      bounds[i] = Math.max(bounds[i], far * ROUNDED);
    }
  }
  const reach = (i: number, j: number) => Math.max(distance(i, j), core[i], core[j]);
  for (let i = 0; i < n; i++) {
    bounds[i] = k === n - 1 ? Number.POSITIVE_INFINITY : Math.max(bounds[i], core[i]);
  }
  const sets = new DisjointSets(n);
  /** What the last pass found for each row; the row itself where there was none. */
  const passed = Uint32Array.from({ length: n }, (_, i) => i);
  const edges: { readonly i: number; readonly j: number; readonly weight: number }[] = [];
  while (edges.length < n - 1) {
    const components = Uint32Array.from({ length: n }, (_, i) => sets.find(i));
    const best = new Map<number, (typeof edges)[number]>();
    const offer = (i: number, j: number) => {
      if (components[i] === components[j]) return;
      const weight = reach(i, j);
      const known = best.get(components[i]);
      if (!known || weight < known.weight) best.set(components[i], { i, j, weight });
    };
    for (let i = 0; i < n; i++) {
      for (let p = 0; p < k; p++) offer(i, indices[i * k + p]);
      offer(i, passed[i]);
    }
    const leastOf = (i: number) => best.get(components[i])?.weight ?? Number.POSITIVE_INFINITY;
    // Rows whose list does not settle that none of the others is nearer.
    const queries = components.map((_, i) => i).filter((i) => bounds[i] < leastOf(i));
    if (queries.length > 0) {
      const others = await session.run(nearestOther, { queries, core, components, signal });
      for (const [at, i] of queries.entries()) {
        passed[i] = others[at];
        bounds[i] = Math.max(bounds[i], reach(i, others[at]) * ROUNDED);
        offer(i, others[at]);
      }
    }
    const chosen = [...best.values()].sort((a, b) => a.weight - b.weight || a.i - b.i || a.j - b.j);
    for (const edge of chosen) if (sets.join(edge.i, edge.j)) edges.push(edge);
  }
  return fromFirstRow(n, edges);
}

/** The edges in the order in which Prim's algorithm finds them, ties to the lowest row. */
function fromFirstRow(
  n: number,
  edges: readonly { readonly i: number; readonly j: number; readonly weight: number }[],
): SpanningTree {
  // The edges of each row, one after the other.
  const starts = new Uint32Array(n + 1);
  for (const { i, j } of edges) {
    starts[i + 1]++;
    starts[j + 1]++;
  }
  for (let i = 0; i < n; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  const ends = new Uint32Array(2 * edges.length);
  const weights = new Float64Array(2 * edges.length);
  for (const { i, j, weight } of edges) {
    for (const [a, b] of [
      [i, j],
      [j, i],
    ]) {
      weights[next[a]] = weight;
      ends[next[a]++] = b;
    }
  }
  const isIn = new Uint8Array(n);
  const tree = {
    sources: new Uint32Array(n - 1),
    rows: new Uint32Array(n - 1),
    distances: new Float64Array(n - 1),
  };
  const heap = new EdgeHeap();
  const enter = (row: number) => {
    isIn[row] = 1;
    for (let e = starts[row]; e < starts[row + 1]; e++) {
      if (!isIn[ends[e]]) heap.push({ source: row, row: ends[e], weight: weights[e] });
    }
  };
  enter(0);
  for (let at = 0; at < n - 1; at++) {
    const { source, row, weight } = heap.pop();
    tree.sources[at] = source;
    tree.rows[at] = row;
    tree.distances[at] = weight;
    enter(row);
  }
  return tree;
}

interface Open {
  readonly source: number;
  readonly row: number;
  readonly weight: number;
}

const comesBefore = (a: Open, b: Open): boolean =>
  a.weight < b.weight || (a.weight === b.weight && a.row < b.row);

/** A binary heap: the least weight first, of equal ones the lowest row. */
class EdgeHeap {
  readonly #heap: Open[] = [];

  push(edge: Open): void {
    const heap = this.#heap;
    let at = heap.length;
    for (let up = (at - 1) >> 1; at > 0 && comesBefore(edge, heap[up]); up = (at - 1) >> 1) {
      heap[at] = heap[up];
      at = up;
    }
    heap[at] = edge;
  }

  pop(): Open {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let at = 0;
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      if (down + 1 < heap.length && comesBefore(heap[down + 1], heap[down])) down++;
      if (!comesBefore(heap[down], last)) break;
      heap[at] = heap[down];
      at = down;
    }
    heap[at] = last;
    return first;
  }
}
