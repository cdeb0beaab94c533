/**
 * Tensors as bytes in the safetensors format: the length of a header (8 bytes, little-endian), the header in JSON
 * with each tensor's type, shape and place, then the numbers (github.com/huggingface/safetensors).
 */
import { InvalidArgumentError } from '../errors.js';

export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What a file holds; `metadata` are texts by name. */
export interface Safetensors {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const METADATA = '__metadata__';
const LENGTH_BYTES = 8;
/** As the format's own readers allow. */
const MOST_HEADER_BYTES = 1e8;

/** Float32 numbers under their names, in this order. */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { data, shape }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify({ [METADATA]: metadata, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  const header = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  header.set(text);
  const bytes = new Uint8Array(LENGTH_BYTES + header.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + header.length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** How numbers of a type are read: their bytes, and one of them. */
const TYPES: Readonly<Record<string, readonly [number, (view: DataView, at: number) => number]>> = {
  F64: [8, (view, at) => view.getFloat64(at, true)],
  F32: [4, (view, at) => view.getFloat32(at, true)],
  BF16: [2, (view, at) => asFloat32(view.getUint16(at, true) << 16)],
  F16: [2, (view, at) => ofHalf(view.getUint16(at, true))],
};

const word = new DataView(new ArrayBuffer(4));

function asFloat32(bits: number): number {
  word.setInt32(0, bits);
  return word.getFloat32(0);
}

function ofHalf(bits: number): number {
  const [sign, exponent, mantissa] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 0x3ff];
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0
    ? sign * mantissa * 2 ** -24
    : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

const refused = (what: string): InvalidArgumentError =>
  new InvalidArgumentError('bytes', `bytes are no safetensors file: ${what}; give one as it is.`);

/**
 * Numbers of 16, 32 or 64 bits, as float32.
 *
 * @throws InvalidArgumentError where `bytes` are no such file, or hold numbers of another type
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < LENGTH_BYTES) throw refused(`there are only ${bytes.length}`);
  const length = Number(view.getBigUint64(0, true));
  const start = LENGTH_BYTES + length;
  if (length > MOST_HEADER_BYTES || start > bytes.length) {
    throw refused(`its header would be ${length} bytes long`);
  }
  const { [METADATA]: metadata = {}, ...entries } = headerOf(bytes.subarray(LENGTH_BYTES, start));
  const tensors = Object.entries(entries).map(([name, entry]): [string, Tensor] => {
    const { dtype, shape, data_offsets: places } = entry as Partial<Record<string, unknown>>;
    const type = Object.hasOwn(TYPES, String(dtype)) ? TYPES[String(dtype)] : undefined;
    if (!type) {
      throw refused(`'${name}' is of type ${String(dtype)}, not ${Object.keys(TYPES).join(', ')}`);
    }
    if (!areSizes(shape) || !areSizes(places)) throw refused(`'${name}' has no shape or place`);
    const [size, read] = type;
    const count = shape.reduce((product, side) => product * side, 1);
    const [from, to] = places;
    if (to - from !== count * size || start + to > bytes.length) {
      throw refused(`'${name}' of ${shape.join(' x ')} is not within bytes ${from} to ${to}`);
    }
    const data = Float32Array.from({ length: count }, (_, i) =>
      read(view, start + from + i * size),
    );
    return [name, { data, shape }];
  });
  return {
    tensors: Object.fromEntries(tensors),
    metadata: Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [name, String(value)]),
    ),
  };
}

const areSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

function headerOf(text: Uint8Array): Readonly<Record<string, object>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw refused('its header is no JSON');
  }
  if (
    typeof header === 'object' &&
    header !== null &&
    Object.values(header).every((entry) => typeof entry === 'object' && entry !== null)
  ) {
    return header as Record<string, object>;
  }
  throw refused('its header is no list of tensors');
}
