/** Points in the colours of a column: its categories, or how large its numbers are. */
import { formatNumber } from '../../src/cli/format.js';
import { make } from '../shared/dom.js';
import {
  channels,
  clusterColours,
  clusterMark,
  COLOURS,
  ramp,
  readColours,
} from '../shared/marks.js';
import { packColour } from '../shared/scatter.js';
import type { AsideColumn } from './jobs.js';

export interface Colouring {
  /** Of each row, packed. */
  readonly colours: Uint32Array;
  /** What the colours say. */
  readonly legend: readonly Node[];
}

/** Fewer different numbers are categories, such as classes. */
const LEAST_NUMBERS = 20;

export function coloursOf(column: AsideColumn): Colouring {
  if ('numbers' in column) return byNumber(column.numbers);
  const { codes, values } = column.texts;
  const numbers = values.map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  const isNumeric = values.every((value, i) => value.trim() === '' || Number.isFinite(numbers[i]));
  if (isNumeric && values.length >= LEAST_NUMBERS) {
    return byNumber(Float32Array.from(codes, (code) => numbers[code]));
  }
  return byCategory(codes, values);
}

/** The most frequent categories in the clusters' colours, others grey. */
function byCategory(codes: Uint32Array, values: readonly string[]): Colouring {
  const counts = new Uint32Array(values.length);
  for (const code of codes) counts[code]++;
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
  const palette = clusterColours().map((colour) => packColour(...channels(colour)));
  const [grey] = readColours('--rule').map((colour) => packColour(...channels(colour)));
  const packed = new Uint32Array(values.length).fill(grey);
  const named = order.slice(0, COLOURS);
  named.forEach((code, rank) => (packed[code] = palette[rank]));
  const others = values.length - named.length;
  return {
    colours: codes.map((code) => packed[code]),
    legend: [
      ...named.map((code, rank) =>
        make('span', {}, clusterMark(rank), ` ${values[code].slice(0, 40) || 'nothing'} `),
      ),
      ...(others > 0
        ? [make('span', {}, `and ${others.toLocaleString('en')} others, in grey`)]
        : []),
    ],
  };
}

function byNumber(numbers: Float32Array): Colouring {
  const known = numbers.filter((value) => !Number.isNaN(value));
  const low = known.reduce((least, value) => Math.min(least, value), Infinity);
  const high = known.reduce((most, value) => Math.max(most, value), -Infinity);
  const [grey] = readColours('--rule').map((colour) => packColour(...channels(colour)));
  const colours = Uint32Array.from(numbers, (value) =>
    Number.isNaN(value) ? grey : packColour(...ramp((value - low) / (high - low || 1))),
  );
  return {
    colours,
    legend: [`From ${formatNumber(low)}, dark, to ${formatNumber(high)}, bright.`].map((text) =>
      make('span', {}, text),
    ),
  };
}
