/** Which rows the columns' products need, where most of what rows hold is zeros. Pure arithmetic. */
import { ceilDiv } from '../../../host/plan.js';
import gramKernel from '../../../shaders/products/gram_listed.wgsl';

/** Quads of columns in a tile. */
export const TILE_QUADS = 4;
/** Quads that an item multiplies a tile with. */
export const BLOCK_QUADS = Number(gramKernel.constants.WORKGROUP);
/** Rows that the packed layout keeps together. */
const BLOCK_ROWS = Number(gramKernel.constants.BLOCK_ROWS);
/** Rows that an item lists at most: 8 runs, few enough that items outnumber the cores. */
const ITEM_ROWS = 4096;
/** Words of 32 rows that quads are grouped by: 3 ms for 196 quads, and as good as all rows. */
const GROUPING_WORDS = 64;

/** By quads of columns: bit r of word w is set where row 32 w + r holds anything but zeros in them. */
export interface ActiveRows {
  /** Where row 0 lies in the chunk, a multiple of BLOCK_ROWS. */
  readonly first: number;
  readonly bits: Uint32Array;
  readonly quads: number;
  readonly rows: number;
}

/** What gram_listed.wgsl reads. */
export interface RowLists {
  /** Quads, TILE_QUADS to a tile; the last one again up to a whole tile. */
  readonly order: Uint32Array;
  /** Where the listed rows' first quads lie, one tile's after the other's. */
  readonly rows: Uint32Array;
  /** (tile, start, end, block) of each item. */
  readonly items: Uint32Array;
}

function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Some of the words of each quad, evenly spaced. */
function thinned({ bits, quads, rows }: ActiveRows): readonly Uint32Array[] {
  const words = ceilDiv(rows, 32);
  const kept = Math.min(words, GROUPING_WORDS);
  return Array.from({ length: quads }, (_, q) =>
    Uint32Array.from({ length: kept }, (__, w) => bits[q * words + Math.floor((w * words) / kept)]),
  );
}

/**
 * The quads in tiles, so that those of a tile are active in the same rows: from the rarest on, each
 * takes those that add the fewest rows to its own. On MNIST that leaves 19 % of the products; tiles of
 * neighbouring quads would leave 39 %, quads by frequency 23 %, columns by frequency 26 %.
 */
export function groupQuads(active: ActiveRows): number[][] {
  const words = thinned(active);
  const counts = words.map((own) => own.reduce((sum, word) => sum + bitCount(word), 0));
  const left = words.map((_, q) => q).sort((a, b) => counts[a] - counts[b] || a - b);
  const tiles: number[][] = [];
  for (;;) {
    const first = left.shift();
    if (first === undefined) return tiles;
    const tile = [first];
    const union = words[first].slice();
    while (tile.length < TILE_QUADS && left.length > 0) {
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let at = 0; at < left.length && least > 0; at++) {
        const own = words[left[at]];
        let added = 0;
        for (let w = 0; w < own.length; w++) added += bitCount(own[w] & ~union[w]);
        if (added < least) [best, least] = [at, added];
      }
      const [quad] = left.splice(best, 1);
      tile.push(quad);
      words[quad].forEach((word, w) => {
        union[w] |= word;
      });
    }
    tiles.push(tile);
  }
}

/** Where the first quads of the rows lie in which a tile is active, rising. */
function rowsOf(
  { bits, first, rows, quads }: ActiveRows,
  tile: readonly number[],
  into: Uint32Array,
): number {
  const words = ceilDiv(rows, 32);
  let count = 0;
  for (let w = 0; w < words; w++) {
    let word = 0;
    for (const quad of tile) word |= bits[quad * words + w];
    const start = first + 32 * w;
    const at = Math.floor(start / BLOCK_ROWS) * BLOCK_ROWS * quads + (start % BLOCK_ROWS);
    for (; word !== 0; word &= word - 1) into[count++] = at + 31 - Math.clz32(word & -word);
  }
  return count;
}

/**
 * The rows for each tile and the tiles it is multiplied with: itself and those that are active more
 * often, so that each pair of tiles takes the rows of the rarer one.
 */
export function listRows(active: ActiveRows): RowLists {
  const lists = groupQuads(active).map((tile) => {
    const all = new Uint32Array(active.rows);
    return { tile, rows: all.slice(0, rowsOf(active, tile, all)) };
  });
  // The one short tile, if any, comes last: positions are then those of the order.
  const short = ({ tile }: { tile: number[] }) => Number(tile.length < TILE_QUADS);
  lists.sort((a, b) => short(a) - short(b) || a.rows.length - b.rows.length);
  const positions = TILE_QUADS * lists.length;
  const order = Uint32Array.from({ length: positions }, (_, at) => {
    const { tile } = lists[Math.floor(at / TILE_QUADS)];
    return tile[Math.min(at % TILE_QUADS, tile.length - 1)];
  });
  const rows = new Uint32Array(lists.reduce((sum, list) => sum + list.rows.length, 0));
  const items: number[] = [];
  let at = 0;
  for (const [t, list] of lists.entries()) {
    rows.set(list.rows, at);
    const end = at + list.rows.length;
    const blocks = ceilDiv(positions - TILE_QUADS * t, BLOCK_QUADS);
    for (; at < end; at += ITEM_ROWS) {
      for (let block = 0; block < blocks; block++) {
        items.push(t, at, Math.min(at + ITEM_ROWS, end), block);
      }
    }
    at = end;
  }
  return { order, rows, items: Uint32Array.from(items) };
}

/**
 * Adds what gram_listed.wgsl left of the items from `first` on to `sums`, d x d: the product of columns
 * i and j comes to lie at (i, j) or at (j, i).
 */
export function addListed(
  sums: Float64Array,
  partial: Float32Array,
  { order, items }: RowLists,
  first: number,
  d: number,
): void {
  const quads = ceilDiv(d, 4);
  // By position in the order; past the last column, none.
  const columns = Int32Array.from({ length: 4 * order.length }, (_, at) => {
    const column = 4 * order[at >> 2] + (at % 4);
    return at < 4 * quads && column < d ? column : -1;
  });
  for (let at = 0, item = 4 * first; at < partial.length; item += 4) {
    const rowsAt = 4 * TILE_QUADS * items[item];
    const columnsAt = rowsAt + 4 * BLOCK_QUADS * items[item + 3];
    for (let i = rowsAt; i < rowsAt + 4 * TILE_QUADS; i++, at += 4 * BLOCK_QUADS) {
      if (columns[i] < 0) continue;
      const row = columns[i] * d;
      // Within the tile itself each product is there twice.
      const end = Math.min(columnsAt + 4 * BLOCK_QUADS, columns.length);
      for (let j = Math.max(columnsAt, i); j < end; j++) {
        if (columns[j] >= 0) sums[row + columns[j]] += partial[at + j - columnsAt];
      }
    }
  }
}

/** `sums` + its transpose, the diagonal once: in place, d x d. */
export function addTransposed(sums: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const sum = sums[i * d + j] + sums[j * d + i];
      sums[i * d + j] = sums[j * d + i] = sum;
    }
  }
}
