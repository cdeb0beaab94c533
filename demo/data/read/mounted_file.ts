/** The file that the readers of the command line find under its name, as if on a disk. */
import type { Progress } from '../../shared/jobs.js';

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

interface Mounted extends ReadOptions {
  readonly file: File;
}

const mounted = new Map<string, Mounted>();

/** Does `work` while the file is to be found under its name. */
export async function withMountedFile<T>(
  file: File,
  options: ReadOptions,
  work: (path: string) => Promise<T>,
): Promise<T> {
  // One that was cancelled must not take the place of the file that came instead, under the same name.
  options.signal.throwIfAborted();
  const entry = { file, ...options };
  mounted.set(file.name, entry);
  try {
    return await work(file.name);
  } finally {
    if (mounted.get(file.name) === entry) mounted.delete(file.name);
  }
}

/** The file of that name. Throws Error where it is none. */
export function mountedFile(path: string): Mounted {
  const found = mounted.get(path);
  if (!found) throw new Error(`${path} is not the file that was chosen.`);
  return found;
}
