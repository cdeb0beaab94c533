/**
 * NumPy's NPY files, versions 1 to 3 (numpy.lib.format). The header is a Python dictionary; only
 * the one NumPy itself writes is accepted, by a strict grammar, so that nothing in it is trusted
 * before it is checked.
 */
import { FileError } from '../errors.js';
import { generatedNames, type ImageShape, type Table } from './table.js';
import { readElements, type ElementType } from './elements.js';
import type { ByteSource } from './byte_source.js';
import { beginsWith, NPY_MAGIC } from './magic.js';

const MAX_HEADER_BYTES = 65_536;
const ELEMENT_TYPES: ReadonlySet<string> = new Set<ElementType>([
  ...(['b1', 'u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8'] as const),
]);

export interface NpyHeader {
  readonly type: ElementType;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/**
 * A numeric array: 1-D is one column, 2-D is rows and columns, more dimensions are flattened to
 * rows of shape[1] * shape[2] ... Unsigned bytes of shape n x h x w, n x h x w x 3 or
 * n x 3 x h x w are images.
 */
export async function readNpy(source: ByteSource): Promise<Table> {
  const { path } = source;
  const header = await readNpyHeader(source);
  const [n, ...sides] = header.shape;
  const d = sides.reduce((product, side) => product * side, 1);
  if (sides.length > 1 && header.fortranOrder) {
    throw new FileError(
      path,
      `it holds ${header.shape.length} dimensions in Fortran order`,
      'Save it in C order (numpy.ascontiguousarray).',
    );
  }
  if (n === 0 || d === 0) {
    throw new FileError(
      path,
      `its shape is (${header.shape.join(', ')}), which holds nothing`,
      'Save at least one row and one column.',
    );
  }
  const image = imageShape(header.type, sides);
  const data = await readElements(source, [n, d], {
    type: header.type,
    littleEndian: header.littleEndian,
    columnMajor: header.fortranOrder,
  });
  return {
    data,
    shape: [n, d],
    columns: generatedNames(path, d),
    ...(image && { image }),
    notes: [],
  };
}

/** Consumes the header. @throws FileError where it is not that of a plain numeric array */
export async function readNpyHeader(source: ByteSource): Promise<NpyHeader> {
  const { path } = source;
  const start = await source.peek(12);
  if (start.length < 12 || !beginsWith(start, NPY_MAGIC)) {
    throw new FileError(
      path,
      'it does not start as an NPY file does (\\x93NUMPY)',
      'Write it with numpy.save, or give it the extension of its true format.',
    );
  }
  const version = start[6];
  if (version < 1 || version > 3 || start[7] !== 0) {
    throw new FileError(
      path,
      `it is an NPY file of version ${version}.${start[7]}; versions 1.0, 2.0 and 3.0 are read`,
      'Write it again with numpy.save.',
    );
  }
  const prefix = version === 1 ? 10 : 12;
  const length = version === 1 ? start.readUInt16LE(8) : start.readUInt32LE(8);
  if (length > MAX_HEADER_BYTES || prefix + length > source.remaining) {
    throw new FileError(
      path,
      `its header claims ${length} bytes; at most ${MAX_HEADER_BYTES}, and no more than the ` +
        'file holds, are read',
      'It is damaged or no plain numeric array; write it again with numpy.save.',
    );
  }
  await source.take(prefix);
  const text = (await source.take(length)).toString(version === 3 ? 'utf8' : 'latin1');
  return parseHeader(path, text);
}

const ENTRY = /\s*'(\w+)'\s*:\s*('[^']*'|True|False|\([\d\s,L]*\)|\[)\s*(?:,|(?=\}))/y;
const SHAPE = /^\((?:\d{1,16}L?, ?)*(?:\d{1,16}L?)?\)$/;

/** {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } and spaces. */
function parseHeader(path: string, text: string): NpyHeader {
  const entries = new Map<string, string>();
  let at = text.startsWith('{') ? 1 : text.length;
  for (ENTRY.lastIndex = at; ; at = ENTRY.lastIndex) {
    const entry = ENTRY.exec(text);
    if (!entry || entries.has(entry[1])) break;
    entries.set(entry[1], entry[2]);
  }
  const closed = /^\s*\}\s*$/.test(text.slice(at));
  const descr = entries.get('descr');
  const fortranOrder = entries.get('fortran_order');
  const shape = parseShape(entries.get('shape'));
  if (descr?.startsWith("'")) {
    const [, order, type] = /^'([<>|])(\w\d+)'$/.exec(descr) ?? [];
    if (!ELEMENT_TYPES.has(type)) {
      throw new FileError(
        path,
        `its elements are of type ${descr}; booleans, integers and floats of up to 64 bits are read`,
        'Convert it first (numpy: astype("float32")).',
      );
    }
    const bool = fortranOrder === 'True' || fortranOrder === 'False';
    if (closed && entries.size === 3 && bool && shape) {
      return {
        type: type as ElementType,
        littleEndian: order !== '>',
        fortranOrder: fortranOrder === 'True',
        shape,
      };
    }
  }
  throw new FileError(
    path,
    `its header is not that of a plain numeric array: ${JSON.stringify(text.slice(0, 80))}`,
    'Write it with numpy.save, from an array that is neither structured nor of objects.',
  );
}

/** (3, 4) or (3,): one side at least, each a safe whole number. */
function parseShape(text: string | undefined): number[] | undefined {
  if (text === undefined || !SHAPE.test(text)) return undefined;
  const sides = text
    .slice(1, -1)
    .split(',')
    .map((side) => side.trim().replace('L', ''));
  const tuple = sides.length > 1;
  if (tuple && sides.at(-1) === '') sides.pop();
  const shape = sides.map(Number);
  const valid = tuple && sides.every((side) => side !== '') && shape.every(Number.isSafeInteger);
  return valid ? shape : undefined;
}

function imageShape(type: ElementType, sides: readonly number[]): ImageShape | undefined {
  if (type !== 'u1') return undefined;
  const [a, b, c] = sides;
  if (sides.length === 2) return { height: a, width: b, channels: 1, layout: 'planar' };
  if (sides.length !== 3) return undefined;
  if (c === 3 || c === 1) return { height: a, width: b, channels: c, layout: 'interleaved' };
  if (a === 3 || a === 1) return { height: b, width: c, channels: a, layout: 'planar' };
  return undefined;
}
