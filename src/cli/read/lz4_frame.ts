/** LZ4 frames, as Arrow packs its buffers (the LZ4 frame and block formats, version 1.6). */

const MAGIC = 0x184d2204;
const UNCOMPRESSED_BLOCK = 0x80000000;
const LEAST_MATCH = 4;

const damaged = () => new Error('its LZ4 data are damaged');

/** The length that a token begins: 15 goes on in the bytes that follow, until one is below 255. */
function readLength(input: Uint8Array, at: number, start: number): [length: number, at: number] {
  let length = start;
  if (start === 15) {
    let more: number;
    do {
      if (at >= input.length) throw damaged();
      more = input[at++];
      length += more;
    } while (more === 255);
  }
  return [length, at];
}

/** Unpacks a block to `output` from `end` on, and gives the new end. Matches may reach before it. */
function unpackBlock(input: Uint8Array, output: Uint8Array, end: number): number {
  let at = 0;
  while (at < input.length) {
    const token = input[at++];
    let length: number;
    [length, at] = readLength(input, at, token >> 4);
    if (at + length > input.length || end + length > output.length) throw damaged();
    output.set(input.subarray(at, at + length), end);
    at += length;
    end += length;
    // The last sequence of a block has no match.
    if (at === input.length) break;
    if (at + 2 > input.length) throw damaged();
    const back = input[at] | (input[at + 1] << 8);
    [length, at] = readLength(input, at + 2, token & 15);
    length += LEAST_MATCH;
    if (back === 0 || back > end || end + length > output.length) throw damaged();
    // Byte by byte: a match may overlap what it writes.
    for (let i = 0; i < length; i++, end++) output[end] = output[end - back];
  }
  return end;
}

/**
 * Fills `output` with what a frame holds; checksums are not looked at.
 *
 * @throws Error where the frame is damaged, or does not hold exactly that many bytes
 */
export function decompressLz4Frame(input: Uint8Array, output: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length < 7 || view.getUint32(0, true) !== MAGIC) throw damaged();
  const flags = input[4];
  const [hasChecksums, hasSize, hasDictionary] = [flags & 16, flags & 8, flags & 1];
  let at = 7 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  let end = 0;
  for (;;) {
    if (at + 4 > input.length) throw damaged();
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) break;
    const length = size % UNCOMPRESSED_BLOCK;
    const block = input.subarray(at, at + length);
    if (block.length < length) throw damaged();
    if (size < UNCOMPRESSED_BLOCK) end = unpackBlock(block, output, end);
    else {
      if (end + length > output.length) throw damaged();
      output.set(block, end);
      end += length;
    }
    at += length + (hasChecksums ? 4 : 0);
  }
  if (end !== output.length) throw damaged();
  return output;
}
