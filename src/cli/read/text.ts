/** Files of text in the encodings that spreadsheets and databases write. */
import { FileError } from '../errors.js';
import type { ByteSource } from './byte_source.js';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Bytes that the encoding is told by. */
const HEAD_BYTES = 1 << 16;

/**
 * By the byte order mark; without one UTF-16 by the zero bytes that every Latin letter has there, and
 * Windows' Western code page where the bytes are not UTF-8.
 */
function encodingOf(head: Buffer): Encoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  head.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2]++;
  });
  if (zeros[1] > head.length / 4 && zeros[0] === 0) return 'utf-16le';
  if (zeros[0] > head.length / 4 && zeros[1] === 0) return 'utf-16be';
  try {
    // A letter may be cut in two by the head's end.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** A file's text, and how it was read where that was not plain. */
export interface Text {
  /** The first characters. */
  readonly head: string;
  /** All of it, block by block, without its byte order mark. */
  readonly blocks: AsyncGenerator<string>;
  readonly encoding: Encoding;
  readonly notes: readonly string[];
}

/**
 * @param isUnicode the format knows no other encodings
 * @throws FileError (while it is read) on bytes that are no text in the encoding
 */
export async function openText(source: ByteSource, isUnicode = false): Promise<Text> {
  const start = await source.peek(HEAD_BYTES);
  const told = encodingOf(start);
  const encoding = isUnicode && told === 'windows-1252' ? 'utf-8' : told;
  const head = new TextDecoder(encoding).decode(start, { stream: true });
  const notes = encoding === 'windows-1252' ? ['Read as Windows-1252: it is not UTF-8.'] : [];
  return { head, blocks: decoded(source, encoding), encoding, notes };
}

async function* decoded(source: ByteSource, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (block?: Buffer): string => {
    try {
      return decoder.decode(block, { stream: block !== undefined });
    } catch (error) {
      const name = encoding.toUpperCase();
      throw new FileError(source.path, `it is not ${name} text`, 'Save it as UTF-8.', {
        cause: error,
      });
    }
  };
  for await (const block of source.rest()) yield decode(block);
  yield decode();
}
