import fc from 'fast-check';
import { stringify } from 'csv-stringify/sync';
import { describe, expect, test } from 'vitest';
import { readTable, type ReadOptions } from '../../src/cli/read/read_table.js';
import { expectFileError, temporaryFolder } from './support.js';

const folder = temporaryFolder();

async function read(text: string, options?: ReadOptions, name = 'table.csv') {
  return readTable(await folder.write(name, text), options);
}

async function refuse(text: string, message: RegExp, options?: ReadOptions): Promise<void> {
  const path = await folder.write('bad.csv', text);
  await expectFileError(readTable(path, options), path, message);
}

describe('CSV', () => {
  test('numbers under a header', async () => {
    const table = await read('x,y\n1,-2.5\n+3.25e2, .5 \n');
    expect(table).toEqual({
      data: Float64Array.of(1, -2.5, 325, 0.5),
      shape: [2, 2],
      columns: ['x', 'y'],
      names: ['x', 'y'],
      notes: [],
    });
  });

  test('TSV, by its extension', async () => {
    const table = await read('x\ty\n1\t2\n', undefined, 'table.tsv');
    expect([...table.data]).toEqual([1, 2]);
  });

  test.each(['\n', '\r\n', '\r'])(
    'lines without quotes are what those with quotes are, across blocks: %j',
    async (end) => {
      // More than a block of 1 MiB: a line, or its end, falls into two.
      const lines = Array.from({ length: 100_000 }, (_, i) => `${i}, ${i % 7}.5`);
      lines.splice(50_000, 0, '', '  ');
      const readLines = (...more: string[]) => read([...more, ...lines].join(end));
      const plain = await readLines('x,y');
      const quoted = await readLines('"x",y');
      expect(plain.shape).toEqual([100_000, 2]);
      expect({ ...plain, data: 0 }).toEqual({ ...quoted, data: 0 });
      expect(Buffer.from(plain.data.buffer).equals(Buffer.from(quoted.data.buffer))).toBe(true);
      for (const [last, message] of [
        ['"7",8,9', /line 100004 has 3 cells; the lines before have 2/],
        ['7,8,9', /line 100004 has 3 cells; the lines before have 2/],
        ['7,"8', /line 100004 is not valid CSV \(Quote Not Closed: [^0-9]*\)/],
        ['7,eight', /line 100004, column "y": "eight"/],
      ] as const) {
        await refuse(['x,y', ...lines, last].join(end), message);
      }
    },
  );

  test('a byte order mark, CRLF, quotes and blank lines', async () => {
    const table = await read('\ufeff"x","a ""b"", c"\r\n"1",2\r\n\r\n3,4\r\n');
    expect(table.columns).toEqual(['x', 'a "b", c']);
    expect([...table.data]).toEqual([1, 2, 3, 4]);
  });

  test.each([
    ['numbers only: no header', '5,3\n4,2\n', ['column0', 'column1'], 2],
    [
      'numbers above numbers beside a repeated text: no header',
      '5.1,a\n4.9,a\n7,b\n',
      ['column0'],
      3,
    ],
    ['a text above numbers: a header', 'size,1990\n1,2\n', ['size', '1990'], 1],
    ['years above numbers beside unique texts: a header', 'land,1990\nA,2\nB,3\n', ['1990'], 2],
    ['an empty name above a numeric index: a header', ',0\n7,2\n8,3\n', ['', '0'], 2],
    ['a missing number in the first row: no header', '1,,a\n2,5,a\n3,6,b\n', ['column0'], 3],
  ])('%s', async (_, text, columns, rows) => {
    const table = await read(text, columns.includes('column0') ? { columns } : undefined);
    expect(table.columns).toEqual(columns);
    expect(table.shape[0]).toBe(rows);
  });

  test('the header can be given', async () => {
    expect((await read('1,2\n3,4\n', { header: true })).columns).toEqual(['1', '2']);
    expect((await read('1,2\n3,4\n', { header: false })).shape).toEqual([2, 2]);
  });

  test('text columns are left out, with a note', async () => {
    const table = await read('id,x,kind\na1,1,p\na2,2,q\n');
    expect(table.columns).toEqual(['x']);
    expect(table.notes).toEqual(['Left out, since they hold text or nothing: "id", "kind".']);
  });

  test('named columns come in the order they are named, and need no note', async () => {
    const table = await read('id,x,y\na,1,2\nb,3,4\n', { columns: ['y', 'x'] });
    expect(table.columns).toEqual(['y', 'x']);
    expect([...table.data]).toEqual([2, 1, 4, 3]);
    expect(table.notes).toEqual([]);
  });

  test('columns named like object internals are ordinary columns', async () => {
    const table = await read('__proto__,constructor,toString\n1,2,3\n4,5,6\n', {
      columns: ['__proto__', 'toString'],
    });
    expect([...table.data]).toEqual([1, 3, 4, 6]);
    expect(table.columns).toEqual(['__proto__', 'toString']);
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  test('more rows than are sampled, and more than one block', async () => {
    const rows = 1_100_000;
    const text = Array.from({ length: rows }, (_, i) => i).join('\n');
    const table = await read(text);
    expect(table.shape).toEqual([rows, 1]);
    expect(table.data.every((value, i) => value === i)).toBe(true);
  });

  test('finite numbers come back as they went out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }).chain((d) =>
          fc.array(
            fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
              minLength: d,
              maxLength: d,
            }),
            { minLength: 1, maxLength: 120 },
          ),
        ),
        async (rows) => {
          const header = rows[0].map((_, j) => `name ${j}, "quoted"`);
          const table = await read(stringify([header, ...rows]));
          expect(table.columns).toEqual(header);
          expect(table.shape).toEqual([rows.length, header.length]);
          expect([...table.data]).toEqual(rows.flat().map((value) => (value === 0 ? 0 : value)));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('bad CSV', () => {
  test('a cell that is no number: file, line, column, cell', async () => {
    await refuse('x,y\n1,2\n3,x7\n4,5\n6,7\n', /line 3, column "y": "x7" is not a finite number/);
  });

  test.each(['0x10', 'Infinity', 'NaN', '1e999'])('%s is no finite number', async (cell) => {
    await refuse(`x\n1\n2\n3\n"${cell}"\n`, /line 5, column "x"/);
  });

  test('an empty cell', async () => {
    await refuse('x,y\n1,2\n3,\n', /line 3, column "y": the cell is empty/);
  });

  test('beyond the sampled rows too', async () => {
    await refuse(`x\n${'1\n'.repeat(500)}one\n`, /line 502, column "x": "one"/);
  });

  test('a named column of text', async () => {
    await refuse('x,kind\n1,p\n', /line 2, column "kind": "p"/, { columns: ['kind'] });
  });

  test('ragged rows', async () => {
    await refuse('x,y\n1,2\n3\n', /line 3 has 1 cell; the lines before have 2/);
    await refuse('x,y\n1,2\n3,4,5\n', /line 3 has 3 cells; the lines before have 2/);
  });

  test('a missing column: those there are named', async () => {
    await refuse('x,y\n1,2\n', /no column "z"\. The columns are "x", "y"\./, { columns: ['z'] });
  });

  test('one column named twice', async () => {
    await refuse('x,y,x\n1,2,3\n', /two columns are named "x"/);
    const path = await folder.write('table.csv', 'x,y\n1,2\n');
    await expect(readTable(path, { columns: ['x', 'x'] })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await expect(readTable(path, { columns: [] })).rejects.toMatchObject({ argument: 'columns' });
  });

  test('no rows, no numbers, the wrong separator', async () => {
    await refuse('', /the file is empty/);
    await refuse('\n\n', /no rows of data/);
    await refuse('x,y\n', /no rows of data/);
    await refuse(
      'x:y\n1:2\n',
      /none of its columns holds numbers \("x:y"\).*commas, semicolons or tabs/,
    );
  });

  test('a quote that never closes', async () => {
    await refuse('x,y\n1,"2\n', /line \d is not valid CSV/);
    await refuse(`x\n"${'1'.repeat(9 << 20)}`, /not valid CSV/);
  });
});
