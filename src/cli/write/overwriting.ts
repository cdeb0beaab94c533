/** Refusing to write over what is read, and to write two things to one file. */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { InvalidArgumentError } from '../../index.js';

/** The options that name a file to write. */
export const OUTPUTS = ['out', 'model', 'report', 'picture', 'sheet'] as const;

/** Those, and what a fit leaves while it goes on. */
const WRITTEN = [...OUTPUTS, 'checkpoint'] as const;

/** The options that name another file to read. */
const INPUTS = ['labels', 'points', 'truthFile'] as const;

/** What one command reads and writes. */
export interface CommandFiles {
  /** The rows. */
  readonly file: string;
  /** Other files that no option names. */
  readonly alsoRead?: readonly string[];
  readonly options: { readonly [input in (typeof INPUTS)[number]]?: string } & {
    readonly [output in (typeof WRITTEN)[number]]?: string;
  };
}

/** A file that may not exist yet, and where it really is. */
interface Place {
  readonly path: string;
  /** Links are followed. */
  readonly real: string;
  /** The same for all names of an existing file, on any disk. */
  readonly id: string | undefined;
}

/**
 * Checks that no file is both read and written, or written twice, by whatever names: relative ones,
 * symbolic and hard links, and names that some disks take for one, as they differ only in case.
 *
 * @param commands run one after the other
 * @throws InvalidArgumentError
 */
export async function refuseOverwriting(commands: readonly CommandFiles[]): Promise<void> {
  const read: Place[] = [];
  for (const { file, options, alsoRead = [] } of commands) {
    for (const path of [file, ...alsoRead]) read.push(await placeOf(path));
    for (const input of INPUTS) {
      const path = options[input];
      if (path !== undefined) read.push(await placeOf(path));
    }
  }
  const written: (Place & { readonly output: string })[] = [];
  for (const { options } of commands) {
    for (const output of WRITTEN) {
      const path = options[output];
      if (path === undefined || path === '-') continue;
      const place = await placeOf(path);
      const source = read.find((other) => isSame(place, other));
      if (source) {
        throw new InvalidArgumentError(
          output,
          `--${output} is ${path}, which would replace ${named(source, path)} that is read; give the path of another file.`,
        );
      }
      const other = written.find((earlier) => isSame(place, earlier));
      if (other) {
        throw new InvalidArgumentError(
          output,
          `--${output} is ${path}, which would replace what --${other.output} writes to ${named(other, path)}; give each a file of its own.`,
        );
      }
      written.push({ ...place, output });
    }
  }
}

const named = (place: Place, path: string): string =>
  place.path === path ? 'the very file' : `the same file, ${place.path},`;

function isSame(a: Place, b: Place): boolean {
  if (a.real === b.real || (a.id !== undefined && a.id === b.id)) return true;
  // Whether the disk will tell new files apart by case or by how an accent is written is not known yet.
  const folded = ({ real }: Place) => real.normalize().toLowerCase();
  return a.id === undefined && b.id === undefined && folded(a) === folded(b);
}

async function placeOf(path: string): Promise<Place> {
  const status = await orUndefined(stat(path, { bigint: true }));
  const real =
    (await orUndefined(realpath(path))) ??
    join((await orUndefined(realpath(dirname(path)))) ?? resolve(dirname(path)), basename(path));
  // Disks without numbers of files say 0.
  const id = status && status.ino !== 0n ? `${status.dev}:${status.ino}` : undefined;
  return { path, real, id };
}

/** What cannot be looked at is refused where it is read or written. */
const orUndefined = <T>(promise: Promise<T>): Promise<T | undefined> =>
  promise.catch(() => undefined);
