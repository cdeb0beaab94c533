/** Output files that exist whole or not at all. */
import { randomUUID } from 'node:crypto';
import {
  access,
  constants,
  lstat,
  open,
  realpath,
  rename,
  rm,
  stat,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { asFileError, FileError } from '../errors.js';

/** Text is written as UTF-8. */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array>;

/**
 * Writes `content` to a temporary file in the same folder, flushes it to the disk and renames it
 * to `path`. On any failure an existing file stays as it was and the temporary one is removed.
 * Links are followed; an existing file's permissions are kept.
 *
 * @throws FileError when the folder is missing or not writable, the disk is full, or `path` is a
 *   folder or a device; whatever `content` throws
 */
export async function writeAtomic(path: string, content: FileContent): Promise<void> {
  try {
    const { target, mode } = await resolveTarget(path);
    const temporary = join(dirname(target), `.${randomUUID()}.tmp`);
    try {
      const handle = await open(temporary, 'wx', mode);
      try {
        await writeAll(handle, content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw asFileError(path, error, 'write');
  }
}

/**
 * Refuses a path that writeAtomic would refuse, before there is anything to write.
 *
 * @throws FileError when the folder is missing or not writable, or `path` is a folder or a device
 */
export async function checkWritable(path: string): Promise<void> {
  try {
    const { target } = await resolveTarget(path);
    await access(dirname(target), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw asFileError(path, error, 'write');
  }
}

async function writeAll(handle: FileHandle, content: FileContent): Promise<void> {
  if (typeof content === 'string' || content instanceof Uint8Array) {
    await handle.writeFile(content);
    return;
  }
  for (const part of content) await handle.appendFile(part);
}

/** The file to replace, behind any links, and its permissions; a new file has the default ones. */
async function resolveTarget(path: string): Promise<{ target: string; mode: number }> {
  // What the system makes anew for each process is no place to put a file.
  if (/^\/(?:dev(?!\/shm\/)|proc)\//.test(resolve(path)))
    throw noFile(path, 'it is a device, not a file');
  const status = await stat(path).catch(ifMissing);
  if (!status) {
    // Renaming onto a link would replace it.
    if (!(await lstat(path).catch(ifMissing))) return { target: path, mode: 0o666 };
    throw noFile(path, 'it is a link to a file that is not there');
  }
  if (!status.isFile()) {
    throw noFile(
      path,
      status.isDirectory() ? 'it is a folder, not a file' : 'it is not a regular file',
    );
  }
  return { target: await realpath(path), mode: status.mode & 0o777 };
}

const noFile = (path: string, rule: string): FileError =>
  new FileError(
    path,
    rule,
    'Give the path of a file, such as labels.csv in a folder you may write to; rows also go to --out - (standard output).',
  );

function ifMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
  throw error;
}
