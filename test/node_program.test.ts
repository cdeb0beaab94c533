/** The built library in a Node program of its own: its default runtime, and how the program ends. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { swiftShaderEnvironment, type Variables } from '../src/cli/vulkan.js';

const LIBRARY = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** Variables under which no Vulkan driver is found, whatever is installed. */
const NO_DRIVER = { VK_DRIVER_FILES: '/none.json', VK_ICD_FILENAMES: '/none.json' };

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * What a program printed that has `kmeans` and `points`, and is never told to exit. Rejects where it
 * is still running after 30 s, or fails.
 */
function runProgram(body: string, variables: Variables, library = LIBRARY): Promise<Ended> {
  const program = `
    const { kmeans } = await import('${pathToFileURL(library).href}');
    const points = Array.from({ length: 500 }, (_, i) => [i % 7, (i * i) % 11, i / 500]);
    ${body}`;
  return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, ...variables },
    timeout: 30_000,
  });
}

describe('with a driver', () => {
  test('the program ends by itself after its last fit', async () => {
    const { stdout, stderr } = await runProgram(
      `const model = await kmeans(points, { k: 5 });
       // Longer than the shared device outlives its last use.
       await new Promise((resolve) => setTimeout(resolve, 400));
       const again = await kmeans(points, { k: 5 });
       const labels = await model.predict(points);
       console.log(model.engine, again.inertia === model.inertia, labels.length);`,
      await swiftShaderEnvironment(),
    );
    expect(stdout).toMatch(/SwiftShader.* true 500\n$/);
    expect(stderr).toBe('');
  });

  test('it ends after a fit that failed, too', async () => {
    const { stdout } = await runProgram(
      `for (const options of [{ k: 0 }, { k: 5, signal: AbortSignal.timeout(1) }]) {
         await kmeans(points, options).catch(({ name }) => console.log(name));
       }
       const onIteration = () => { throw new RangeError('mine'); };
       await kmeans(points, { k: 5, onIteration }).catch(({ name }) => console.log(name));`,
      await swiftShaderEnvironment(),
    );
    expect(stdout).toBe('InvalidArgumentError\nTimeoutError\nRangeError\n');
  });

  test('it ends while a fit is forgotten', async () => {
    const { stdout } = await runProgram(
      `void kmeans(points, { k: 5 }).then(() => console.log('done'));`,
      await swiftShaderEnvironment(),
    );
    expect(stdout).toBe('done\n');
  });
});

describe('without a GPU', () => {
  const fits = `
    for (const seed of [1, 2]) {
      const { engine, counts } = await kmeans(points, { k: 5, seed });
      console.log(engine, counts.length);
    }`;

  test('without a driver the CPU computes, which is said once', async () => {
    const { stdout, stderr } = await runProgram(fits, NO_DRIVER);
    expect(stdout).toBe('cpu 5\ncpu 5\n');
    expect(stderr.match(/runs on the CPU/g)).toHaveLength(1);
    expect(stderr).toContain('install a Vulkan driver');
  });

  test('without the package webgpu, too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'webgpu-clustering-'));
    try {
      await cp(dirname(LIBRARY), folder, { recursive: true });
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
      const library = join(folder, 'index.js');
      const { stdout, stderr } = await runProgram(fits, {}, library);
      expect(stdout).toBe('cpu 5\ncpu 5\n');
      expect(stderr.match(/runs on the CPU/g)).toHaveLength(1);
      expect(stderr).toContain('npm install webgpu');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
