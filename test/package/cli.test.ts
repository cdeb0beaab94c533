/** The package webgpu-clustering-cli as its users have it: packed, unpacked beside its dependencies, and run. */
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-fs';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('the library has no dependencies, the command line all that it needs', async () => {
  const manifest = async (file: string) =>
    JSON.parse(await readFile(file, 'utf8')) as { dependencies?: Record<string, string> };
  expect((await manifest('package.json')).dependencies).toBeUndefined();

  const folder = await mkdtemp(join(tmpdir(), 'clustering-cli-'));
  try {
    const { stdout: packed } = await run('npm', [
      ...['pack', '--json', '--silent', '--workspace', 'webgpu-clustering-cli'],
      ...['--pack-destination', folder],
    ]);
    const [{ filename }] = JSON.parse(packed.slice(packed.indexOf('['))) as [{ filename: string }];
    const home = join(folder, 'node_modules/webgpu-clustering-cli');
    await mkdir(home, { recursive: true });
    const unpacked = extract(home, {
      map: (header) => ({ ...header, name: header.name.replace(/^[^/]*\//, '') }),
    });
    await pipeline(createReadStream(join(folder, filename)), createGunzip(), unpacked);
    const { dependencies = {} } = await manifest(join(home, 'package.json'));
    for (const name of Object.keys(dependencies)) {
      const link = join(folder, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(resolve('node_modules', name), link, 'junction');
    }
    await writeFile(join(folder, 'rows.csv'), 'x,y\n1,1\n1,2\n9,30\n8,31\n');
    const { stdout } = await run(
      process.execPath,
      [join(home, 'dist/cli.js'), 'kmeans', 'rows.csv', '--k=2', '--device=cpu', '--json'],
      { cwd: folder },
    );
    expect(JSON.parse(stdout)).toMatchObject({ inertia: 1.5 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
