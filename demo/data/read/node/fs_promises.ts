/** In place of node:fs/promises: what the Parquet reader needs of it, on the chosen file. */
import { mountedFile } from '../mounted_file.js';

interface FileHandle {
  /** Reads at most `length` bytes from `position` on into `target` at `offset`. */
  readonly read: (
    target: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ) => Promise<{ readonly bytesRead: number }>;
  readonly close: () => Promise<void>;
}

export function open(path: string): Promise<FileHandle> {
  const { file, signal, onProgress } = mountedFile(path);
  let value = 0;
  return Promise.resolve({
    read: async (target, offset, length, position) => {
      signal.throwIfAborted();
      const bytes = new Uint8Array(await file.slice(position, position + length).arrayBuffer());
      target.set(bytes, offset);
      value += bytes.length;
      onProgress({ value, max: Math.max(value, file.size), text: `Reading ${path}` });
      return { bytesRead: bytes.length };
    },
    close: () => Promise.resolve(),
  });
}
