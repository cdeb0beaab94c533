/** The part of the equivalent code that reads the file. */
import type { FileFormat } from './table.js';

/** The columns to read, by position and by name, of a file of so many rows and columns. */
export interface Reading {
  readonly fileName: string;
  readonly format: FileFormat | undefined;
  readonly columns: readonly number[];
  readonly names: readonly string[];
  readonly rows: number;
  readonly width: number;
}

export interface ReadingCode {
  readonly imports: readonly string[];
  /** Lines that end with a constant `rows`, row by row. */
  readonly lines: readonly string[];
}

const READ_FILE = `import { readFile } from 'node:fs/promises';`;

/** The cells `cell` of each of a table's rows. */
function flatten(table: string, cells: string): string {
  return `const rows = Float64Array.from(${table}.flatMap((row) => ${cells}));`;
}

function readCsv(
  { separator, header, encoding, quoted, skip }: FileFormat & { kind: 'csv' },
  file: string,
  positions: string,
): ReadingCode {
  const text =
    encoding === 'utf-8'
      ? `await readFile(${file}, 'utf8')`
      : `new TextDecoder('${encoding}').decode(await readFile(${file}))`;
  const delimiter = JSON.stringify(separator);
  const lines = quoted
    ? `const lines = parse(text, { bom: true, delimiter: ${delimiter}, skip_empty_lines: true });`
    : `const lines = text.trim().split(/[\\r\\n]+/).map((line) => line.split(${delimiter}));`;
  return {
    imports: [
      READ_FILE,
      ...(quoted ? [`import { parse } from 'csv-parse/sync'; // npm install csv-parse`] : []),
    ],
    lines: [
      `const text = ${text};`,
      lines,
      ...(skip > 0 ? [`lines.splice(0, ${skip}); // sep=`] : []),
      ...(header ? ['lines.shift(); // the names of the columns'] : []),
      flatten('lines', `${positions}.map((j) => Number(row[j]))`),
    ],
  };
}

function readNpy(file: string, positions: string, { rows, columns, width }: Reading): ReadingCode {
  const d = columns.length;
  return {
    imports: [READ_FILE],
    lines: [
      `const bytes = await readFile(${file});`,
      `const start = 10 + bytes.readUInt16LE(8);`,
      `const [, type] = /'descr': '.(\\w\\d)'/.exec(bytes.toString('latin1', 0, start));`,
      `const { buffer, byteOffset } = bytes;`,
      `const table = new { f4: Float32Array, f8: Float64Array, u1: Uint8Array, i1: Int8Array, u2: Uint16Array,`,
      `  i2: Int16Array, u4: Uint32Array, i4: Int32Array, u8: BigUint64Array, i8: BigInt64Array }[type](`,
      `  buffer.slice(byteOffset + start, byteOffset + bytes.length));`,
      `const columns = ${positions};`,
      `const rows = Float64Array.from({ length: ${rows * d} }, (_, at) =>`,
      `  Number(table[${width} * Math.floor(at / ${d}) + columns[at % ${d}]]));`,
    ],
  };
}

/** Code that reads the columns; for other formats a word of what `rows` must be. */
export function readingCode(reading: Reading): ReadingCode {
  const { fileName, format, columns, names, rows } = reading;
  const d = columns.length;
  const file = JSON.stringify(fileName);
  const positions = `[${columns.join(', ')}]`;
  const listed = `[${names.map((name) => JSON.stringify(name)).join(', ')}]`;
  switch (format?.kind) {
    case 'csv':
      return readCsv(format, file, positions);
    case 'npy':
      return readNpy(file, positions, reading);
    case 'json':
    case 'jsonl': {
      const cells = format.named
        ? `${listed}.map((name) => row[name])`
        : `${positions}.map((j) => row[j])`;
      const text = `await readFile(${file}, 'utf8')`;
      const table =
        format.kind === 'json'
          ? `JSON.parse(${text})`
          : `(${text}).split('\\n').filter((line) => line.trim()).map((line) => JSON.parse(line))`;
      return { imports: [READ_FILE], lines: [`const table = ${table};`, flatten('table', cells)] };
    }
    case 'parquet':
      return {
        imports: [
          '// npm install hyparquet hyparquet-compressors',
          `import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';`,
          `import { compressors } from 'hyparquet-compressors';`,
        ],
        lines: [
          `const file = await asyncBufferFromFile(${file});`,
          `const table = await parquetReadObjects({ file, compressors });`,
          flatten('table', `${listed}.map((name) => Number(row[name]))`),
        ],
      };
    case 'arrow':
      return {
        imports: [
          READ_FILE,
          `import { tableFromIPC } from '@uwdata/flechette'; // npm install @uwdata/flechette`,
        ],
        lines: [
          `const table = tableFromIPC(await readFile(${file}));`,
          `const columns = ${positions}.map((j) => table.getChildAt(j).toArray());`,
          `const rows = Float64Array.from({ length: ${rows * d} }, (_, at) => columns[at % ${d}][Math.floor(at / ${d})]);`,
        ],
      };
    case undefined:
      return {
        imports: [],
        lines: [`// rows: a typed array of ${rows} x ${d} numbers, row by row, from ${file}.`],
      };
  }
}
