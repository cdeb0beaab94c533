/** In place of node:zlib: what the Parquet reader needs of it, with an output of known size. */
import { decompressBrotli, gunzip } from 'hyparquet-compressors';

interface Limit {
  readonly maxOutputLength: number;
}

export function gunzipSync(input: Uint8Array, { maxOutputLength }: Limit): Uint8Array {
  return gunzip(input, new Uint8Array(maxOutputLength));
}

export function brotliDecompressSync(input: Uint8Array, { maxOutputLength }: Limit): Uint8Array {
  return decompressBrotli(input, maxOutputLength);
}
