/** Numbers as text: their bytes in base64, little-endian. */

/** Bytes that are turned into text at once. */
const BLOCK = 2 ** 15;

export function toBase64({
  buffer,
  byteOffset,
  byteLength,
}: Float32Array | Float64Array | Uint32Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = '';
  for (let at = 0; at < bytes.length; at += BLOCK) {
    text += String.fromCharCode(...bytes.subarray(at, at + BLOCK));
  }
  return btoa(text);
}

/** Undefined where it is no base64. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
