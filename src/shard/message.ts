/**
 * What goes between a coordinator and shards: a header of JSON and named arrays of numbers. On a wire it is a
 * frame: a u32 (little-endian) of the header's bytes, the header in UTF-8, then the arrays' bytes, little-endian
 * and on end. The header names them, `arrays: [[name, type, length], ...]`, and their bytes together, `raw`.
 */
import { ClusteringError } from '../errors.js';
import { bytesOf, toBase64 } from '../networks/base64.js';

export type Numbers = Float32Array | Float64Array | Uint32Array;

export interface Message {
  readonly header: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, Numbers>>;
}

const KINDS = { f4: Float32Array, f8: Float64Array, u4: Uint32Array } as const;
type Kind = keyof typeof KINDS;

type Listed = readonly [name: string, kind: Kind, length: number];

/** Headers are small: what claims more is no frame. */
export const MOST_HEADER_BYTES = 64 * 1024 * 1024;

/** What came is no frame, or not the answer to what was asked. */
export class FrameError extends ClusteringError {
  override readonly name = 'FrameError';

  constructor(rule: string) {
    super('frame', `${rule}; coordinator and workers must run the same version of this package.`);
  }
}

const kindOf = (numbers: Numbers): Kind =>
  numbers instanceof Float32Array ? 'f4' : numbers instanceof Float64Array ? 'f8' : 'u4';

/** The header as it goes on the wire, and the arrays' bytes. */
function packed({ header, arrays }: Message) {
  const entries = Object.entries(arrays);
  const listed = entries.map(([name, data]): Listed => [name, kindOf(data), data.length]);
  const raw = entries.map(
    ([, { buffer, byteOffset, byteLength }]) => new Uint8Array(buffer, byteOffset, byteLength),
  );
  const bytes = raw.reduce((sum, { length }) => sum + length, 0);
  return { head: { ...header, arrays: listed, raw: bytes }, raw, bytes };
}

/** A message's frame, in pieces. */
export function encode(message: Message): readonly Uint8Array[] {
  const { head, raw } = packed(message);
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, text.length, true);
  return [length, text, ...raw];
}

/** A message's bytes on a wire. */
export const frameBytes = (message: Message): number =>
  encode(message).reduce((sum, { length }) => sum + length, 0);

function isListed(value: unknown): value is Listed {
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [name, kind, length] = value as unknown[];
  return (
    typeof name === 'string' &&
    typeof kind === 'string' &&
    kind in KINDS &&
    Number.isSafeInteger(length) &&
    (length as number) >= 0
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A header out of its text. Throws FrameError. */
export function parseHeader(text: Uint8Array): Readonly<Record<string, unknown>> & { raw: number } {
  let head: unknown;
  try {
    head = JSON.parse(new TextDecoder().decode(text));
  } catch {
    throw new FrameError('A frame with a header that is no JSON came');
  }
  if (!isObject(head)) throw new FrameError('A frame with a header that is no object came');
  const { raw } = head;
  if (typeof raw !== 'number' || !Number.isSafeInteger(raw) || raw < 0) {
    throw new FrameError('A frame that does not say how many bytes it has came');
  }
  return { ...head, raw };
}

/** The message of a header and the bytes that followed it. Throws FrameError. */
export function decode(head: Readonly<Record<string, unknown>>, raw: Uint8Array): Message {
  const { arrays: listed = [], ...others } = head;
  const header = Object.fromEntries(Object.entries(others).filter(([name]) => name !== 'raw'));
  if (!Array.isArray(listed) || !listed.every(isListed)) {
    throw new FrameError('A frame that does not name its arrays came');
  }
  const arrays: Record<string, Numbers> = {};
  let at = 0;
  for (const [name, kind, length] of listed as readonly Listed[]) {
    const Type = KINDS[kind];
    const end = at + length * Type.BYTES_PER_ELEMENT;
    if (end > raw.length) throw new FrameError('A frame that ends before its arrays do came');
    // A copy begins where an array of numbers may.
    arrays[name] = new Type(raw.slice(at, end).buffer);
    at = end;
  }
  if (at !== raw.length) throw new FrameError('A frame that goes on after its arrays came');
  return { header, arrays };
}

/** Frames out of bytes as they come. Throws FrameError. */
export async function* framesOf(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Message, void, undefined> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  const take = (count: number): Uint8Array => {
    const whole = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const [first] = held;
      const part = first.subarray(0, count - at);
      whole.set(part, at);
      at += part.length;
      if (part.length === first.length) held.shift();
      else held[0] = first.subarray(part.length);
    }
    bytes -= count;
    return whole;
  };
  let length: number | undefined;
  let head: ReturnType<typeof parseHeader> | undefined;
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    held = [...held, piece];
    bytes += piece.length;
    for (;;) {
      if (length === undefined) {
        if (bytes < 4) break;
        const prefix = take(4);
        length = new DataView(prefix.buffer).getUint32(0, true);
        if (length > MOST_HEADER_BYTES) throw new FrameError('Bytes that are no frame came');
      }
      if (head === undefined) {
        if (bytes < length) break;
        head = parseHeader(take(length));
      }
      if (bytes < head.raw) break;
      yield decode(head, take(head.raw));
      [length, head] = [undefined, undefined];
    }
  }
  if (bytes > 0 || length !== undefined) throw new FrameError('A frame that ends too early came');
}

/** A message as plain JSON, its arrays in base64. */
export function toPlain({ header, arrays }: Message): object {
  const plain = Object.entries(arrays).map(
    ([name, data]) => [name, kindOf(data), toBase64(data)] as const,
  );
  return { ...header, arrays: plain };
}

/** The message that `toPlain` made; undefined where it is none. */
export function fromPlain(plain: unknown): Message | undefined {
  if (!isObject(plain) || !Array.isArray(plain.arrays)) return undefined;
  const { arrays: listed, ...header } = plain;
  const arrays: Record<string, Numbers> = {};
  for (const one of listed as readonly unknown[]) {
    if (!Array.isArray(one)) return undefined;
    const [name, kind, text] = one as unknown[];
    if (typeof name !== 'string' || typeof kind !== 'string' || typeof text !== 'string') {
      return undefined;
    }
    const bytes = bytesOf(text);
    if (!bytes || !(kind in KINDS)) return undefined;
    const Type = KINDS[kind as Kind];
    if (bytes.length % Type.BYTES_PER_ELEMENT !== 0) return undefined;
    arrays[name] = new Type(bytes.buffer);
  }
  return { header, arrays };
}

/** An array of a message that must be there, of so many numbers. Throws FrameError. */
export function numbersOf<T extends Numbers>(
  { arrays }: Message,
  name: string,
  Type: new (length: number) => T,
  length?: number,
): T {
  const data = (arrays as Readonly<Record<string, Numbers | undefined>>)[name];
  if (!(data instanceof Type) || (length !== undefined && data.length !== length)) {
    throw new FrameError(`A message without its array '${name}' came`);
  }
  return data;
}

/** A whole number of a header. Throws FrameError. */
export function countOf({ header }: Message, name: string): number {
  const value = header[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new FrameError(`A message without its number '${name}' came`);
}
