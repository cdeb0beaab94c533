/** Damaged files of every format, and command lines of any options. */
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from '../../src/cli/program.js';
import { readTable } from '../../src/cli/read/read_table.js';
import { bytesOf, idxFile, npyFile, npyHeader, peakMemory } from '../cli/files.js';
import { attempt, must } from './judge.js';
import { subject } from './fits.js';
import { share } from './values.js';

const folder = mkdtempSync(join(tmpdir(), 'clustering-fuzz-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});

const values = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i) * 100);
const npy = npyFile(npyHeader('<f8', [20, 3]), bytesOf(values));
const cifar = Buffer.alloc(2 * 3073, 3);

function parquet(codec: 'SNAPPY' | 'UNCOMPRESSED'): Buffer {
  const columnData = [
    { name: 'x', data: values, type: 'DOUBLE' as const },
    { name: 'few', data: Int32Array.from(values, (v) => Math.sign(v)), type: 'INT32' as const },
    { name: 'i', data: Int32Array.from(values), encoding: 'DELTA_BINARY_PACKED' as const },
    { name: 'text', data: Array.from(values, String), type: 'STRING' as const },
  ];
  return Buffer.from(parquetWriteBuffer({ columnData, codec, pageSize: 128, rowGroupSize: 25 }));
}

const FILES: Readonly<Record<string, Buffer>> = {
  'a.csv': Buffer.from('x,y,s\n' + Array.from(values, (v) => `${v},"${-v}",a\n`).join('')),
  'a.tsv': Buffer.from('x\ty\n' + Array.from(values, (v) => `${v}\t${-v}\n`).join('')),
  'a.jsonl': Buffer.from(Array.from(values, (v, i) => `{"x":${v},"i":${i}}\n`).join('')),
  'a.json': Buffer.from(JSON.stringify(Array.from(values, (v) => [v, 1]))),
  'a.npy': npy,
  'a.npy.gz': gzipSync(npy),
  'a.idx': idxFile(0x08, [6, 5, 2], bytesOf(Uint8Array.from(values))),
  'a.bin': cifar,
  'snappy.parquet': parquet('SNAPPY'),
  'plain.parquet': parquet('UNCOMPRESSED'),
};
const NAMES = Object.keys(FILES);

/** One way of damaging a file, at a place given as a share of its length. */
const damage = fc.record({
  kind: fc.constantFrom('set', 'flip', 'cut', 'insert', 'end'),
  at: share,
  byte: fc.nat(255),
});

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

function apply(file: Buffer, { kind, at, byte }: Damage): Buffer {
  const place = Math.max(0, Math.min(file.length - 1, Math.floor(at * file.length)));
  const before = file.subarray(0, place);
  if (kind === 'end') return before;
  if (kind === 'cut') return Buffer.concat([before, file.subarray(place + 1 + (byte % 9))]);
  if (kind === 'insert') return Buffer.concat([before, Buffer.of(byte), file.subarray(place)]);
  const changed = Buffer.from(file);
  if (changed.length > 0) changed[place] = kind === 'set' ? byte : file[place] ^ (1 << (byte % 8));
  return changed;
}

/** The most memory that reading a damaged file of a few kilobytes may take. */
const MOST_MEMORY = 256 << 20;

const damagedFiles = subject(
  fc.record({
    name: fc.constantFrom(...NAMES),
    damages: fc.array(damage, { maxLength: 6 }),
  }),
  async ({ name, damages }) => {
    const path = join(folder, name);
    writeFileSync(path, damages.reduce(apply, FILES[name]));
    const before = peakMemory();
    const table = await attempt(() => readTable(path), { required: damages.length === 0 });
    must(peakMemory() - before < MOST_MEMORY, 'reading it takes more memory than it may');
    if (!table) return;
    const [n, d] = table.shape;
    must(table.data.length === n * d && table.columns.length === d, 'a table of no such shape');
  },
);

/** What may follow any option. */
const word = fc.constantFrom(
  ...[
    '1',
    '2',
    '3',
    '0',
    '-1',
    '1.5',
    'NaN',
    '1e9',
    '1..3',
    '3..1',
    '90%',
    'all',
    '',
    ' ',
    'x',
    ',',
  ],
  ...['x,y', 'column0', 'full', 'random', 'cosine', 'float16', '../x', '.', '/', '\u0000', '--k'],
);
const OPTIONS = [
  ...[
    'k',
    'columns',
    'seed',
    'init',
    'n-init',
    'max-iter',
    'tol',
    'metric',
    'storage',
    'covariance',
  ],
  ...[
    'reg-covar',
    'weight-prior',
    'weight-concentration',
    'components',
    'solver',
    'labels',
    'none',
  ],
];
const FLAGS = [
  'standardize',
  'json',
  'trace',
  'per-class',
  'bayesian',
  'responsibilities',
  'whiten',
];
const OUTPUTS = ['out', 'model', 'report', 'picture', 'sheet'];
const OUTPUT_NAMES = [
  'o.csv',
  'o.json',
  'o.parquet',
  'o.html',
  'o.png',
  'a.csv',
  'no/o.csv',
  '.',
  'o',
];

const commandLines = subject(
  fc.record({
    command: fc.constantFrom('kmeans', 'kmeans', 'gmm', 'pca', 'no-such-command'),
    // Not the images of 3,072 columns, whose covariance takes its time.
    file: fc.constantFrom(...NAMES.filter((name) => name !== 'a.bin'), 'nowhere.csv', '.', ''),
    k: fc.constantFrom('1', '2', '3', '1..3'),
    arguments: fc.array(
      fc.oneof(
        fc.tuple(fc.constantFrom(...OPTIONS), word).map(([name, text]) => [`--${name}`, text]),
        fc.constantFrom(...FLAGS).map((name) => [`--${name}`]),
        fc
          .tuple(fc.constantFrom(...OUTPUTS), fc.constantFrom(...OUTPUT_NAMES))
          .map(([name, file]) => [`--${name}`, join(folder, file)]),
      ),
      { maxLength: 4 },
    ),
  }),
  async ({ command, file, k, arguments: given }) => {
    for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);
    const chosen = command === 'kmeans' || command === 'gmm' ? ['--k', k] : [];
    const path = file === '' ? '' : join(folder, file);
    const code = await run([command, path, ...chosen, ...given.flat(), '--device', 'cpu']);
    must([0, 1, 2].includes(code), `the exit code is ${code}`);
    const left = (await readdir(folder)).filter((name) => name.endsWith('.tmp'));
    must(left.length === 0, `${left.join()} is left`);
  },
);

export const FILES_AND_COMMANDS = {
  'damaged files': damagedFiles,
  'command lines': commandLines,
} as const;
