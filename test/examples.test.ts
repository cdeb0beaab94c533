/** The files of examples/, as their readers run them. */
import { encode } from 'fast-png';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { swiftShaderEnvironment } from '../src/cli/vulkan.js';
import { checkLibrary } from './engines/bundle.js';

await checkLibrary();

async function run(name: string, ...given: readonly string[]): Promise<string> {
  const file = fileURLToPath(new URL(`../examples/${name}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, ...given], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...(await swiftShaderEnvironment()) },
  });
  return stdout;
}

test('a transformer’s tokens become a point cloud', async () => {
  expect(await run('embeddings_to_points.mjs')).toBe(
    '60 x 3 positions, 60 labels, clusters of 20, 20, 20\n',
  );
});

test('umap-js draws its map of our neighbours', async () => {
  expect(await run('umap_neighbours.mjs')).toBe(
    '180 points in the plane, 180 of them beside one of their own cloud\n',
  );
});

test('an image becomes its palette', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'palette-'));
  const file = join(folder, 'flag.png');
  // Three colours, of a half, three eighths and an eighth of the pixels.
  const data = Uint8Array.from({ length: 3 * 16 * 16 }, (_, at) => {
    const row = Math.floor(at / 48);
    return [200, 40, 10][(at + (row < 8 ? 0 : row < 14 ? 1 : 2)) % 3];
  });
  try {
    await writeFile(file, encode({ width: 16, height: 16, channels: 3, data }));
    expect(await run('image_palette.mjs', file, '3')).toBe(
      '#c8280a   50.0 %\n#280ac8   37.5 %\n#0ac828   12.5 %\n',
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
