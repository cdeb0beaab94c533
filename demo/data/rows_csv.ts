/** A table as CSV again, with what a fit says of its rows. */
import { breathe, type JobContext } from '../shared/worker_host.js';
import type { DataTable } from './table.js';

/** Rows turned into text before the worker gets a turn. */
const BATCH_ROWS = 16_384;

export interface RowsWanted {
  /** The table's rows; all where undefined. */
  readonly chosen: Uint32Array | undefined;
  /** The cluster of each row that was clustered. */
  readonly labels?: Uint32Array;
  /** Which of the table's rows these are; all where undefined. */
  readonly rows?: Uint32Array | undefined;
}

const quoted = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** Float32 numbers need nine digits, and no more. */
const short = (value: number): string => String(Number(value.toPrecision(9)));

/** All columns, `row` where only some rows are wanted, and `cluster`: empty where a row was left out. */
export async function rowsAsCsv(
  { rows: count, columns }: DataTable,
  { chosen, labels, rows }: RowsWanted,
  { signal, onProgress }: Pick<JobContext, 'signal' | 'onProgress'>,
): Promise<Blob> {
  const clusters = labels && new Int32Array(count).fill(-1);
  labels?.forEach((label, i) => (clusters![rows ? rows[i] : i] = label));
  const cells = columns.map(({ values, texts }): ((row: number) => string) => {
    if (texts) return (row) => quoted(texts.values[texts.codes[row]]);
    if (!values) return () => '';
    const text = values instanceof Float32Array ? short : String;
    return (row) => (Number.isNaN(values[row]) ? '' : text(values[row]));
  });
  const taken = new Set(columns.map(({ name }) => name));
  const free = (name: string): string => (taken.has(name) ? free(`${name}_`) : name);
  if (chosen) cells.unshift(String);
  if (clusters) cells.push((row) => (clusters[row] < 0 ? '' : String(clusters[row])));
  const names = [
    ...(chosen ? [free('row')] : []),
    ...columns.map(({ name }) => name),
    ...(clusters ? [free('cluster')] : []),
  ];
  const parts = [`${names.map(quoted).join(',')}\n`];
  const total = chosen ? chosen.length : count;
  for (let from = 0; from < total; from += BATCH_ROWS) {
    let text = '';
    for (let i = from; i < Math.min(total, from + BATCH_ROWS); i++) {
      const row = chosen ? chosen[i] : i;
      text += `${cells.map((cell) => cell(row)).join(',')}\n`;
    }
    parts.push(text);
    onProgress({ value: from, max: total, text: 'Writing the rows' });
    await breathe();
    signal.throwIfAborted();
  }
  return new Blob(parts, { type: 'text/csv' });
}
