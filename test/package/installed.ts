/** The package as a user has it: packed, and unpacked into a folder of his own. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-fs';
import { afterAll, beforeAll } from 'vitest';

/**
 * A folder with the packed package in its node_modules, and beside it what it may load in Node. Nothing
 * else, as no page needs more, and nothing is fetched. For the tests of the enclosing file.
 */
export function installedPackage(): {
  path: (name: string) => string;
  write: (name: string, content: string) => Promise<string>;
} {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clustering-package-'));
    const packed = await promisify(execFile)('npm', [
      ...['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    ]);
    const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }];
    await mkdir(path('node_modules'));
    const unpacked = extract(path('node_modules/webgpu-clustering'), {
      // An npm package lies in the tarball's folder 'package'.
      map: (header) => ({ ...header, name: header.name.replace(/^[^/]*\//, '') }),
    });
    await pipeline(createReadStream(path(filename)), createGunzip(), unpacked);
    await symlink(resolve('node_modules/webgpu'), path('node_modules/webgpu'), 'junction');
    await writeFile(path('package.json'), '{ "type": "module" }');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  return {
    path,
    write: async (name, content) => {
      await writeFile(path(name), content);
      return path(name);
    },
  };
}
