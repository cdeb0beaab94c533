/** Rows of cells (CSV, JSON) to a Table: which columns are numbers, and their numbers. */
import { FileError } from '../errors.js';
import { checkDistinct, columnPositions, generatedNames, listNames, type Table } from './table.js';

/** Rows looked at before it is decided which columns are numeric. */
const SAMPLE_ROWS = 100;
/** Cells in one block of the growing matrix: 8 MiB. */
const BLOCK_CELLS = 1 << 20;

export interface TableBuilderOptions<Cell> {
  readonly path: string;
  /** What `at` counts: lines of a text from 1, rows of an array from 0. */
  readonly unit: 'line' | 'row';
  /** The columns to use; all numeric ones when undefined. */
  readonly wanted: readonly string[] | undefined;
  /** The columns' names, whether the first row holds them, or 'detect' to find that out. */
  readonly names: readonly string[] | 'first-row' | 'none' | 'detect';
  /** The cell's finite number, or NaN where it is none. */
  readonly parse: (cell: Cell) => number;
  /** True for a cell that holds nothing. */
  readonly isEmpty: (cell: Cell) => boolean;
}

interface Row<Cell> {
  readonly cells: readonly Cell[];
  readonly at: number;
}

/**
 * Takes all rows of a file, each as long as the first. A column is numeric where more than half
 * of the cells of the first 100 rows that are not empty are numbers; from then on every cell of it
 * must be one. Other columns are left out and named in the table's notes.
 */
export class TableBuilder<Cell> {
  readonly #options: TableBuilderOptions<Cell>;
  #sample: Row<Cell>[] | undefined = [];
  #names: readonly string[] = [];
  #used: readonly number[] = [];
  #notes: readonly string[] = [];
  readonly #full: Float64Array[] = [];
  #block = new Float64Array(0);
  #filled = 0;
  #rows = 0;

  constructor(options: TableBuilderOptions<Cell>) {
    this.#options = options;
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

  /** The table of all rows added. Throws FileError when there is none, or no numeric column. */
  finish(): Table {
    if (this.#sample !== undefined) this.#start(this.#sample);
    const { path } = this.#options;
    const d = this.#used.length;
    if (this.#rows === 0) {
      throw new FileError(path, 'it holds no rows of data', 'Give a file with at least one row.');
    }
    const data = new Float64Array(this.#rows * d);
    let at = 0;
    for (const block of this.#full) {
      data.set(block, at);
      at += block.length;
    }
    data.set(this.#block.subarray(0, this.#filled), at);
    return {
      data,
      shape: [this.#rows, d],
      columns: this.#used.map((j) => this.#names[j]),
      notes: this.#notes,
    };
  }

  /** Decides names and columns from the sampled rows, and takes those in. */
  #start(sample: readonly Row<Cell>[]): void {
    this.#sample = undefined;
    if (sample.length === 0) return;
    const { path, wanted } = this.#options;
    const header = this.#hasHeader(sample);
    const rows = header ? sample.slice(1) : sample;
    this.#names = this.#nameColumns(sample[0], header);
    checkDistinct(path, this.#names);
    const numeric = this.#names.map((_, j) => this.#isNumeric(rows, j));
    this.#used = wanted
      ? columnPositions(path, wanted, this.#names)
      : [...this.#names.keys()].filter((j) => numeric[j]);
    if (rows.length > 0 && this.#used.length === 0) {
      throw new FileError(
        path,
        `none of its columns holds numbers (${listNames(this.#names)})`,
        'Check that the cells are separated as the extension says: commas in .csv, tabs in .tsv. Classes in words need numbers, from 0 on.',
      );
    }
    const left = this.#names.filter((_, j) => !numeric[j]);
    if (!wanted && left.length > 0) {
      this.#notes = [`Left out, since they hold text or nothing: ${listNames(left)}.`];
    }
    for (const { cells, at } of rows) this.#append(cells, at);
  }

  #nameColumns(first: Row<Cell>, header: boolean): readonly string[] {
    const { path, names } = this.#options;
    if (Array.isArray(names)) return names as readonly string[];
    return header ? first.cells.map(String) : generatedNames(path, first.cells.length);
  }

  #isNumeric(rows: readonly Row<Cell>[], j: number): boolean {
    const { parse, isEmpty } = this.#options;
    const filled = rows.filter(({ cells }) => !isEmpty(cells[j]));
    const numbers = filled.filter(({ cells }) => !Number.isNaN(parse(cells[j])));
    return numbers.length * 2 > filled.length;
  }

  /**
   * The first row is a header when it has a text above a column of numbers, or (pandas' index)
   * an empty first cell there. Without either, a file with text columns has a header unless one of
   * its texts is repeated further down, as a class label would be.
   */
  #hasHeader(sample: readonly Row<Cell>[]): boolean {
    const { names, parse, isEmpty } = this.#options;
    if (names !== 'detect') return names === 'first-row';
    const first = sample[0].cells;
    const body = sample.slice(1);
    const text = [...first.keys()].filter((j) => Number.isNaN(parse(first[j])));
    if (text.length === 0) return false;
    if (text.some((j) => (j === 0 || !isEmpty(first[j])) && this.#isNumeric(body, j))) return true;
    return !text.some((j) => !isEmpty(first[j]) && body.some(({ cells }) => cells[j] === first[j]));
  }

  #append(cells: readonly Cell[], at: number): void {
    const { parse } = this.#options;
    for (const j of this.#used) {
      const value = parse(cells[j]);
      if (Number.isNaN(value)) throw this.#notANumber(cells[j], j, at);
      if (this.#filled === this.#block.length) this.#grow();
      this.#block[this.#filled++] = value;
    }
    this.#rows++;
  }

  #grow(): void {
    if (this.#filled > 0) this.#full.push(this.#block);
    this.#block = new Float64Array(BLOCK_CELLS);
    this.#filled = 0;
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
