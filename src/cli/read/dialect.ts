/** How a text of cells is written: what parts its cells, and how its numbers look. */
import { parse } from 'csv-parse/sync';

export interface Dialect {
  /** Between two cells. */
  readonly delimiter: string;
  readonly decimal: '.' | ',';
  /** What parts the thousands of a number, where it is told. */
  readonly thousands?: string;
  /** Lines before the first row. */
  readonly skip: number;
}

const DELIMITERS = [',', ';', '\t', '|'];
/** What a column of numbers counts beside several: lines of several widths look like one, parted by what is not there. */
const SINGLE = 0.3;
/** Rows that are looked at. */
const SAMPLE_ROWS = 100;
const GROUPING = ` '\u00a0\u202f\u2019`;

/** Excel's first line that names the delimiter. */
const NAMED = /^\uFEFF?"?sep=(.)"?\r?\n/i;

const DOT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const COMMA = /^[+-]?(?:\d+,?\d*|,\d+)(?:e[+-]?\d+)?$/i;
/** Thousands parted by commas, by points, by what else does. */
const COMMA_GROUPS = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/;
const DOT_GROUPS = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?$/;
const OTHER_GROUPS = new RegExp(
  `^[+-]?[1-9]\\d{0,2}([${GROUPING}])\\d{3}(?:\\1\\d{3})*([.,]\\d*)?$`,
);

/** @param usual the delimiter to take where others would do as well */
export function findDialect(head: string, usual: string): Dialect {
  const named = NAMED.exec(head);
  const text = named ? head.slice(named[0].length) : head;
  const delimiters = named ? [named[1]] : [usual, ...DELIMITERS.filter((one) => one !== usual)];
  const looked = delimiters.map((delimiter) => look(sampleRows(text, delimiter), delimiter));
  const { delimiter, numbers } = looked.reduce((best, one) =>
    one.score > best.score ? one : best,
  );
  return { delimiter, ...numbers, skip: named ? 1 : 0 };
}

/** The first rows, without the last where the text may be cut within it. */
function sampleRows(text: string, delimiter: string): string[][] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1) || text;
  try {
    return parse(whole, {
      ...{ bom: true, delimiter, to: SAMPLE_ROWS, trim: delimiter !== '\t' },
      ...{ record_delimiter: ['\r\n', '\n', '\r'], skip_empty_lines: true },
      ...{ relax_column_count: true, relax_quotes: true },
    });
  } catch {
    // A quote that never closes: whoever reads the file says so.
    return [];
  }
}

type Numbers = Pick<Dialect, 'decimal' | 'thousands'>;

/** How well rows look parted so: all of one width, and numbers in many cells. */
function look(rows: readonly string[][], delimiter: string) {
  const widths = new Map<number, number>();
  for (const { length } of rows) widths.set(length, (widths.get(length) ?? 0) + 1);
  const [width, count] = [...widths].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  const cells = rows.flat().filter((cell) => cell !== '');
  const numbers = numbersOf(cells, delimiter);
  const parse = numberParser(numbers);
  const share =
    cells.filter((cell) => !Number.isNaN(parse(cell))).length / Math.max(1, cells.length);
  const even = count / Math.max(1, rows.length);
  return { delimiter, numbers, score: even ** 3 * (width > 1 ? 1 + share : SINGLE * share) };
}

function numbersOf(cells: readonly string[], delimiter: string): Numbers {
  const count = (holds: (cell: string) => boolean) => cells.filter(holds).length;
  const other = cells.map((cell) => OTHER_GROUPS.exec(cell)).filter((match) => match !== null);
  const endsWith = (mark: string) => other.filter((match) => match.at(2)?.startsWith(mark)).length;
  const commas =
    count(
      (cell) =>
        (cell.includes(',') && COMMA.test(cell) && !COMMA_GROUPS.test(cell)) ||
        (DOT_GROUPS.test(cell) && cell.includes(',')) ||
        ((cell.match(/\./g) ?? []).length > 1 && DOT_GROUPS.test(cell)),
    ) + endsWith(',');
  const dots =
    count(
      (cell) =>
        (cell.includes('.') && DOT.test(cell)) ||
        (COMMA_GROUPS.test(cell) && (cell.includes('.') || (cell.match(/,/g) ?? []).length > 1)),
    ) + endsWith('.');
  // 1,234 may be either: with semicolons between cells it is what Europe's spreadsheets write.
  const either = count((cell) => COMMA_GROUPS.test(cell));
  const decimal =
    commas > dots || (commas === 0 && dots === 0 && either > 0 && delimiter === ';') ? ',' : '.';
  if (other.length > 0) return { decimal, thousands: other[0][1] };
  const groups = decimal === ',' ? DOT_GROUPS : COMMA_GROUPS;
  const isGrouped = cells.some((cell) => groups.test(cell));
  return { decimal, ...(isGrouped && { thousands: decimal === ',' ? '.' : ',' }) };
}

/** Decimal notation only: not '', '0x1f' or 'Infinity', which Number() would take. */
const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

function parseDecimal(cell: string): number {
  const value = Number(cell);
  return Number.isFinite(value) && DECIMAL.test(cell) ? value : Number.NaN;
}

/** What makes a finite number of a cell; NaN where it is none. */
export function numberParser({ decimal, thousands }: Numbers): (cell: string) => number {
  if (decimal === '.' && thousands === undefined) return parseDecimal;
  const mark = decimal === '.' ? '\\.' : ',';
  const part = thousands === '.' ? '\\.' : thousands;
  const grouped =
    part === undefined
      ? undefined
      : new RegExp(`^\\s*[+-]?\\d{1,3}(?:${part}\\d{3})+(?:${mark}\\d*)?\\s*$`);
  return (cell) => {
    const plain =
      thousands !== undefined && grouped!.test(cell) ? cell.replaceAll(thousands, '') : cell;
    if (decimal === '.') return parseDecimal(plain);
    return plain.includes('.') ? Number.NaN : parseDecimal(plain.replace(',', '.'));
  };
}

const CALLED: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
};

/** What is not as usual, in a sentence for people. */
export function describeDialect(
  { delimiter, decimal, thousands }: Dialect,
  usual: string,
): string[] {
  const parts = [
    ...(delimiter === usual
      ? []
      : [`${CALLED[delimiter] ?? JSON.stringify(delimiter)} between cells`]),
    ...(decimal === ',' ? ['decimal commas'] : []),
    ...(thousands === undefined ? [] : [`${JSON.stringify(thousands)} between thousands`]),
  ];
  return parts.length === 0 ? [] : [`Read with ${parts.join(' and ')}.`];
}
