/** Protocol buffers on the wire: fields by number. As much of it as ONNX files need. */
import { NetworkFileError } from './network_error.js';

export type Field = number | Uint8Array;

/** The fields of a message by number, in their order: whole numbers (also floats, as their 4 bytes), bytes. */
export type Message = ReadonlyMap<number, readonly Field[]>;

const CUT_OFF = 'it is damaged or cut off';

const refuse = (): never => {
  throw new NetworkFileError(CUT_OFF, 'export it again.');
};

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** A whole number of up to 64 bits, negative ones in two's complement; beyond 2^53 it is rounded. */
function varint(cursor: Cursor): number {
  let [low, high] = [0, 0];
  for (let shift = 0; shift < 70; shift += 7) {
    if (cursor.at >= cursor.bytes.length) return refuse();
    const byte = cursor.bytes[cursor.at++];
    if (shift < 28) low += (byte & 127) * 2 ** shift;
    else high += (byte & 127) * 2 ** (shift - 28);
    if (byte < 128) break;
  }
  const value = low + high * 2 ** 28;
  return value >= 2 ** 63 ? value - 2 ** 64 : value;
}

/** @throws NetworkFileError where it is none */
export function readMessage(bytes: Uint8Array): Message {
  const fields = new Map<number, Field[]>();
  const cursor: Cursor = { bytes, at: 0 };
  const take = (length: number): Uint8Array => {
    const end = cursor.at + length;
    if (!(length >= 0 && end <= bytes.length)) return refuse();
    const taken = bytes.subarray(cursor.at, end);
    cursor.at = end;
    return taken;
  };
  while (cursor.at < bytes.length) {
    const key = varint(cursor);
    const [number, kind] = [Math.floor(key / 8), key % 8];
    const field: Field =
      kind === 0
        ? varint(cursor)
        : kind === 1
          ? take(8)
          : kind === 2
            ? take(varint(cursor))
            : kind === 5
              ? take(4)
              : refuse();
    const before = fields.get(number);
    if (before) before.push(field);
    else fields.set(number, [field]);
  }
  return fields;
}

const decoder = new TextDecoder();

export const messagesOf = (message: Message, number: number): readonly Message[] =>
  (message.get(number) ?? []).map((field) =>
    field instanceof Uint8Array ? readMessage(field) : refuse(),
  );

export const textsOf = (message: Message, number: number): readonly string[] =>
  (message.get(number) ?? []).map((field) =>
    field instanceof Uint8Array ? decoder.decode(field) : refuse(),
  );

export const textOf = (message: Message, number: number): string =>
  textsOf(message, number).at(-1) ?? '';

/** Whole numbers, one after the other or packed. */
export const integersOf = (message: Message, number: number): readonly number[] =>
  (message.get(number) ?? []).flatMap((field) => {
    if (typeof field === 'number') return [field];
    const found: number[] = [];
    const cursor = { bytes: field, at: 0 };
    while (cursor.at < field.length) found.push(varint(cursor));
    return found;
  });

/** Likewise. */
export function floatsOf(message: Message, number: number): Float32Array {
  const parts = (message.get(number) ?? []).map((field) =>
    field instanceof Uint8Array && field.length % 4 === 0 ? field : refuse(),
  );
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return float32sOf(all);
}

/** Little-endian, at any offset. */
export function float32sOf(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) return refuse();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
