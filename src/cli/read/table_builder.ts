/** Rows of cells (CSV, JSON) to a Table: which columns are numbers, and their numbers. */
import { FileError } from '../errors.js';
import {
  checkDistinct,
  columnPositions,
  generatedNames,
  listNames,
  type Table,
  type TextColumn,
} from './table.js';

/** Rows looked at before it is decided which columns are numeric, and whether the first is a header. */
const SAMPLE_ROWS = 100;
/** Cells in one block of the growing matrix: 8 MiB. */
const BLOCK_CELLS = 1 << 20;

/** What is to be read. */
export interface ColumnChoice {
  /** The columns to use; all numeric ones when undefined. */
  readonly columns?: readonly string[] | undefined;
  /** Cells of numeric columns may be missing: NaN. They are refused when this is not set. */
  readonly missing?: boolean | undefined;
  /** Keeps the columns that are not used, as text. */
  readonly texts?: boolean | undefined;
  /** `columns` may name columns of text: they are kept as such. */
  readonly encode?: boolean | undefined;
}

export interface TableBuilderOptions<Cell> extends ColumnChoice {
  readonly path: string;
  /** What `at` counts: lines of a text from 1, rows of an array from 0. */
  readonly unit: 'line' | 'row';
  /** The columns' names, whether the first row holds them, or 'detect' to find that out. */
  readonly names: readonly string[] | 'first-row' | 'none' | 'detect';
  /** Of a file of rows with an array each: the array's columns, the only ones used where none are named. */
  readonly vectors?: ReadonlySet<string> | undefined;
  /** The cell's finite number, or NaN where it is none. */
  readonly parse: (cell: Cell) => number;
  /** True for a cell that holds nothing. */
  readonly isEmpty: (cell: Cell) => boolean;
  /** True for a cell that holds nothing, or a word for it. */
  readonly isMissing: (cell: Cell) => boolean;
  readonly textOf: (cell: Cell) => string;
  /** How much of the file has been read, from 0 to 1; undefined where that is not known. */
  readonly share?: () => number | undefined;
  /** What was decided before. */
  readonly notes?: readonly string[];
}

interface Row<Cell> {
  readonly cells: readonly Cell[];
  readonly at: number;
}

/** How much more than the first rows let expect is made room for; what stays empty takes no memory. */
const SPARE_ROOM = 1.05;

/** Numbers of a matrix that grows. */
class GrowingNumbers {
  /** How much of the file has been read, from 0 to 1, where that is known. */
  readonly #share: (() => number | undefined) | undefined;
  #full: Float64Array[] = [];
  #block = new Float64Array(0);
  #filled = 0;

  constructor(share?: () => number | undefined) {
    this.#share = share;
  }

  push(value: number): void {
    if (this.#filled === this.#block.length) this.#grow();
    this.#block[this.#filled++] = value;
  }

  /** Once it is known how large the whole becomes, room for it at once: nothing is there twice at the end. */
  #grow(): void {
    const share = this.#filled === BLOCK_CELLS && this.#full.length === 0 ? this.#share?.() : 0;
    if (share) {
      const whole = new Float64Array(Math.ceil((SPARE_ROOM * this.#filled) / share));
      whole.set(this.#block);
      this.#block = whole;
      return;
    }
    if (this.#filled > 0) this.#full.push(this.#block);
    this.#block = new Float64Array(BLOCK_CELLS);
    this.#filled = 0;
  }

  /** All numbers; what they were kept in is given up. */
  take(): Float64Array {
    const own = this.#block.subarray(0, this.#filled);
    if (this.#full.length === 0 && this.#block.length > BLOCK_CELLS) return own;
    const before = this.#full.reduce((sum, { length }) => sum + length, 0);
    const data = new Float64Array(before + this.#filled);
    let at = 0;
    for (const block of this.#full) {
      data.set(block, at);
      at += block.length;
    }
    data.set(own, at);
    this.#full = [];
    this.#block = new Float64Array(0);
    return data;
  }
}

/** A column of text that grows: each text is kept once. */
export class GrowingText {
  readonly #known = new Map<string, number>();
  readonly #codes = new GrowingNumbers();

  push(text: string): void {
    let code = this.#known.get(text);
    if (code === undefined) {
      code = this.#known.size;
      this.#known.set(text, code);
    }
    this.#codes.push(code);
  }

  take(name: string): TextColumn {
    return { name, codes: Uint32Array.from(this.#codes.take()), values: [...this.#known.keys()] };
  }
}

/**
 * Takes all rows of a file, each as long as the first. A column is numeric where more than half
 * of the cells of the first 100 rows that are not missing are numbers; from then on every cell of it
 * must be one. Other columns are left out and named in the table's notes.
 */
export class TableBuilder<Cell> {
  readonly #options: TableBuilderOptions<Cell>;
  #sample: Row<Cell>[] | undefined = [];
  #names: readonly string[] = [];
  #used: readonly number[] = [];
  #notes: readonly string[] = [];
  readonly #numbers: GrowingNumbers;
  #texts: readonly { readonly position: number; readonly cells: GrowingText }[] = [];
  #rows = 0;
  #header = false;

  constructor(options: TableBuilderOptions<Cell>) {
    this.#options = options;
    this.#numbers = new GrowingNumbers(options.share);
  }

  /** Whether the first row named the columns; known once there are rows. */
  get hasHeader(): boolean {
    return this.#header;
  }

  /** Adds a row; `at` is its line or row number, for messages. */
  add(cells: readonly Cell[], at: number): void {
    if (this.#sample === undefined) {
      this.#append(cells, at);
      return;
    }
    this.#sample.push({ cells, at });
    if (this.#sample.length === SAMPLE_ROWS) this.#start(this.#sample);
  }

  /** The table of all rows added. Throws FileError when there is none, or no column to use. */
  finish(): Table {
    if (this.#sample !== undefined) this.#start(this.#sample);
    const { path } = this.#options;
    const d = this.#used.length;
    if (this.#rows === 0) {
      throw new FileError(path, 'it holds no rows of data', 'Give a file with at least one row.');
    }
    return {
      data: this.#numbers.take(),
      shape: [this.#rows, d],
      columns: this.#used.map((j) => this.#names[j]),
      names: this.#names,
      ...(this.#texts.length > 0 && {
        texts: this.#texts.map(({ position, cells }) => cells.take(this.#names[position])),
      }),
      notes: this.#notes,
    };
  }

  /** Decides names and columns from the sampled rows, and takes those in. */
  #start(sample: readonly Row<Cell>[]): void {
    this.#sample = undefined;
    if (sample.length === 0) return;
    const { path, columns: wanted, vectors, texts, encode, notes = [] } = this.#options;
    const header = this.#findHeader(sample);
    this.#header = header;
    const rows = header ? sample.slice(1) : sample;
    this.#names = this.#nameColumns(sample[0], header);
    checkDistinct(path, this.#names);
    const numeric = this.#names.map((_, j) => this.#isNumeric(rows, j));
    const chosen = wanted && columnPositions(path, wanted, this.#names);
    const all = [...this.#names.keys()];
    this.#used =
      chosen?.filter((j) => numeric[j] || !encode) ??
      all.filter((j) => numeric[j] && (!vectors || vectors.has(this.#names[j])));
    const other = all.filter((j) => !this.#used.includes(j));
    this.#texts = other
      .filter((j) => texts || (encode && (chosen ?? other).includes(j)))
      .map((position) => ({ position, cells: new GrowingText() }));
    const hasFeatures = this.#used.length > 0 || (encode && this.#texts.length > 0);
    if (rows.length > 0 && !hasFeatures) {
      throw new FileError(
        path,
        `none of its columns holds numbers (${listNames(this.#names)})`,
        'Check that its cells are parted by commas, semicolons or tabs. Classes in words need numbers, from 0 on.',
      );
    }
    this.#notes = [...notes, ...(wanted || encode ? [] : this.#leftOut(other, numeric))];
    for (const { cells, at } of rows) this.#append(cells, at);
  }

  /** Why columns are left out, a sentence for each reason. */
  #leftOut(other: readonly number[], numeric: readonly boolean[]): string[] {
    const { vectors } = this.#options;
    const sentence = (reason: string, columns: readonly number[]) =>
      columns.length === 0 ? [] : [`${reason}: ${listNames(columns.map((j) => this.#names[j]))}.`];
    if (vectors) return sentence('Left out, since arrays of numbers are there', other);
    const text = other.filter((j) => !numeric[j]);
    return sentence('Left out, since they hold text or nothing', text);
  }

  #nameColumns(first: Row<Cell>, header: boolean): readonly string[] {
    const { path, names, textOf } = this.#options;
    if (Array.isArray(names)) return names as readonly string[];
    return header ? first.cells.map(textOf) : generatedNames(path, first.cells.length);
  }

  #isNumeric(rows: readonly Row<Cell>[], j: number): boolean {
    const { parse, isEmpty, isMissing, missing } = this.#options;
    const isNothing = missing ? isMissing : isEmpty;
    const filled = rows.filter(({ cells }) => !isNothing(cells[j]));
    const numbers = filled.filter(({ cells }) => !Number.isNaN(parse(cells[j])));
    return numbers.length * 2 > filled.length;
  }

  /**
   * The first row is a header when it has a text above a column of numbers, or (pandas' index)
   * an empty first cell there. Without either, a file with text columns has a header unless one of
   * its texts is repeated further down, as a class label would be. A row of numbers is one where they
   * count on (years, 0 1 2 ...) and what is below does not look like them.
   */
  #findHeader(sample: readonly Row<Cell>[]): boolean {
    const { names, parse, isEmpty } = this.#options;
    if (names !== 'detect') return names === 'first-row';
    const first = sample[0].cells;
    const body = sample.slice(1);
    const text = [...first.keys()].filter((j) => Number.isNaN(parse(first[j])));
    if (text.length === 0) return this.#countsOn(first, body);
    if (text.some((j) => (j === 0 || !isEmpty(first[j])) && this.#isNumeric(body, j))) return true;
    return !text.some((j) => !isEmpty(first[j]) && body.some(({ cells }) => cells[j] === first[j]));
  }

  #countsOn(first: readonly Cell[], body: readonly Row<Cell>[]): boolean {
    const { parse } = this.#options;
    const counted = first.map(parse);
    if (counted.length < 2 || body.length < 2) return false;
    if (!counted.every((value, j) => Number.isInteger(value) && value === counted[0] + j))
      return false;
    return counted.every((value, j) => {
      const below = body.map(({ cells }) => parse(cells[j])).filter((cell) => !Number.isNaN(cell));
      const fractions = below.filter((cell) => !Number.isInteger(cell)).length;
      const [least, most] = [Math.min(...below), Math.max(...below)];
      const isFar = value > most + (most - least) || value < least - (most - least);
      return 2 * fractions > below.length || (isFar && most > least);
    });
  }

  #append(cells: readonly Cell[], at: number): void {
    const { parse, missing, isMissing, textOf } = this.#options;
    for (const j of this.#used) {
      const value = parse(cells[j]);
      if (Number.isNaN(value) && !(missing && isMissing(cells[j]))) {
        throw this.#notANumber(cells[j], j, at);
      }
      this.#numbers.push(value);
    }
    for (const { position, cells: texts } of this.#texts) texts.push(textOf(cells[position]));
    this.#rows++;
  }

  #notANumber(cell: Cell, j: number, at: number): FileError {
    const { path, unit, isEmpty } = this.#options;
    const what = isEmpty(cell)
      ? 'the cell is empty'
      : `${JSON.stringify(cell).slice(0, 80)} is not a finite number`;
    return new FileError(
      path,
      `${unit} ${at}, column ${JSON.stringify(this.#names[j])}: ${what}`,
      'Correct the cell, drop the row, or name the columns to use with --columns.',
    );
  }
}
