/** Embeddings of a visitor's own, from whatever the readers of the command line read. */
import { formatCount } from '../../src/cli/format.js';
import { readFile } from '../data/read/read_file.js';
import type { ReadOptions } from '../data/read/mounted_file.js';
import { type Column, type DataTable, toPoints } from '../data/table.js';
import type { AsideColumn, OwnEmbeddings } from './jobs.js';
import { directionsOf, type Words } from './words.js';

/** What people call the column that says what a row is. */
const TEXT_NAME =
  /^(?:text|title|name|label|word|token|sentence|content|document|caption|question|summary)$/i;
/** Parts of an array: embedding[0]. */
const PART_NAME = /\[\d+\]$/;

export interface Own {
  readonly table: DataTable;
  /** Which of the table's rows are used; all where absent. */
  readonly rows?: Uint32Array;
  readonly dimensions: number;
  readonly directions: Float32Array;
  readonly told: OwnEmbeddings;
}

/**
 * Reads a file: its arrays of numbers are the embeddings, or where it has none all columns of numbers that do
 * not number the rows.
 *
 * @throws Error with a sentence for people
 */
export async function readOwn(file: File, options: ReadOptions): Promise<Own> {
  const table = await readFile(file, options);
  const { columns } = table;
  // What stands beside the arrays is offered on the page.
  const notes = table.notes.filter((note) => !/^Left out, since (?:arrays|lists) /.test(note));
  const positions = [...columns.keys()];
  const numeric = positions.filter((at) => columns[at].values && !columns[at].aside);
  const parts = numeric.filter((at) => PART_NAME.test(columns[at].name));
  const chosen = parts.length > 0 ? parts : numeric;
  if (chosen.length < 2) {
    throw new Error(
      `${file.name} has ${chosen.length === 0 ? 'no column' : 'one column'} of numbers; an embedding is two numbers or more.`,
    );
  }
  const { points, rows } = toPoints(table, chosen);
  const [n, dimensions] = points.shape;
  const isChosen = new Set(chosen);
  const aside = positions
    .filter((at) => !isChosen.has(at))
    .flatMap((at) => asideOf(columns[at], rows));
  const dropped = table.rows - n;
  return {
    ...{ table, dimensions, directions: directionsOf(points.data, dimensions) },
    ...(rows && { rows }),
    told: {
      ...{ rows: n, dimensions, columns: aside, text: textAmong(aside) },
      notes: dropped > 0 ? [...notes, `${formatCount(dropped)} rows lack a number.`] : notes,
    },
  };
}

function asideOf({ name, texts, values }: Column, rows: Uint32Array | undefined): AsideColumn[] {
  if (values) {
    return [
      {
        name,
        numbers: rows ? Float32Array.from(rows, (row) => values[row]) : Float32Array.from(values),
      },
    ];
  }
  if (!texts) return [];
  const codes = rows ? rows.map((row) => texts.codes[row]) : texts.codes;
  return [{ name, texts: { ...texts, codes } }];
}

/** By its name; else the column of the most different texts. */
function textAmong(columns: readonly AsideColumn[]): number {
  const kinds = columns.map((column) => ('texts' in column ? column.texts.values.length : 0));
  const called = columns.findIndex(({ name }, at) => kinds[at] > 0 && TEXT_NAME.test(name));
  if (called >= 0) return called;
  const most = kinds.reduce((largest, count) => Math.max(largest, count), 0);
  return most === 0 ? -1 : kinds.indexOf(most);
}

/** The rows by their names. */
export function wordsOf({ told, dimensions, directions, rows }: Own, text: number): Words {
  const column = told.columns.at(text);
  const words =
    text >= 0 && column && 'texts' in column
      ? Array.from(column.texts.codes, (code) => column.texts.values[code])
      : Array.from({ length: told.rows }, (_, i) => `row ${rows ? rows[i] : i}`);
  return { words, dimensions, directions };
}
