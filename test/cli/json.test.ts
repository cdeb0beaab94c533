import { describe, expect, test } from 'vitest';
import { readTable } from '../../src/cli/read/read_table.js';
import { expectFileError, temporaryFolder } from './support.js';

const folder = temporaryFolder();

describe('JSON lines', () => {
  test('arrays of numbers', async () => {
    const path = await folder.write('a.jsonl', '[1, 2]\n\n[3.5, -4e2]');
    expect(await readTable(path)).toMatchObject({
      data: Float64Array.of(1, 2, 3.5, -400),
      shape: [2, 2],
      columns: ['column0', 'column1'],
    });
  });

  test('flat objects, fields in any order, texts left out', async () => {
    const path = await folder.write('b.ndjson', '{"x":1,"s":"a","y":2}\n{"y":4,"s":"b","x":3}\n');
    const table = await readTable(path);
    expect([...table.data]).toEqual([1, 2, 3, 4]);
    expect(table.columns).toEqual(['x', 'y']);
    expect(table.notes).toHaveLength(1);
  });

  test('fields named like object internals are ordinary columns', async () => {
    const path = await folder.write('p.jsonl', '{"__proto__":1,"constructor":2}\n'.repeat(2));
    const table = await readTable(path, { columns: ['constructor', '__proto__'] });
    expect([...table.data]).toEqual([2, 1, 2, 1]);
  });

  test('text across block boundaries, in any script', async () => {
    const row = `{"größe 尺寸":1,"text":"${'ü'.repeat(5000)}"}\n`;
    const path = await folder.write('long.jsonl', row.repeat(400));
    const table = await readTable(path);
    expect(table.shape).toEqual([400, 1]);
    expect(table.columns).toEqual(['größe 尺寸']);
  });

  test.each([
    ['not JSON', '[1]\n[NaN]\n', /line 2 is not valid JSON/],
    ['ragged', '[1,2]\n[3]\n', /line 2 has 1 number, but the first row has 2/],
    ['a field more', '{"x":1}\n{"x":1,"y":2}\n', /line 2 has a field "y" that the first row lacks/],
    ['a field less', '{"x":1,"y":2}\n{"x":1}\n', /line 2, column "y": the cell is empty/],
    ['null', '[1]\n[null]\n', /line 2, column "column0": the cell is empty/],
    ['a text', '[1]\n[2]\n["3"]\n', /line 3, column "column0": "3" is not a finite number/],
    ['two forms', '[1]\n{"x":1}\n', /line 2 is an object/],
    ['two forms', '{"x":1}\n[1]\n', /line 2 is an array/],
    ['a bare number', '1\n', /line 1 is 1, neither/],
    ['nothing', '\n \n', /no rows/],
    ['empty rows', '[]\n[]\n', /none of its columns/],
  ])('%s is refused', async (_, text, message) => {
    const path = await folder.write('bad.jsonl', text);
    await expectFileError(readTable(path), path, message);
  });

  test('bytes that are not UTF-8, and a line without end, are refused', async () => {
    const binary = await folder.write('binary.jsonl', Buffer.from([0x5b, 0xff, 0x5d]));
    await expectFileError(readTable(binary), binary, /not UTF-8/);
    const cut = await folder.write('cut.jsonl', Buffer.from([0x5b, 0x31, 0x5d, 0xc3]));
    await expectFileError(readTable(cut), cut, /not UTF-8/);
    const endless = await folder.write('endless.jsonl', '1'.repeat(10 << 20));
    await expectFileError(readTable(endless), endless, /line 1 is longer than/);
  });
});

describe('JSON', () => {
  test('an array of rows', async () => {
    const path = await folder.write('a.json', '[[1, 2],\n [3, 4]]');
    expect([...(await readTable(path, { columns: ['column1'] })).data]).toEqual([2, 4]);
  });

  test.each([
    ['{"data": [[1]]}', /not an array/],
    ['[[1], [2, 3]]', /row 1 has 2 numbers/],
    ['[]', /no rows/],
    ['[[1, 2]', /the document is not valid JSON/],
    ['['.repeat(100_000), /the document is not valid JSON/],
  ])('%.20s is refused', async (text, message) => {
    const path = await folder.write('bad.json', text);
    await expectFileError(readTable(path), path, message);
  });
});
