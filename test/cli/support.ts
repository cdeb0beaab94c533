/** Files made in a folder of their own, for the tests of readers and writers, and the errors of these. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { FileError } from '../../src/cli/errors.js';

export * from './files.js';

/** A temporary folder for the tests of the enclosing file or describe block. */
export function temporaryFolder(): {
  path: (name: string) => string;
  write: (name: string, content: string | Uint8Array) => Promise<string>;
} {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clustering-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  return {
    path,
    write: async (name, content) => {
      await writeFile(path(name), content);
      return path(name);
    },
  };
}

/** Expects a FileError that names the file, and whose message matches. */
export async function expectFileError(
  action: Promise<unknown>,
  path: string,
  message: RegExp,
): Promise<void> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FileError);
  const fileError = error as FileError;
  expect(fileError.code).toBe('file');
  expect(fileError.path).toBe(path);
  expect(fileError.message).toMatch(message);
  expect(fileError.message.startsWith(`${path}: `)).toBe(true);
}
