/** NumPy's NPZ files: a ZIP archive of NPY files. */
import { unzipSync } from 'fflate';
import { FileError } from '../errors.js';
import { ByteSource } from './byte_source.js';
import { type NpyHeader, readNpy, readNpyHeader } from './npy.js';
import { listNames, type Table } from './table.js';

/** Bytes that an archive may unpack to: a floor, and so many for each of its own. */
const EXPANSION_FLOOR_BYTES = 64 << 20;
const MAX_EXPANSION = 256;

interface NumericArray {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly header: NpyHeader;
}

/**
 * The array of most numbers among those of two and more dimensions, as `readNpy` has it; where all have one
 * dimension, they are columns side by side. What else there is, is named in the notes.
 *
 * @throws FileError on a damaged archive, and where it holds no numbers
 */
export async function readNpz(source: ByteSource): Promise<Table> {
  const { path } = source;
  const packed = await source.takeAll();
  const files = unzip(path, packed);
  const arrays: NumericArray[] = [];
  const problems: string[] = [];
  for (const [file, bytes] of Object.entries(files)) {
    const name = file.replace(/\.npy$/, '');
    try {
      const header = await readNpyHeader(sourceOf(path, name, bytes));
      arrays.push({ name, bytes, header });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      problems.push(name);
    }
  }
  const matrices = arrays.filter(({ header }) => header.shape.length > 1);
  if (matrices.length > 0) {
    const best = matrices.reduce((most, one) => (sizeOf(one) > sizeOf(most) ? one : most));
    const left = [...arrays.filter((one) => one !== best).map(({ name }) => name), ...problems];
    const table = await readNpy(sourceOf(path, best.name, best.bytes));
    const notes =
      left.length > 0
        ? [`Read the array ${JSON.stringify(best.name)}, not ${listNames(left)}.`]
        : [];
    return { ...table, notes };
  }
  const first = arrays.at(0);
  if (!first) {
    const held = problems.length > 0 ? ` (${listNames(problems)})` : '';
    throw new FileError(
      path,
      `none of its arrays holds numbers${held}`,
      'Write it with numpy.savez, from numeric arrays.',
    );
  }
  const columns = arrays.filter(({ header }) => header.shape[0] === first.header.shape[0]);
  const parts: Table[] = [];
  for (const { name, bytes } of columns) parts.push(await readNpy(sourceOf(path, name, bytes)));
  const n = parts[0].shape[0];
  const d = parts.length;
  const data = new Float64Array(n * d);
  parts.forEach((part, j) => {
    part.data.forEach((value, i) => {
      data[i * d + j] = value;
    });
  });
  const names = columns.map(({ name }) => name);
  const left = [
    ...arrays.map(({ name }) => name).filter((name) => !names.includes(name)),
    ...problems,
  ];
  const notes = left.length > 0 ? [`Left out: ${listNames(left)}.`] : [];
  return { data, shape: [n, d], columns: names, names, notes };
}

const sizeOf = ({ header: { shape } }: NumericArray): number =>
  shape.reduce((product, side) => product * side, 1);

const sourceOf = (path: string, name: string, bytes: Uint8Array): ByteSource =>
  ByteSource.ofBytes(`${path} (${name})`, bytes);

function unzip(path: string, packed: Uint8Array): Record<string, Uint8Array> {
  const most = EXPANSION_FLOOR_BYTES + MAX_EXPANSION * packed.length;
  let total = 0;
  try {
    return unzipSync(packed, {
      filter: ({ name, originalSize }) => {
        if (!name.endsWith('.npy')) return false;
        total += originalSize;
        if (total <= most) return true;
        throw new FileError(
          path,
          `it unpacks to more than ${MAX_EXPANSION} times its size`,
          'If its rows are real, save them with numpy.save.',
        );
      },
    });
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw new FileError(
      path,
      `it is damaged or no NPZ file (${(error as Error).message})`,
      'Copy it again, or write it with numpy.savez.',
      { cause: error },
    );
  }
}
