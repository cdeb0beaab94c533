import { FileError } from '../errors.js';
import { InvalidArgumentError } from '../../index.js';

/** How the pixels of one image lie in a row: 'planar' is all red, all green, all blue (CIFAR). */
export interface ImageShape {
  readonly width: number;
  readonly height: number;
  /** 1 (grey) or 3 (red, green, blue); values are 0 to 255. */
  readonly channels: 1 | 3;
  readonly layout: 'interleaved' | 'planar';
}

/** A column that is not read as numbers, [n]: row i holds `values[codes[i]]`. */
export interface TextColumn {
  readonly name: string;
  readonly codes: Uint32Array;
  readonly values: readonly string[];
}

/** What every reader returns: the numeric columns of one file. */
export interface Table {
  /**
   * Row-major values, n x d; float32 where that holds the file's numbers exactly. NaN stands for a cell
   * that is missing, where the reader was to allow it. NaN and infinity in binary files are passed on, for
   * the method that takes the matrix to refuse.
   */
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly [rows: number, columns: number];
  /** The d columns' names; 'column0', 'column1' ... where the file has none. */
  readonly columns: readonly string[];
  /** All columns in the file's order, where it names them. */
  readonly names?: readonly string[];
  /** The other columns, where they were asked for. */
  readonly texts?: readonly TextColumn[];
  /** The true class of each row, [n], where the file carries one or a labels file was given. */
  readonly labels?: Uint32Array;
  /** Set when every row is an image. */
  readonly image?: ImageShape;
  /** What the reader left out or decided, for the user to see; one sentence each. */
  readonly notes: readonly string[];
}

/** Wider files are refused: no clustering of so many columns would end. */
const MAX_COLUMNS = 1_000_000;

/** Names for the columns of a format that has none. */
export function generatedNames(path: string, columns: number): string[] {
  if (columns > MAX_COLUMNS) {
    throw new FileError(
      path,
      `it has ${columns} columns; at most ${MAX_COLUMNS} are read`,
      'Check that rows and columns are not swapped, or take fewer columns.',
    );
  }
  return Array.from({ length: columns }, (_, j) => `column${j}`);
}

/** "a", "b", "c" and 17 more. */
export function listNames(names: readonly string[], most = 20): string {
  const shown = names.slice(0, most).map((name) => JSON.stringify(name));
  const rest = names.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Throws FileError when two columns share a name, since --columns could not tell them apart. */
export function checkDistinct(path: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new FileError(
        path,
        `two columns are named ${JSON.stringify(name)}`,
        'Rename one of them; names must be distinct.',
      );
    }
    seen.add(name);
  }
}

/** Names that hold a comma come in the pieces between commas, as a shell's option was cut. */
function joined(pieces: readonly string[], available: ReadonlySet<string>): string[] {
  const names: string[] = [];
  for (let at = 0; at < pieces.length;) {
    let count = 1;
    let name = pieces[at];
    for (let end = pieces.length; end > at + 1 && !available.has(name); end--) {
      for (const comma of [', ', ',']) {
        const whole = pieces.slice(at, end).join(comma);
        if (available.has(whole)) [name, count] = [whole, end - at];
      }
    }
    names.push(name);
    at += count;
  }
  return names;
}

/**
 * The positions of the wanted columns among the available ones, in the wanted order; a name may come in
 * pieces where it holds commas.
 * Throws InvalidArgumentError on an empty or repeating wish, FileError on a missing column.
 */
export function columnPositions(
  path: string,
  wanted: readonly string[],
  available: readonly string[],
): number[] {
  if (wanted.length === 0 || new Set(wanted).size !== wanted.length) {
    throw new InvalidArgumentError(
      'columns',
      `columns is ${JSON.stringify(wanted)}; give at least one column, and each only once.`,
    );
  }
  const position = new Map(available.map((name, j) => [name, j]));
  return joined(wanted, new Set(available)).map((name) => {
    const j = position.get(name);
    if (j === undefined) {
      throw new FileError(
        path,
        `there is no column ${JSON.stringify(name)}`,
        `The columns are ${listNames(available)}.`,
      );
    }
    return j;
  });
}

/** The table with only the wanted columns, in that order. Rows cut so are no longer images. */
export function pickColumns(path: string, table: Table, wanted: readonly string[]): Table {
  const [n, d] = table.shape;
  const used = columnPositions(path, wanted, table.columns);
  const width = used.length;
  const data =
    table.data instanceof Float32Array ? new Float32Array(n * width) : new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < width; j++) data[i * width + j] = table.data[i * d + used[j]];
  }
  return {
    data,
    shape: [n, width],
    columns: used.map((j) => table.columns[j]),
    ...(table.labels && { labels: table.labels }),
    notes: table.notes,
  };
}
