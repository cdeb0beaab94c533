/** The IDX files of MNIST (http://yann.lecun.com/exdb/mnist), plain or gzipped; strict. */
import { FileError } from '../errors.js';
import { generatedNames, type Table } from './table.js';
import { matrixBytes, readElements, type ElementType } from './elements.js';
import type { ByteSource } from './byte_source.js';

const ELEMENT_TYPES = new Map<number, ElementType>([
  [0x08, 'u1'],
  [0x09, 'i1'],
  [0x0b, 'i2'],
  [0x0c, 'i4'],
  [0x0d, 'f4'],
  [0x0e, 'f8'],
]);

const MAX_DIMENSIONS = 8;

/** True where the first bytes are those of an IDX file: 0, 0, an element type, the dimensions. */
export function isIdx(start: Uint8Array): boolean {
  const dimensions = start[3];
  return (
    start.length >= 4 &&
    start[0] === 0 &&
    start[1] === 0 &&
    ELEMENT_TYPES.has(start[2]) &&
    dimensions >= 1 &&
    dimensions <= MAX_DIMENSIONS
  );
}

/** One row per item of the first dimension; three dimensions of unsigned bytes are grey images. */
export async function readIdx(source: ByteSource): Promise<Table> {
  const { path } = source;
  const start = await source.peek(4);
  if (!isIdx(start)) {
    throw new FileError(
      path,
      `it starts with the bytes ${start.toString('hex')}, not as an IDX file does (0000, a type, 1 to ${MAX_DIMENSIONS} dimensions)`,
      'Give an IDX file such as train-images-idx3-ubyte, or the extension of its true format.',
    );
  }
  await source.take(4);
  const type = ELEMENT_TYPES.get(start[2])!;
  const header = await source.take(4 * start[3]);
  const [n, ...sides] = Array.from({ length: start[3] }, (_, i) => header.readUInt32BE(4 * i));
  const bytes = matrixBytes([n, ...sides], type);
  if (bytes === 0 || bytes === Infinity) {
    throw new FileError(
      path,
      `its header gives the shape ${[n, ...sides].join(' x ')}`,
      'It holds nothing or is damaged; download it again.',
    );
  }
  const d = sides.reduce((product, side) => product * side, 1);
  const data = await readElements(source, [n, d], {
    type,
    littleEndian: false,
    columnMajor: false,
  });
  const [height, width] = sides;
  return {
    data,
    shape: [n, d],
    columns: generatedNames(path, d),
    ...(type === 'u1' &&
      sides.length === 2 && { image: { width, height, channels: 1, layout: 'planar' } }),
    notes: [],
  };
}
