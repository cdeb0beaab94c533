/** Words, or a visitor's rows by their names, and their directions. */
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
  /** Of each word; absent where they are texts, which any part of them finds. */
  readonly positions?: ReadonlyMap<string, number>;
  readonly dimensions: number;
  /** n x dimensions, each row of length 1: the cosine of two rows is their product. */
  readonly directions: Float32Array;
}

/** Rows as directions: of length 1. Rows of zeros stay such. */
export function directionsOf(rows: ArrayLike<number>, dimensions: number): Float32Array {
  const directions = new Float32Array(rows);
  for (let from = 0; from < directions.length; from += dimensions) {
    let square = 0;
    for (let at = from; at < from + dimensions; at++) square += directions[at] ** 2;
    const length = Math.sqrt(square) || 1;
    for (let at = from; at < from + dimensions; at++) directions[at] /= length;
  }
  return directions;
}

/** @param text a word a line @param bytes their vectors, of any length, row by row */
export function readWords(text: string, bytes: Int8Array): Words {
  const words = text.trim().split('\n');
  return {
    words,
    positions: new Map(words.map((word, at) => [word, at])),
    dimensions: DIMENSIONS,
    directions: directionsOf(bytes, DIMENSIONS),
  };
}

/** The cosine of row `row` to a direction of length 1. */
export function cosine(
  { directions, dimensions }: Words,
  row: number,
  direction: Float32Array,
): number {
  let sum = 0;
  const from = row * dimensions;
  for (let j = 0; j < dimensions; j++) sum += directions[from + j] * direction[j];
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

/** The first row whose text is what was asked for, or holds it. Throws Error with a sentence where none does. */
function findText({ words }: Words, asked: string): number {
  const wanted = asked.trim().toLowerCase();
  const exact = words.findIndex((text) => text.toLowerCase() === wanted);
  const at = exact >= 0 ? exact : words.findIndex((text) => text.toLowerCase().includes(wanted));
  if (at >= 0) return at;
  throw new Error(
    `None of the ${words.length.toLocaleString('en')} rows holds “${asked.trim()}”; try a part of a text.`,
  );
}

function findWord(known: Words, asked: string): number {
  if (!known.positions) return findText(known, asked);
  const word = asked.trim().toLowerCase();
  const at = known.positions.get(word);
  if (at !== undefined) return at;
  const offered = wordsLike(known, word);
  const remedy = offered.length > 0 ? `try ${offered.join(', ')}` : 'they are single English words';
  throw new Error(
    `“${asked.trim()}” is not among the ${known.words.length.toLocaleString('en')} words; ${remedy}.`,
  );
}

/** The words nearest to a word, or to the one of a row. Throws Error with a sentence where it is not known. */
export function findNeighbours(known: Words, asked: string | number): Found {
  const at = typeof asked === 'number' ? asked : findWord(known, asked);
  const { words, directions, dimensions } = known;
  const direction = directions.subarray(at * dimensions, (at + 1) * dimensions);
  const neighbours = words
    .map((other, row): Neighbour => ({
      word: other,
      row,
      cosine: cosine(known, row, direction),
    }))
    .filter((_, row) => row !== at)
    .sort((a, b) => b.cosine - a.cosine)
    .slice(0, NEIGHBOURS);
  return { word: words[at], row: at, neighbours };
}

/** Each cluster with its words by their cosine to its centroid (k rows of length 1). */
export function nameClusters(
  known: Words,
  labels: Uint32Array,
  centroids: Float32Array,
): WordCluster[] {
  const { dimensions } = known;
  const k = centroids.length / dimensions;
  const members = Array.from({ length: k }, (): Neighbour[] => []);
  labels.forEach((label, row) => {
    const centroid = centroids.subarray(label * dimensions, (label + 1) * dimensions);
    members[label].push({ word: known.words[row], row, cosine: cosine(known, row, centroid) });
  });
  return members
    .map((found, cluster) => {
      const listed = found.sort((a, b) => b.cosine - a.cosine).slice(0, LISTED);
      return {
        ...{ cluster, size: found.length },
        words: listed.map(({ word }) => word),
        rows: listed.map(({ row }) => row),
      };
    })
    .sort((a, b) => b.size - a.size || a.cluster - b.cluster);
}
