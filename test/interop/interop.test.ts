/** Other libraries' tensors, buffers and columns by what they look like; of Arrow by flechette itself. */
import {
  fixedSizeList,
  float16,
  float32,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
} from '@uwdata/flechette';
import { describe, expect, test } from 'vitest';
import { kmeans } from '../../src/index.js';
import {
  fromArrow,
  fromDuckDB,
  fromJax,
  fromLuma,
  fromOrt,
  fromTfjs,
  fromThree,
  fromTypegpu,
  toTfjs,
  toThree,
} from '../../src/interop/index.js';

const buffer = { size: 1024, usage: 4 } as GPUBuffer;
const device = { queue: {} } as GPUDevice;

describe('buffers', () => {
  test('of onnxruntime-web, on the device and on the host', () => {
    const tensor = { location: 'gpu-buffer', gpuBuffer: buffer, dims: [2, 3, 4], type: 'float16' };
    expect(fromOrt(tensor, { device, finite: true })).toMatchObject({
      ...{ buffer, device, shape: [2, 3, 4], type: 'float16', finite: true },
    });
    const data = new Float32Array(8);
    const onHost = { location: 'cpu', data, dims: [2, 4], type: 'float32' };
    expect(fromOrt(onHost)).toEqual({ data, shape: [2, 4] });
    expect(() => fromOrt({ ...tensor, type: 'int64' })).toThrow(
      /^fromOrt: the numbers are 'int64'/,
    );
  });

  test('of tfjs: a copy that is given back', () => {
    let disposed = 0;
    const tensorRef = { dispose: () => disposed++ };
    const tensor = (given?: unknown) => ({
      ...{ shape: [4, 3, 2, 5], dtype: 'float32' },
      dataToGPU: () => ({ buffer: given, tensorRef }),
    });
    const lent = fromTfjs(tensor(buffer), { device });
    expect(lent).toMatchObject({ buffer, device, shape: [24, 5] });
    lent.release();
    expect(disposed).toBe(1);
    expect(() => fromTfjs(tensor())).toThrow(/setBackend\('webgpu'\)/);
    const tf = { tensor: (...given: unknown[]) => given };
    const labels = { buffer, device, shape: [7], type: 'uint32' } as const;
    expect(toTfjs(tf, labels)).toEqual([{ buffer, zeroCopy: true }, [7], 'int32']);
  });

  test('of jax-js, TypeGPU, luma and three', async () => {
    let taken = 0;
    const ref = { gpuBuffer: () => Promise.resolve((taken++, buffer)) };
    expect(await fromJax({ shape: [9, 2], dtype: 'float32', ref })).toMatchObject({ buffer });
    expect(taken).toBe(1);
    const root = { device, unwrap: (given: { raw: GPUBuffer }) => given.raw };
    const wrapped = fromTypegpu(root, { raw: buffer }, [5, 3], { stride: 16 });
    expect(wrapped).toMatchObject({ buffer, device, shape: [5, 3], stride: 16 });
    const luma = fromLuma({ handle: buffer, device: { handle: device } }, [5, 2]);
    expect(luma).toMatchObject({ buffer, device, shape: [5, 2] });
    const known = new Map<object, { buffer?: GPUBuffer }>();
    const get = (attribute: object) => {
      if (!known.has(attribute)) known.set(attribute, {});
      return known.get(attribute)!;
    };
    const renderer = { backend: { device, get } };
    const attribute = { count: 8, itemSize: 3, array: new Float32Array(24) };
    expect(() => fromThree(renderer, attribute)).toThrow(/render or compute with it first/);
    toThree(renderer, attribute, { buffer });
    expect(fromThree(renderer, attribute)).toMatchObject({ buffer, device, shape: [8, 3] });
    const storage = { ...attribute, isStorageBufferAttribute: true };
    toThree(renderer, storage, { buffer });
    expect(fromThree(renderer, storage)).toMatchObject({ stride: 16 });
    expect(() => {
      toThree({ backend: {} }, attribute, { buffer });
    }).toThrow(/renderer.init\(\)/);
  });
});

describe('columns', () => {
  const rows = Array.from({ length: 6 }, (_, i) => [i, i % 2 ? 10 : 0, 1]);
  const type = fixedSizeList(float32(), 3);
  const column = (lists: readonly unknown[] = rows, of = type) => {
    const table = tableFromArrays({ v: [...lists] }, { types: { v: of } });
    return tableFromIPC(tableToIPC(table, {}) as Uint8Array).getChild('v');
  };

  test('of Arrow: one batch without a copy, several as a stream', async () => {
    const one = fromArrow(column());
    const { children } = column().data[0] as unknown as { children: [{ values: Float32Array }] };
    expect(one).toMatchObject({ shape: [6, 3], data: children[0].values });
    const given = column();
    const [{ children: own }] = given.data as unknown as [{ children: [{ values: Float32Array }] }];
    expect((fromArrow(given) as { data: Float32Array }).data.buffer).toBe(own[0].values.buffer);
    const two = fromArrow({
      data: [...column(rows.slice(0, 4)).data, ...column(rows.slice(4)).data],
    });
    expect(two).toMatchObject({ shape: [6, 3] });
    const options = { k: 2, runtime: 'cpu' } as const;
    expect((await kmeans(two, options)).labels).toEqual((await kmeans(rows, options)).labels);
    // As apache-arrow has a slice of such a column.
    const sliced = { length: 2, offset: 1, nullCount: 0, type: { listSize: 3 }, children: own };
    expect(fromArrow({ data: [sliced] })).toMatchObject({
      ...{ shape: [2, 3], data: Float32Array.from(rows.slice(1, 3).flat()) },
    });
  });

  test('of Arrow: nulls, other types and empty columns are refused', () => {
    expect(() => fromArrow(column([...rows, null]))).toThrow(/^column: the value at row/);
    expect(() => fromArrow(column(rows, fixedSizeList(float16(), 3)))).toThrow(/cast it first/);
    expect(() => fromArrow(tableFromArrays({ v: [1, 2] }).getChild('v'))).toThrow(/cast it first/);
    expect(() => fromArrow({ data: [] })).toThrow(/empty/);
  });

  test('of DuckDB: tables of duckdb-wasm, and what @duckdb/node-api has read', () => {
    const table = tableFromArrays({ a: [1, 2, 3], b: [4, 5, 6] });
    const expected = { data: Float64Array.of(1, 4, 2, 5, 3, 6), shape: [3, 2] };
    expect(fromDuckDB(table)).toEqual(expected);
    expect(fromDuckDB(table, ['b'])).toEqual({ data: Float64Array.of(4, 5, 6), shape: [3, 1] });
    const lists = tableFromArrays({ v: rows }, { types: { v: type } });
    expect(fromDuckDB(lists)).toMatchObject({ shape: [6, 3] });
    const columns = [
      [1n, 2, 3],
      [4, 5, 6],
      [{ items: [7, 8] }, { items: [9, 10] }, { items: [] }],
    ];
    const reader = { columnNames: () => ['a', 'b', 'v'], getColumns: () => columns };
    expect(fromDuckDB(reader, ['a', 'b'])).toEqual(expected);
    expect(() => fromDuckDB(reader, ['v'])).toThrow(/differ in length/);
    expect(() => fromDuckDB(reader, ['c'])).toThrow(/there is no column 'c'/);
    expect(() =>
      fromDuckDB({ ...reader, getColumns: () => [[1], [null], []] }, ['a', 'b']),
    ).toThrow(/^result: the value at row 0, column 1 is null/);
  });
});
