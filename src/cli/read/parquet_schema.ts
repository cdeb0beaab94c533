/** Which columns a Parquet file has, what they hold, and which of them are used. */
import type { SchemaElement } from 'hyparquet';
import { FileError } from '../errors.js';
import type { Leaf } from './parquet_pages.js';
import { checkDistinct, columnPositions, listNames } from './table.js';
import type { ColumnChoice } from './table_builder.js';

export type PathLeaf = Leaf & { readonly path: readonly string[] };

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

/** A column that is used, and what it is read by. */
export interface Chosen {
  readonly name: string;
  readonly leaf: PathLeaf;
}

/** The columns to use, by their names or by what they hold. Throws FileError where there are none. */
export function chooseColumns(
  path: string,
  schema: readonly SchemaElement[],
  { columns: wanted, texts, encode }: ColumnChoice,
): {
  columns: Chosen[];
  /** Those kept as text. */
  aside: Chosen[];
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
