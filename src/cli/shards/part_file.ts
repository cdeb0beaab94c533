/** A shard's labels in a file. */
import { rename, writeFile } from 'node:fs/promises';
import { asFileError } from '../errors.js';

/** Written whole or not at all: a worker that is asked twice writes the same twice. */
export async function writePart(path: string, labels: Uint32Array): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await writeFile(temporary, new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
    await rename(temporary, path);
  } catch (error) {
    throw asFileError(path, error, 'write');
  }
}
