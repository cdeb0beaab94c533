import { expect, test, vi } from 'vitest';
import { readFile } from '../../demo/data/read/read_file.js';
import type { DataTable } from '../../demo/data/table.js';

// As the site is built: the command line's reader, on a chosen file.
vi.mock(
  '../../src/cli/read/byte_source.js',
  () => import('../../demo/data/read/node/byte_source.js'),
);

type Content = string | Uint8Array<ArrayBuffer>;

function read(content: Content, signal = new AbortController().signal): Promise<DataTable> {
  return readFile(new File([content], 'data.csv'), { signal, onProgress: () => undefined });
}

/** Each column as a line: its name, then its numbers or what is wrong with it. */
async function columnsOf(content: Content): Promise<string[]> {
  const { columns } = await read(content);
  return columns.map(({ name, values, problem }) => `${name}: ${values?.join(' ') ?? problem!}`);
}

test.each<[what: string, content: string, columns: string[]]>([
  ['commas', 'a,b\n1,-2.5e3\n.5,+4\n', ['a: 1 0.5', 'b: -2500 4']],
  ['semicolons, quotes, CRLF', '"a;1";b\r\n1;2\r\n\r\n3;4', ['a;1: 1 3', 'b: 2 4']],
  ['tabs', 'a\tb\n1\t2\n', ['a: 1', 'b: 2']],
  ['no header', '1,2\n3,4\n', ['column0: 1 3', 'column1: 2 4']],
  ['no header, but classes', '5,x\n7,x\n', ['column0: 5 7', 'column1: it holds “x”']],
  ['a year as a name', 'id,2019\n1,2\n', ['id: 1', '2019: 2']],
  ['names of properties', '__proto__,constructor\n1,2\n', ['__proto__: 1', 'constructor: 2']],
  ['a name left out', 'a,\n1,2\n', ['a: 1', 'column 2: 2']],
  [
    'cells that only look like numbers, and missing ones',
    'a,b,c,d\n1,1,1,1\n0x10,NaN, ,5\n',
    ['a: it holds “1”', 'b: 1 NaN', 'c: 1 NaN', 'd: 1 5'],
  ],
  ['decimal commas and thousands', 'a;b\n1.234,5;2,5\n-7,25;3\n', ['a: 1234.5 -7.25', 'b: 2.5 3']],
])('reads %s', async (_, content, columns) => {
  expect(await columnsOf(content)).toEqual(columns);
});

test('reads many rows', async () => {
  const numbers = Array.from({ length: 100_000 }, (_, i) => i);
  const { rows, columns } = await read(`a\n${numbers.join('\n')}\n`);
  expect(rows).toBe(100_000);
  expect(columns[0].values).toEqual(Float64Array.from(numbers));
});

test('reads UTF-16 and a byte order mark', async () => {
  const text = '\ufeffä,b\n1,2\n';
  const expected = ['ä: 1', 'b: 2'];
  expect(await columnsOf(text)).toEqual(expected);
  const units = Uint16Array.from(text, (character) => character.charCodeAt(0));
  expect(await columnsOf(new Uint8Array(units.buffer))).toEqual(expected);
});

test.each<[what: string, content: Content, message: RegExp]>([
  ['nothing', '', /^data\.csv: the file is empty\. Choose/],
  ['blank lines', ' \n\n', /^data\.csv: it holds no rows of data/],
  ['a header only', 'a,b\n', /^data\.csv: it holds no rows of data/],
  ['ragged lines', 'a,b\n1,2\n3\n', /^data\.csv: line 3 has 1 cell; the lines before have 2/],
  ['text only', 'a,b\nx,1.5z\n', /^data\.csv: none of its columns holds numbers \("a", "b"\)/],
  ['an open quote', 'a,b\n1,"2\n3,4\n', /^data\.csv: line \d+ is not valid CSV .* Close every/],
  ['too many columns', `${'1,'.repeat(5000)}1\n`, /has 5001 columns; .* at most 4096\. Take/],
])('refuses %s', async (_, content, message) => {
  await expect(read(content)).rejects.toThrow(message);
});

test('stops when cancelled', async () => {
  await expect(read('a\n1\n', AbortSignal.abort())).rejects.toThrow(/aborted/);
});
