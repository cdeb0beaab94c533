/** The command line as a shell runs it: dist/cli.js in a process of its own, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect } from 'vitest';
import { createRandom } from '../../src/math/random.js';
import { temporaryFolder } from './support.js';

const CLI = resolve('dist/cli.js');

export const IRIS = resolve('test/golden/iris.csv');
export const FAITHFUL = resolve('test/golden/faithful.csv');
/** The columns of iris.csv but the class. */
export const IRIS_FEATURES = 'sepal_length,sepal_width,petal_length,petal_width';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell in a temporary folder, for the tests of the enclosing file. */
export function shell() {
  const folder = temporaryFolder();
  const start = (...args: string[]): { child: ChildProcess; outcome: Promise<Outcome> } => {
    const child = spawn(process.execPath, [CLI, ...args], { cwd: folder.path('.') });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const outcome = new Promise<Outcome>((done) => {
      child.on('close', (code) => {
        done({ code, stdout, stderr });
      });
    });
    return { child, outcome };
  };
  const run = (...args: string[]) => start(...args).outcome;
  return {
    ...folder,
    run,
    /** What a command prints with --json, on the processor. */
    json: async (...args: string[]): Promise<unknown> => {
      const { code, stdout, stderr } = await run(...args, '--json', '--device', 'cpu');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout);
    },
    text: (name: string) => readFile(folder.path(name), 'utf8'),
    /** Runs a command on the processor, which must refuse it without a stack trace. */
    refuses: async (args: readonly string[], expected: number, message: RegExp) => {
      const { code, stderr } = await run(...args, '--device', 'cpu');
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(code).toBe(expected);
    },
    /** Interrupts a command once it has begun, which must say so and leave nothing of `out`. */
    cancels: async (args: readonly string[], out: string) => {
      const { child, outcome } = start(...args, '--device', 'cpu', '--out', out);
      child.stdout?.once('data', () => setTimeout(() => child.kill('SIGINT'), 500));
      const { code, stderr } = await outcome;
      expect(stderr).toContain('Cancelled');
      expect(code).toBe(130);
      const names = await readdir(folder.path('.'));
      expect(names.filter((name) => name === out || name.endsWith('.tmp'))).toEqual([]);
    },
  };
}

export type Shell = ReturnType<typeof shell>;

/** `rows` rows of noise in `columns` columns, as CSV. */
export function noise(rows: number, columns: number): string {
  const random = createRandom(3);
  const line = (cell: (j: number) => string | number) =>
    Array.from({ length: columns }, (_, j) => cell(j)).join(',');
  const lines = Array.from({ length: rows }, () => line(() => random.next()));
  return `${line((j) => `c${j}`)}\n${lines.join('\n')}\n`;
}

/** `count` grey 4 x 4 images of two classes, bright left or bright right, as IDX files. */
export async function writeImages(
  { write }: Shell,
  count: number,
): Promise<{ images: string; labels: string }> {
  const random = createRandom(7);
  const header = (...sizes: number[]) => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    bytes.writeUInt8(8, 2);
    bytes.writeUInt8(sizes.length, 3);
    sizes.forEach((size, i) => bytes.writeUInt32BE(size, 4 + 4 * i));
    return bytes;
  };
  const pixels = Buffer.alloc(16 * count);
  for (let i = 0; i < pixels.length; i++) {
    const bright = Math.floor((i % 4) / 2) === Math.floor(i / 16) % 2;
    pixels[i] = (bright ? 200 : 20) + random.below(20);
  }
  const classes = Buffer.from(Array.from({ length: count }, (_, i) => i % 2));
  return {
    images: await write('images-idx3-ubyte', Buffer.concat([header(count, 4, 4), pixels])),
    labels: await write('labels-idx1-ubyte', Buffer.concat([header(count), classes])),
  };
}
