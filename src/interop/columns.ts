/** Columns of tables of Arrow and DuckDB as rows. */
import { show } from '../../host/show.js';
import { InvalidArgumentError, NonFiniteError, ShapeError } from '../errors.js';
import type { HostMatrix, NumericArray } from '../rows/matrix.js';
import type { PointStream } from '../rows/point_stream.js';

/** A column of lists of one length, by apache-arrow or flechette: their batches look alike. */
export interface ArrowColumn {
  readonly data: readonly unknown[];
}

interface Batch {
  readonly length: number;
  readonly offset?: number;
  readonly nullCount: number;
  readonly stride?: number;
  readonly type?: { readonly listSize?: number; readonly stride?: number };
  readonly children?: readonly [
    {
      readonly values?: unknown;
      readonly nullCount: number;
      readonly type?: { precision?: number };
    },
  ];
}

/** Of floating-point numbers of 16 bits, which come as the bits of whole ones. */
const HALF = 0;

/**
 * The rows of a column of fixed-size lists, such as embeddings, without a copy: one batch as a matrix, several as a
 * stream of theirs. The table's memory is read while a fit runs.
 *
 * @throws InvalidArgumentError on columns of other types, ShapeError on empty ones, NonFiniteError on nulls
 */
export function fromArrow(column: ArrowColumn): HostMatrix | PointStream {
  const blocks: HostMatrix[] = [];
  let n = 0;
  let d = 0;
  for (const given of column.data as readonly Batch[]) {
    if (given.length === 0) continue;
    const [child] = given.children ?? [];
    const columns = given.stride ?? given.type?.listSize ?? given.type?.stride;
    const values = child?.values;
    if (!columns || !isNumeric(values) || child?.type?.precision === HALF) {
      throw new InvalidArgumentError(
        'column',
        `fromArrow: the column holds no fixed-size lists of numbers of 32 or 64 bits; cast it first, in DuckDB by col::FLOAT[384].`,
      );
    }
    if (given.nullCount > 0 || child!.nullCount > 0) throw new NonFiniteError('column', n, 0, null);
    const first = (given.offset ?? 0) * columns;
    const data = values.subarray(first, first + given.length * columns);
    blocks.push({ data, shape: [given.length, columns] });
    n += given.length;
    d = columns;
  }
  if (n === 0) throw new ShapeError('column is empty; at least one row is needed.');
  if (blocks.length === 1) return blocks[0];
  return { shape: [n, d], blocks: () => blocks.map(({ data }) => data as Float32Array) };
}

/** A result of DuckDB: an Arrow table of duckdb-wasm, or what a reader of @duckdb/node-api has read. */
export type DuckDbResult =
  | {
      getChild(name: string): unknown;
      readonly schema: { readonly fields: readonly { readonly name: string }[] };
    }
  | { columnNames(): readonly string[]; getColumns(): readonly (readonly unknown[])[] };

/**
 * The rows of a result of DuckDB: a column of arrays of one length (as `fromArrow`, without a copy where that is an
 * Arrow table), or the numbers of several columns, which are copied into rows.
 *
 * @param names columns in their order; default all
 * @throws InvalidArgumentError on unknown columns, NonFiniteError on values that are no numbers
 */
export function fromDuckDB(
  result: DuckDbResult,
  names: readonly string[] = 'columnNames' in result
    ? result.columnNames()
    : result.schema.fields.map(({ name }) => name),
): HostMatrix | PointStream {
  const columns = names.map((name) => {
    const column =
      'getChild' in result
        ? result.getChild(name)
        : result.getColumns()[result.columnNames().indexOf(name)];
    if (column) return column as ArrowColumn | Iterable<unknown>;
    throw new InvalidArgumentError('names', `fromDuckDB: there is no column ${show(name)}.`);
  });
  const [first] = columns;
  if (columns.length === 1 && 'data' in first && isList(first)) return fromArrow(first);
  const lists = columns.map((column) => [...(column as Iterable<unknown>)]);
  const [n, width] = [lists[0]?.length ?? 0, lists.length];
  const rows = Array.from({ length: n }, (_, i) =>
    lists.flatMap((column, j) => numbersOf(column[i], i, j)),
  );
  if (n === 0 || width === 0) throw new ShapeError('result is empty; at least one row is needed.');
  const d = rows[0].length;
  if (rows.some(({ length }) => length !== d)) {
    throw new ShapeError('fromDuckDB: the arrays of the columns differ in length.');
  }
  return { data: Float64Array.from(rows.flat()), shape: [n, d] };
}

const isList = ({ data }: ArrowColumn) =>
  ((data[0] as Batch | undefined)?.children?.length ?? 0) > 0;

/** A number, or those of an array value. */
function numbersOf(value: unknown, row: number, column: number): number[] {
  const items = (value as { items?: readonly unknown[] } | null)?.items;
  const numbers = (items ?? [value]).map((item) =>
    typeof item === 'bigint' ? Number(item) : item,
  );
  for (const number of numbers) {
    if (typeof number !== 'number') throw new NonFiniteError('result', row, column, number);
  }
  return numbers as number[];
}

function isNumeric(values: unknown): values is NumericArray {
  return ArrayBuffer.isView(values) && 'subarray' in values && !isBig(values);
}

const isBig = (values: object) =>
  values instanceof BigInt64Array || values instanceof BigUint64Array;
