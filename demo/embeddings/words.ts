/** Words and their directions. */
import type { Found, Neighbour, WordCluster } from './jobs.js';

export const DIMENSIONS = 100;
const NEIGHBOURS = 12;
/** Words of a cluster that are listed. */
const LISTED = 40;
/** Words that are offered in place of one that is not known. */
const OFFERED = 3;
/** Letters that these have in common with it at least. */
const LEAST_SHARED = 3;

export interface Words {
  readonly words: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
  /** n x DIMENSIONS, each row of length 1: the cosine of two rows is their product. */
  readonly directions: Float32Array;
}

/** @param text a word a line @param bytes their vectors, of any length, row by row */
export function readWords(text: string, bytes: Int8Array): Words {
  const words = text.trim().split('\n');
  const directions = new Float32Array(bytes.length);
  for (let from = 0; from < bytes.length; from += DIMENSIONS) {
    const row = bytes.subarray(from, from + DIMENSIONS);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, j) => (directions[from + j] = value / length));
  }
  return { words, positions: new Map(words.map((word, at) => [word, at])), directions };
}

/** The cosine of row `row` to a direction of length 1. */
export function cosine({ directions }: Words, row: number, direction: Float32Array): number {
  let sum = 0;
  const from = row * DIMENSIONS;
  for (let j = 0; j < DIMENSIONS; j++) sum += directions[from + j] * direction[j];
  return sum;
}

/** The most frequent words that begin as much like a word as any does. */
function wordsLike({ words }: Words, word: string): readonly string[] {
  for (let length = word.length; length >= LEAST_SHARED; length--) {
    const beginning = word.slice(0, length);
    const found = words.filter((other) => other.startsWith(beginning));
    if (found.length > 0) return found.slice(0, OFFERED);
  }
  return [];
}

/** The words nearest to a word. Throws Error with a sentence where it is not known. */
export function findNeighbours(known: Words, asked: string): Found {
  const word = asked.trim().toLowerCase();
  const at = known.positions.get(word);
  if (at === undefined) {
    const offered = wordsLike(known, word);
    const remedy =
      offered.length > 0 ? `try ${offered.join(', ')}` : 'they are single English words';
    throw new Error(
      `“${asked.trim()}” is not among the ${known.words.length.toLocaleString('en')} words; ${remedy}.`,
    );
  }
  const direction = known.directions.subarray(at * DIMENSIONS, (at + 1) * DIMENSIONS);
  const neighbours = known.words
    .map((other, row): Neighbour => ({
      word: other,
      row,
      cosine: cosine(known, row, direction),
    }))
    .filter((_, row) => row !== at)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, NEIGHBOURS);
  return { word, row: at, neighbours };
}

/** Each cluster with its words by their cosine to its centroid (k rows of length 1). */
export function nameClusters(
  known: Words,
  labels: Uint32Array,
  centroids: Float32Array,
): WordCluster[] {
  const k = centroids.length / DIMENSIONS;
  const members = Array.from({ length: k }, (): Neighbour[] => []);
  labels.forEach((label, row) => {
    const centroid = centroids.subarray(label * DIMENSIONS, (label + 1) * DIMENSIONS);
    members[label].push({ word: known.words[row], row, cosine: cosine(known, row, centroid) });
  });
  return members
    .map((found, cluster) => ({
      cluster,
      size: found.length,
      words: found
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, LISTED)
        .map(({ word }) => word),
    }))
    .sort((a, b) => b.size - a.size || a.cluster - b.cluster);
}
