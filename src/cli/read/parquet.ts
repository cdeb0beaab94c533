/**
 * Parquet files with flat columns and lists of numbers. hyparquet reads the footer and decodes the values; the
 * claims of both are compared with the file's size first.
 */
import { open, type FileHandle } from 'node:fs/promises';
import {
  parquetMetadata,
  type ColumnMetaData,
  type FileMetaData,
  type SchemaElement,
} from 'hyparquet';
import { ClusteringError } from '../../index.js';
import { plural } from '../../errors.js';
import { FileError } from '../errors.js';
import { regularFileSize } from './byte_source.js';
import { checkThrift } from './parquet_checks.js';
import { type Leaf, type Page, readColumnChunk } from './parquet_pages.js';
import { checkDistinct, columnPositions, listNames, type Table, type TextColumn } from './table.js';
import { type ColumnChoice, GrowingText } from './table_builder.js';

export const PARQUET_MAGIC = Buffer.from('PAR1', 'latin1');

/** The footer's length and the magic number close the file; the magic number opens it too. */
const TAIL_BYTES = 8;
const MAX_FOOTER_BYTES = 64 << 20;

/**
 * Unpacked bytes allowed for each byte of the file, above a floor. Run lengths let a hundred bytes
 * claim a billion equal rows; real data are packed 100 : 1 at the very most.
 */
const MAX_EXPANSION = 1024;
const EXPANSION_FLOOR_BYTES = 64 << 20;

type PathLeaf = Leaf & { readonly path: readonly string[] };

/** A top-level column. */
interface Column {
  readonly name: string;
  /** What its numbers are read by; undefined where it holds none. */
  readonly leaf: PathLeaf | undefined;
  /** What its cells are read by as text; undefined where it is nested. */
  readonly textLeaf: PathLeaf | undefined;
  /** What it holds, for people. */
  readonly kind: string;
}

/** A column that is used, and where its numbers go: the first of the matrix's columns, and how many. */
interface Placed {
  readonly name: string;
  readonly leaf: PathLeaf;
  readonly first: number;
  readonly width: number;
}

/**
 * The integer, decimal and floating-point columns of a file, or those named; a column of lists of one length
 * is as many columns. Others (text, dates, nested ones) are left out and named in the notes; flat ones are kept as
 * text where they are asked for.
 *
 * @throws FileError on a damaged or lying file, a missing or other column, a null where none may be missing,
 *   lists of several lengths, or an integer beyond 2^53
 */
export async function readParquet(
  path: string,
  choice: ColumnChoice,
  range?: RowRange,
): Promise<Table> {
  return withOpen(path, (handle, size) => readOpenParquet(path, handle, size, choice, range));
}

/** Rows of a file, from 0. */
export interface RowRange {
  readonly first: number;
  readonly rows: number;
}

/**
 * How many rows and columns `readParquet` would give.
 *
 * @throws FileError as it does of the file's footer
 */
export function parquetShape(
  path: string,
  choice: ColumnChoice,
): Promise<readonly [rows: number, columns: number]> {
  return withOpen(path, async (handle, size) => {
    const { n, d } = await planOf(path, handle, size, choice);
    return [n, d] as const;
  });
}

async function withOpen<T>(
  path: string,
  work: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const size = await regularFileSize(path);
  const handle = await open(path, 'r');
  try {
    return await work(handle, size);
  } catch (error) {
    if (error instanceof ClusteringError || (error instanceof Error && 'syscall' in error))
      throw error;
    // The checks and hyparquet throw plain errors on what is not valid Parquet.
    const message = error instanceof Error ? error.message : String(error);
    throw new FileError(
      path,
      `it is damaged or not valid Parquet (${message})`,
      'Copy or write it again.',
      { cause: error },
    );
  } finally {
    await handle.close();
  }
}

/** What a file holds, and where. */
async function planOf(path: string, handle: FileHandle, size: number, choice: ColumnChoice) {
  const { metadata, dataEnd } = await readFooter(path, handle, size);
  const { columns, aside, order, notes } = chooseColumns(path, metadata.schema, choice);
  const n = rowCount(metadata);
  if (n === 0) throw new FileError(path, 'it holds no rows', 'Give a file with at least one row.');
  const chunksOf = (group: FileMetaData['row_groups'][number]) =>
    columns.map(({ name, leaf }) => chunkOf(group.columns, name, leaf, Number(group.num_rows)));
  const groups = metadata.row_groups.filter(({ num_rows: rows }) => rows > 0n);
  const placed = place(columns, chunksOf(groups[0]), Number(groups[0].num_rows));
  const last = placed.at(-1);
  const d = last ? last.first + last.width : 0;
  const bytes = n * d * Float64Array.BYTES_PER_ELEMENT;
  if (bytes > EXPANSION_FLOOR_BYTES + MAX_EXPANSION * size) {
    throw new FileError(
      path,
      `it claims ${n} rows of ${d} ${plural(d, 'number')} in ${size} bytes, more than ${MAX_EXPANSION} times its size`,
      'It is damaged; if it truly holds that many equal values, save it as .npy.',
    );
  }
  return { n, d, groups, columns, aside, order, chunksOf, placed, notes, dataEnd };
}

async function readOpenParquet(
  path: string,
  handle: FileHandle,
  size: number,
  choice: ColumnChoice,
  range: RowRange | undefined,
): Promise<Table> {
  const plan = await planOf(path, handle, size, choice);
  const { d, columns, aside, order, chunksOf, placed, notes, dataEnd } = plan;
  const { groups, start } = groupsOf(plan.groups, range);
  const held = groups.reduce((sum, { num_rows: rows }) => sum + Number(rows), 0);
  const single = columns.every(({ leaf: { element } }) => element.type === 'FLOAT');
  const data = single ? new Float32Array(held * d) : new Float64Array(held * d);
  let groupStart = 0;
  for (const group of groups) {
    const rows = Number(group.num_rows);
    for (const [at, meta] of chunksOf(group).entries()) {
      const chunk = await readChunk(handle, meta, dataEnd);
      const writer = new ColumnWriter(path, placed[at], { data, d, missing: choice.missing });
      writer.begin(groupStart, rows);
      readColumnChunk(chunk, meta, placed[at].leaf, (page) => {
        writer.take(page);
      });
      writer.end();
    }
    groupStart += rows;
  }
  const namesOf = ({ name, leaf, width }: Placed) =>
    leaf.maxRepetition === 0 ? [name] : Array.from({ length: width }, (_, i) => `${name}[${i}]`);
  const texts: TextColumn[] = [];
  // Rows of a range are for their numbers alone.
  for (const { name, leaf } of range ? [] : aside) {
    const cells = new GrowingText();
    const textOf = textReader(leaf.element);
    for (const group of groups) {
      const meta = chunkOf(group.columns, name, leaf, Number(group.num_rows));
      const chunk = await readChunk(handle, meta, dataEnd);
      readColumnChunk(chunk, meta, leaf, ({ count, values, present }) => {
        for (let entry = 0, at = 0; entry < count; entry++) {
          cells.push(present?.[entry] === 0 ? '' : textOf(values[at++]));
        }
      });
    }
    texts.push(cells.take(name));
  }
  const columnNames = placed.flatMap(namesOf);
  const kept = new Map<string, readonly string[]>([
    ...placed.map((column) => [column.name, namesOf(column)] as const),
    ...aside.map(({ name }) => [name, [name]] as const),
  ]);
  const names =
    choice.columns && aside.length === 0
      ? columnNames
      : order.flatMap((name) => kept.get(name) ?? []);
  const n = range ? Math.min(range.rows, held - (range.first - start)) : held;
  const from = range ? (range.first - start) * d : 0;
  const rows = data.subarray(from, from + n * d);
  return {
    data: rows,
    shape: [n, d],
    columns: columnNames,
    names,
    ...(texts.length > 0 && { texts }),
    notes,
  };
}

/** The groups of rows that hold some of a range, and the first one's first row. */
function groupsOf(groups: FileMetaData['row_groups'], range: RowRange | undefined) {
  if (!range) return { groups, start: 0 };
  let first = 0;
  let start = 0;
  const held: FileMetaData['row_groups'] = [];
  for (const group of groups) {
    const end = first + Number(group.num_rows);
    if (end > range.first && first < range.first + range.rows) {
      if (held.length === 0) start = first;
      held.push(group);
    }
    first = end;
  }
  return { groups: held, start };
}

/** Lists are as long as those of the first rows are on average, which `ColumnWriter` holds them all to. */
function place(
  columns: readonly Omit<Placed, 'first' | 'width'>[],
  chunks: readonly ColumnMetaData[],
  rows: number,
): Placed[] {
  let first = 0;
  return columns.map((column, at) => {
    const entries = Number(chunks[at].num_values);
    const width = column.leaf.maxRepetition === 0 ? 1 : Math.max(1, Math.round(entries / rows));
    const placed = { ...column, first, width };
    first += width;
    return placed;
  });
}

async function readExactly(
  handle: FileHandle,
  start: number,
  length: number,
): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await handle.read(bytes, at, length - at, start + at);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    at += bytesRead;
  }
  return bytes.buffer;
}

/** The metadata, and where the column data must end. */
async function readFooter(
  path: string,
  handle: FileHandle,
  size: number,
): Promise<{ metadata: FileMetaData; dataEnd: number }> {
  const head = Buffer.from(await readExactly(handle, 0, Math.min(size, 4)));
  if (!head.equals(PARQUET_MAGIC)) {
    throw new FileError(
      path,
      'it does not start as a Parquet file does (PAR1)',
      'Give it the extension of its true format; encrypted files are not read.',
    );
  }
  const tail = Buffer.from(
    await readExactly(handle, Math.max(0, size - TAIL_BYTES), Math.min(size, TAIL_BYTES)),
  );
  if (size < 4 + TAIL_BYTES || !tail.subarray(4).equals(PARQUET_MAGIC)) {
    throw new FileError(
      path,
      'it does not end as a Parquet file does (PAR1)',
      'It is cut off; copy it again.',
    );
  }
  const length = tail.readUInt32LE(0);
  const dataEnd = size - TAIL_BYTES - length;
  if (length > MAX_FOOTER_BYTES || dataEnd < 4) {
    throw new Error(`its footer claims ${length} bytes`);
  }
  const footer = await readExactly(handle, dataEnd, length + TAIL_BYTES);
  checkThrift(new DataView(footer, 0, length), 0);
  return { metadata: parquetMetadata(footer, { geoparquet: false }), dataEnd };
}

function chooseColumns(
  path: string,
  schema: readonly SchemaElement[],
  { columns: wanted, texts, encode }: ColumnChoice,
): {
  columns: Omit<Placed, 'first' | 'width'>[];
  /** Those kept as text. */
  aside: { readonly name: string; readonly leaf: PathLeaf }[];
  /** All names, in the file's order. */
  order: readonly string[];
  notes: string[];
} {
  const columns = topLevelColumns(schema);
  const names = columns.map(({ name }) => name);
  checkDistinct(path, names);
  const numeric = columns.flatMap(({ name, leaf }) => (leaf ? [{ name, leaf }] : []));
  const asideOf = (isUsed: (name: string) => boolean, isKept: (name: string) => boolean) =>
    columns.flatMap(({ name, textLeaf }) =>
      textLeaf && !isUsed(name) && isKept(name) ? [{ name, leaf: textLeaf }] : [],
    );
  if (wanted) {
    const chosen = columnPositions(path, wanted, names).map((j) => columns[j]);
    const used = chosen.flatMap(({ name, leaf, textLeaf, kind }) => {
      if (leaf) return [{ name, leaf }];
      if (encode && textLeaf) return [];
      throw new FileError(
        path,
        `column ${JSON.stringify(name)} is ${kind}, not a number`,
        `The numeric columns are ${listNames(numeric.map((column) => column.name))}.`,
      );
    });
    const aside = asideOf(
      (name) => used.some((column) => column.name === name),
      (name) => texts === true || chosen.some((column) => column.name === name),
    );
    return { columns: used, aside, order: names, notes: [] };
  }
  const lists = numeric.filter(({ leaf }) => leaf.maxRepetition === 1);
  const used = lists.length > 0 ? lists : numeric;
  const isUsed = (name: string) => used.some((column) => column.name === name);
  const aside = asideOf(isUsed, () => texts === true || encode === true);
  if (numeric.length === 0 && !(encode && aside.length > 0)) {
    throw new FileError(
      path,
      `none of its columns holds numbers (${listNames(names)})`,
      'Convert the columns to use to integers or floats.',
    );
  }
  const left = names.filter((name) => !isUsed(name));
  const reason =
    lists.length > 0 ? 'since lists of numbers are there' : 'since they hold no numbers';
  const notes = left.length > 0 && !encode ? [`Left out, ${reason}: ${listNames(left)}.`] : [];
  return { columns: used, aside, order: names, notes };
}

/** The root's children; of those with elements below, what the only leaf is. */
function topLevelColumns(schema: readonly SchemaElement[]): Column[] {
  const columns: Column[] = [];
  for (let at = 1; at < schema.length;) {
    const start = at;
    let open = 1;
    while (open > 0) {
      if (at >= schema.length) throw new Error('its schema is incomplete');
      open += (schema[at].num_children ?? 0) - 1;
      at++;
    }
    const elements = schema.slice(start, at);
    const [top] = elements;
    const leaf = leafOf(elements);
    const textLeaf = leaf?.maxRepetition === 0 ? leaf : textLeafOf(elements);
    columns.push({ name: top.name, leaf, textLeaf, kind: describeType(top) });
  }
  return columns;
}

/** What the numbers of a flat column, or of one of lists, are read by. */
function leafOf(elements: readonly SchemaElement[]): Column['leaf'] {
  const isChain = elements.every(
    (one, i) => (one.num_children ?? 0) === (i + 1 < elements.length ? 1 : 0),
  );
  const element = elements[elements.length - 1];
  const count = (kind: SchemaElement['repetition_type']) =>
    elements.filter(({ repetition_type: type }) => type === kind).length;
  const repeated = count('REPEATED');
  if (!isChain || repeated > 1 || !isNumeric(element)) return undefined;
  return {
    element,
    maxDefinition: count('OPTIONAL') + repeated,
    maxRepetition: repeated === 1 ? 1 : 0,
    path: elements.map(({ name }) => name),
  };
}

/** What the cells of a flat column of text, truths, dates or times are read by. */
function textLeafOf(elements: readonly SchemaElement[]): PathLeaf | undefined {
  const [element] = elements;
  const { name, type, repetition_type: repetition } = element;
  const kind = element.logical_type?.type ?? element.converted_type;
  const isText =
    type === 'BOOLEAN' ||
    (type === 'BYTE_ARRAY' && /^(?:STRING|UTF8|ENUM|JSON)$/.test(kind ?? '')) ||
    (type === 'INT32' && kind === 'DATE') ||
    (type === 'INT64' && /^TIMESTAMP/.test(kind ?? ''));
  if (elements.length !== 1 || repetition === 'REPEATED' || !isText) return undefined;
  return {
    element,
    maxDefinition: repetition === 'OPTIONAL' ? 1 : 0,
    maxRepetition: 0,
    path: [name],
  };
}

const PER_MILLISECOND: Readonly<Record<string, number>> = { MILLIS: 1, MICROS: 1e3, NANOS: 1e6 };
const MILLISECONDS_PER_DAY = 86_400_000;
/** Beyond that a Date is none. */
const LAST_DATE = 8.64e15;

/** What a value says as text: dates and times as ISO 8601 has them, in UTC. */
function textReader(element: SchemaElement): (value: number | bigint | string) => string {
  const { logical_type: logical, converted_type: converted } = element;
  const unit =
    logical?.type === 'TIMESTAMP' ? logical.unit : /^TIMESTAMP_(\w+)$/.exec(converted ?? '')?.[1];
  const isDate = logical?.type === 'DATE' || converted === 'DATE';
  if (unit !== undefined || isDate) {
    return (value) => {
      const time = Number(value) * (isDate ? MILLISECONDS_PER_DAY : 1 / PER_MILLISECOND[unit!]);
      if (!(Math.abs(time) <= LAST_DATE)) return String(value);
      return new Date(time).toISOString().replace(/T00:00:00\.000Z$/, '');
    };
  }
  const numberOf = numberReader(element);
  return (value) => (typeof value === 'string' ? value : String(numberOf(value)));
}

/** The number that a stored value stands for; a whole one that float64 cannot hold stays a bigint. */
function numberReader({
  logical_type: logical,
  converted_type: converted,
  scale,
}: SchemaElement): (value: number | bigint) => number | bigint {
  const unsigned =
    converted?.startsWith('UINT_') === true || (logical?.type === 'INTEGER' && !logical.isSigned);
  const divisor = 10 ** ((logical?.type === 'DECIMAL' ? logical.scale : scale) ?? 0);
  return (value) => {
    const exact = unsigned ? toUnsigned(value) : value;
    const number = Number(exact);
    return typeof exact === 'bigint' && !Number.isSafeInteger(number) ? exact : number / divisor;
  };
}

const NUMERIC_TYPES: readonly unknown[] = ['INT32', 'INT64', 'FLOAT', 'DOUBLE'];
/** More bytes than a decimal of 38 digits takes are no number. */
const MOST_DECIMAL_BYTES = 16;

function isNumeric(element: SchemaElement): boolean {
  const {
    type,
    type_length: length = 0,
    converted_type: converted,
    logical_type: logical,
  } = element;
  if (type === 'FIXED_LEN_BYTE_ARRAY') {
    if (logical?.type === 'FLOAT16') return length === 2;
    const isDecimal = logical?.type === 'DECIMAL' || converted === 'DECIMAL';
    return isDecimal && length >= 1 && length <= MOST_DECIMAL_BYTES;
  }
  return (
    NUMERIC_TYPES.includes(type) &&
    (converted === undefined || /^(?:U?INT_\d+|DECIMAL)$/.test(converted)) &&
    (logical === undefined || logical.type === 'INTEGER' || logical.type === 'DECIMAL')
  );
}

function describeType(element: SchemaElement): string {
  if (element.num_children || element.repetition_type === 'REPEATED') return 'nested';
  return element.logical_type?.type ?? element.converted_type ?? element.type ?? 'of no type';
}

/** The rows of all groups together, which must be what the file says in all. */
function rowCount(metadata: FileMetaData): number {
  let sum = 0n;
  for (const { num_rows } of metadata.row_groups) {
    if (typeof num_rows !== 'bigint' || num_rows < 0n)
      throw new Error(`a group claims ${num_rows} rows`);
    sum += num_rows;
  }
  if (sum !== metadata.num_rows || sum > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Error(`it claims ${metadata.num_rows} rows, its groups ${sum}`);
  }
  return Number(sum);
}

function chunkOf(
  chunks: FileMetaData['row_groups'][number]['columns'],
  name: string,
  { element, maxRepetition, path }: PathLeaf,
  rows: number,
): ColumnMetaData {
  const found = chunks.filter(
    ({ meta_data: meta }) => meta?.path_in_schema.join('\0') === path.join('\0'),
  );
  const meta = found[0]?.meta_data;
  if (found.length !== 1 || !meta || found[0].file_path) {
    throw new Error(`the data of column ${JSON.stringify(name)} are not in the file`);
  }
  const entries = meta.num_values;
  const isCount = maxRepetition === 0 ? entries === BigInt(rows) : entries >= BigInt(rows);
  if (meta.type !== element.type || !isCount || entries > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Error(
      `column ${JSON.stringify(name)} claims ${meta.num_values} values of ${meta.type} in ${rows} rows`,
    );
  }
  return meta;
}

async function readChunk(
  handle: FileHandle,
  meta: ColumnMetaData,
  dataEnd: number,
): Promise<ArrayBuffer> {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  const length = Number(meta.total_compressed_size);
  if (!(start >= 4 && length > 0 && start + length <= dataEnd)) {
    throw new Error(`a column claims the bytes ${start} to ${start + length} of ${dataEnd}`);
  }
  return readExactly(handle, start, length);
}

/** The matrix that is filled, and whether its cells may be missing. */
interface Target {
  readonly data: Float32Array | Float64Array;
  readonly d: number;
  readonly missing: boolean | undefined;
}

/** Puts a column's values, as plain numbers, where they belong in the matrix. */
class ColumnWriter {
  readonly #path: string;
  readonly #placed: Placed;
  readonly #into: Target;
  readonly #toNumber: (value: number | bigint) => number;
  /** The row that is written, and how many of its numbers are. */
  #row = -1;
  #filled = 0;
  #end = 0;
  #next = 0;

  constructor(path: string, placed: Placed, into: Target) {
    this.#path = path;
    this.#placed = placed;
    this.#into = into;
    const numberOf = numberReader(placed.leaf.element);
    this.#toNumber = (value) => {
      const number = numberOf(value);
      if (typeof number === 'number') return number;
      throw this.#error(
        `is ${number}; whole numbers must be below 2^53`,
        'Save the column as float64, or leave it out with --columns.',
      );
    };
  }

  /** Before the pages of so many rows from `first` on. */
  begin(first: number, rows: number): void {
    this.#next = first;
    this.#end = first + rows;
    this.#row = -1;
  }

  take({ count, values, present, goesOn }: Page): void {
    const { first, width } = this.#placed;
    const { data, d } = this.#into;
    for (let entry = 0, at = 0; entry < count; entry++) {
      if (!goesOn || goesOn[entry] === 0) this.#startRow();
      if (present && present[entry] === 0) {
        // What goes on after a null is a list with an element that is missing.
        const isOne = goesOn !== undefined && (this.#filled > 0 || goesOn[entry + 1] === 1);
        this.#leaveEmpty(isOne ? 1 : width);
        continue;
      }
      if (this.#row < 0) throw new Error('a list begins before its row');
      if (this.#filled === width) throw this.#uneven();
      data[this.#row * d + first + this.#filled++] = this.#toNumber(
        values[at++] as number | bigint,
      );
    }
  }

  end(): void {
    this.#checkRow();
    if (this.#next !== this.#end) throw new Error('a column has fewer rows than its group');
  }

  #startRow(): void {
    this.#checkRow();
    if (this.#next === this.#end) throw new Error('a column has more rows than its group');
    this.#row = this.#next++;
    this.#filled = 0;
  }

  #checkRow(): void {
    if (this.#row >= 0 && this.#filled !== this.#placed.width) throw this.#uneven();
  }

  /** A null, or a list that is none or empty: so many numbers are missing. */
  #leaveEmpty(count: number): void {
    const { first, width } = this.#placed;
    const { data, d, missing } = this.#into;
    if (!missing) {
      throw this.#error(
        'is null',
        'Fill or drop missing values first, or name the columns to use with --columns.',
      );
    }
    if (this.#filled + count > width) throw this.#uneven();
    const start = this.#row * d + first + this.#filled;
    data.fill(Number.NaN, start, start + count);
    this.#filled += count;
  }

  #uneven(): FileError {
    return this.#error(
      `does not hold ${this.#placed.width} ${plural(this.#placed.width, 'number')} as most rows do`,
      'Lists need one length; cut or pad them, or leave the column out with --columns.',
    );
  }

  #error(rule: string, remedy: string): FileError {
    const { name } = this.#placed;
    return new FileError(
      this.#path,
      `row ${this.#row}, column ${JSON.stringify(name)} ${rule}`,
      remedy,
    );
  }
}

/** Parquet keeps unsigned integers as the signed ones of the same bits. */
function toUnsigned(value: number | bigint): number | bigint {
  return typeof value === 'bigint' ? BigInt.asUintN(64, value) : value >>> 0;
}
