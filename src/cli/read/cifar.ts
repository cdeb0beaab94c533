/** The binary batches of CIFAR-10 (https://www.cs.toronto.edu/~kriz/cifar.html). */
import { FileError } from '../errors.js';
import { generatedNames, type Table } from './table.js';
import type { ByteSource } from './byte_source.js';

const SIDE = 32;
const PIXELS = 3 * SIDE * SIDE;
const RECORD_BYTES = 1 + PIXELS;
const CLASSES = 10;

/** Records of one label byte (0 to 9) and 32 x 32 pixels, all red, all green, all blue. */
export async function readCifar(source: ByteSource): Promise<Table> {
  const { path, limit } = source;
  if (source.gzipped) {
    throw new FileError(path, 'it is gzipped', 'Unpack the CIFAR-10 batch first.');
  }
  if (limit % RECORD_BYTES !== 0) {
    throw new FileError(
      path,
      `its size, ${limit} bytes, is not a multiple of the ${RECORD_BYTES} bytes of a CIFAR-10 record`,
      'Give a whole batch of the binary version (data_batch_1.bin).',
    );
  }
  const n = limit / RECORD_BYTES;
  const data = new Float32Array(n * PIXELS);
  const labels = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const record = await source.take(RECORD_BYTES);
    if (record[0] >= CLASSES) {
      throw new FileError(
        path,
        `the label of image ${i} is ${record[0]}; CIFAR-10 has the labels 0 to ${CLASSES - 1}`,
        'Give a batch of the binary version of CIFAR-10 (not CIFAR-100).',
      );
    }
    labels[i] = record[0];
    data.set(record.subarray(1), i * PIXELS);
  }
  await source.expectEnd();
  return {
    data,
    shape: [n, PIXELS],
    columns: generatedNames(path, PIXELS),
    labels,
    image: { width: SIDE, height: SIDE, channels: 3, layout: 'planar' },
    notes: [],
  };
}
