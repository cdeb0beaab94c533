/** Texts of cells as spreadsheets, databases and other programs write them. */
import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/cli/read/read_table.js';
import { temporaryFolder } from './support.js';

const folder = temporaryFolder();

async function read(content: string | Uint8Array, name = 'table.csv') {
  const { data, shape, columns, notes } = await readTable(await folder.write(name, content));
  return {
    rows: Array.from({ length: shape[0] }, (_, i) => [
      ...data.subarray(i * shape[1], (i + 1) * shape[1]),
    ]),
    columns,
    notes,
  };
}

/** As UTF-16 of either order, with a byte order mark or not. */
function utf16(text: string, big: boolean, mark: boolean): Buffer {
  const bytes = Buffer.from(mark ? `\ufeff${text}` : text, 'utf16le');
  return big ? bytes.swap16() : bytes;
}

describe('cells', () => {
  test.each([
    [
      'semicolons',
      'x;y\n1;2\n3;4\n',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      'semicolons and decimal commas',
      'x;y\n0,5;-2,25\n1;3e2\n',
      [
        [0.5, -2.25],
        [1, 300],
      ],
    ],
    [
      'decimal commas, no header',
      '0,346;0,822\n0,33;-1,303\n',
      [
        [0.346, 0.822],
        [0.33, -1.303],
      ],
    ],
    ['tabs in a .csv', 'x\ty\n1\t2\n', [[1, 2]]],
    ['vertical bars', 'x|y\n1|2\n', [[1, 2]]],
    ['a line that names the delimiter', 'sep=;\nx;y\n1;2\n', [[1, 2]]],
    [
      'thousands by commas, in quotes',
      'x,y\n"1,234.5",2\n"12,345,678",3\n',
      [
        [1234.5, 2],
        [12345678, 3],
      ],
    ],
    [
      'thousands by points',
      'x;y\n1.234,5;2\n-12.345.678;3\n',
      [
        [1234.5, 2],
        [-12345678, 3],
      ],
    ],
    [
      'thousands by blanks',
      'x;y\n1 234,5;2\n12 345;3\n',
      [
        [1234.5, 2],
        [12345, 3],
      ],
    ],
    ['blanks around cells in quotes', 'x, y\n "1" , "2"\n', [[1, 2]]],
    [
      'line ends of several programs',
      'x,y\r\n1,2\n3,4\r5,6\n',
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    ['commas in text beside semicolons', 'name;x\n"a, b";1\nc, d;2\n', [[1], [2]]],
  ])('%s', async (_, text, rows) => {
    expect((await read(text)).rows).toEqual(rows);
  });

  test('what is not as the extension says is told', async () => {
    expect((await read('x;y\n0,5;2\n')).notes).toEqual([
      'Read with semicolons between cells and decimal commas.',
    ]);
    expect((await read('x;y\n1;2\n', 'table.tsv')).notes).toEqual([
      'Read with semicolons between cells.',
    ]);
    expect((await read('x,y\n1,2\n')).notes).toEqual([]);
  });

  test.each([
    ['years', '2019,2020\n0.3,0.8\n-1.3,0.4\n', ['2019', '2020']],
    ['a count from 0', '0,1,2\n0.3,0.8,0.1\n-1.3,0.4,0.2\n', ['0', '1', '2']],
    ['years above small counts', '2019,2020\n3,8\n1,4\n7,2\n', ['2019', '2020']],
    ['numbers like those below: none', '3,4\n5,8\n1,4\n', ['column0', 'column1']],
  ])('a header of numbers: %s', async (_, text, columns) => {
    expect((await read(text)).columns).toEqual(columns);
  });
});

describe('encodings', () => {
  const text = 'größe;x\n1,5;2\n';
  test.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16, little end first', utf16(text, false, true)],
    ['UTF-16, big end first', utf16(text, true, true)],
    ['UTF-16 without a mark', utf16(text, false, false)],
    ['Windows-1252', Buffer.from(text, 'latin1')],
  ])('%s', async (_, bytes) => {
    const { rows, columns } = await read(bytes);
    expect(columns).toEqual(['größe', 'x']);
    expect(rows).toEqual([[1.5, 2]]);
  });
});
