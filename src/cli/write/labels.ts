/** What a fit leaves behind for other programs: the labels of the rows, and the model. */
import { stringify } from 'csv-stringify/sync';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { FileError } from '../errors.js';
import { writeAtomic } from './atomic.js';

type LabelsFormat = 'csv' | 'parquet' | 'json';

/** Rows turned into text at a time: bounded memory, however many rows there are. */
const BATCH_ROWS = 65_536;

/** The format that a labels file's extension asks for. Throws FileError on any other one. */
export function labelsFormat(path: string): LabelsFormat {
  const extension = /\.(csv|parquet|json)$/i.exec(path)?.[1].toLowerCase();
  if (extension === undefined) {
    throw new FileError(
      path,
      'labels are not written in a format of that extension',
      'Give a name that ends in .csv, .parquet or .json.',
    );
  }
  return extension as LabelsFormat;
}

/**
 * Writes the label of each row, in the rows' order, as two columns `row` (from 0) and `label`
 * (CSV, Parquet), or as { "labels": [...] } (JSON). The file is written whole or not at all.
 */
export async function writeLabels(path: string, labels: Uint32Array): Promise<void> {
  switch (labelsFormat(path)) {
    case 'csv':
      await writeAtomic(path, csvRows(labels));
      return;
    case 'parquet':
      await writeAtomic(path, parquetBytes(labels));
      return;
    case 'json':
      await writeJson(path, { labels: Array.from(labels) });
  }
}

/** Writes a value such as a model's toJSON(), whole or not at all. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(value)}\n`);
}

function* csvRows(labels: Uint32Array): Generator<string> {
  yield stringify([['row', 'label']]);
  for (let start = 0; start < labels.length; start += BATCH_ROWS) {
    const batch = labels.subarray(start, start + BATCH_ROWS);
    yield stringify(Array.from(batch, (label, i) => [start + i, label]));
  }
}

function parquetBytes(labels: Uint32Array): Uint8Array {
  const row = Int32Array.from(labels, (_, i) => i);
  const label = Int32Array.from(labels);
  const column = { type: 'INT32', nullable: false } as const;
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'row', data: row, ...column },
        { name: 'label', data: label, ...column },
      ],
    }),
  );
}
