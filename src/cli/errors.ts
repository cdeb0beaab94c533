import { ClusteringError } from '../index.js';

/** A file cannot be read, is not what it claims to be, or cannot be written. */
export class FileError extends ClusteringError {
  override readonly name = 'FileError';
  readonly path: string;

  /**
   * @param path the file, as the user named it
   * @param rule what is wrong with it, or which rule it breaks; no full stop
   * @param remedy what to do about it; whole sentences
   */
  constructor(path: string, rule: string, remedy: string, options?: ErrorOptions) {
    super('file', `${path}: ${rule}. ${remedy}`, options);
    this.path = path;
  }
}

type Direction = 'read' | 'write';

/** What the operating system's and zlib's error codes mean to the owner of the file. */
const SYSTEM_ERRORS: Readonly<
  Partial<Record<string, Readonly<Record<Direction, readonly [string, string]>>>>
> = {
  ENOENT: {
    read: ['there is no such file', 'Check the path for a typing error.'],
    write: ['its folder does not exist', 'Create the folder first, or give another path.'],
  },
  ENOTDIR: {
    read: ['a part of the path is not a folder', 'Check the path for a typing error.'],
    write: ['a part of the path is not a folder', 'Give a path inside an existing folder.'],
  },
  EISDIR: {
    read: ['it is a folder, not a file', 'Give the path of one file in it.'],
    write: ['it is a folder, not a file', 'Give the path of a file, such as labels.csv in it.'],
  },
  EACCES: {
    read: ['permission to read it is denied', 'Ask its owner for read access, or copy it.'],
    write: ['permission to write it is denied', 'Choose a folder you may write to.'],
  },
  EPERM: {
    read: ['permission to read it is denied', 'Ask its owner for read access, or copy it.'],
    write: ['permission to write it is denied', 'Choose a folder you may write to.'],
  },
  EROFS: {
    read: ['it cannot be read', 'Check the disk.'],
    write: ['it lies on a read-only disk', 'Choose a folder you may write to.'],
  },
  ENOSPC: {
    read: ['it cannot be read', 'Check the disk.'],
    write: ['the disk is full', 'Free some space, or choose another disk.'],
  },
  ENAMETOOLONG: {
    read: ['the path is too long', 'Check the path for a typing error.'],
    write: ['the path is too long', 'Choose a shorter name.'],
  },
};

/**
 * The error to throw for whatever came out of reading or writing `path`: file system, zlib and
 * out-of-memory errors become FileErrors, everything else is handed back as it is.
 */
export function asFileError(path: string, error: unknown, direction: Direction): unknown {
  if (error instanceof ClusteringError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code.startsWith('Z_')) {
    return new FileError(
      path,
      `its gzip data are damaged or cut off (${error.message})`,
      'Copy or download it again.',
      { cause: error },
    );
  }
  if (
    error instanceof RangeError &&
    /allocation failed|array length|string length/i.test(error.message)
  ) {
    return new FileError(
      path,
      'its contents do not fit into memory',
      'Take fewer rows or columns, or use a machine with more memory.',
      { cause: error },
    );
  }
  if (!('syscall' in error)) return error;
  const [rule, remedy] = SYSTEM_ERRORS[code]?.[direction] ?? [
    `it cannot be ${direction === 'read' ? 'read' : 'written'} (${error.message})`,
    'Check the path and the disk.',
  ];
  return new FileError(path, rule, remedy, { cause: error });
}
