/** A file's columns, and the points made of those that are chosen. */
import { columnScale, standardize } from '../../src/cli/table_math.js';
import type { Table } from '../../src/cli/read/table.js';
import type { TableSummary } from './jobs.js';

export interface Column {
  readonly name: string;
  /** [rows], all finite; absent for a column that holds anything but numbers. */
  readonly values?: Float64Array;
  /** Why there are no values, for people. */
  readonly problem?: string;
}

export interface DataTable {
  readonly rows: number;
  readonly columns: readonly Column[];
}

export function summarize({ rows, columns }: DataTable): TableSummary {
  return {
    rows,
    columns: columns.map(({ name, values, problem }) => ({
      name,
      deviation: values ? columnScale(join(rows, [values])).deviation[0] : 0,
      ...(problem !== undefined && { problem }),
    })),
  };
}

/** The numbers of a column. Throws where it has none. */
export function columnValues({ columns }: DataTable, position: number): Float64Array {
  const values = columns.at(position)?.values;
  if (!values) throw new Error(`Column ${position + 1} holds no numbers; choose another.`);
  return values;
}

/** Columns of numbers side by side, n x d. */
function join(rows: number, columns: readonly Float64Array[]): Table {
  const d = columns.length;
  const data = new Float64Array(rows * d);
  columns.forEach((values, j) => {
    for (let i = 0; i < rows; i++) data[i * d + j] = values[i];
  });
  return { data, shape: [rows, d], columns: [], notes: [] };
}

/** The chosen columns as points; standardized where wished, so that each column counts alike. */
export function toPoints(
  table: DataTable,
  chosen: readonly number[],
  standardized: boolean,
): Table {
  const points = join(
    table.rows,
    chosen.map((position) => columnValues(table, position)),
  );
  return standardized ? standardize(points, columnScale(points)) : points;
}
