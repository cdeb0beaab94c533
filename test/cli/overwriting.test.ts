/** No command writes over what it reads, nor twice to one file: each is refused before any work. */
import { link, readFile, readdir, symlink } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { run, runAll } from '../../src/cli/program.js';
import { refuseOverwriting } from '../../src/cli/write/overwriting.js';
import { idxFile, temporaryFolder } from './support.js';

const folder = temporaryFolder();
const { path } = folder;

const ROWS = 'x,y\n1,2\n2,1\n9,8\n8,9\n';
const K = ['--k', '2', '--device', 'cpu'];

let said: MockInstance;
let complained: MockInstance;
beforeEach(() => {
  said = vi.spyOn(console, 'log').mockReturnValue();
  complained = vi.spyOn(console, 'error').mockReturnValue();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a command that must be refused before it reads anything, leaving the folder as it is. */
async function refuses(args: readonly string[], message: RegExp): Promise<void> {
  const contents = async () => {
    const entries = await readdir(path('.'), { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    return Promise.all(
      names.sort().map(async (name) => [name, await readFile(path(name), 'latin1')]),
    );
  };
  const before = await contents();
  said.mockClear();
  complained.mockClear();
  expect(await run([...args, '--device', 'cpu'])).toBe(2);
  expect(complained.mock.calls.flat().join('\n')).toMatch(message);
  expect(said).not.toHaveBeenCalled();
  expect(await contents()).toEqual(before);
}

describe('an output that is the input', () => {
  test.each([
    'kmeans --k=2 --out',
    'kmeans --k=2 --model',
    'kmeans --k=2 --report',
    'kmeans --k=2 --sheet',
    'gmm --k=2 --out',
    'gmm --k=1..2 --responsibilities --out',
    'gmm --k=2 --model',
    'gmm --k=2 --report',
    'gmm --k=2 --picture',
    'pca --out',
    'pca --model',
    'pca --report',
    'pca --sheet',
  ])('is refused by %s', async (line) => {
    const [command, ...options] = line.split(' ');
    const file = await folder.write('rows.csv', ROWS);
    await refuses(
      [command, file, ...options, file],
      /would replace the very file that is read; give the path of another file/,
    );
  });

  test('is refused by any other name, and as the file of --labels', async () => {
    const file = await folder.write('rows.csv', ROWS);
    const labels = await folder.write('classes.idx', idxFile(8, [4], Uint8Array.of(0, 0, 1, 1)));
    await symlink('rows.csv', path('symbolic.csv'));
    await link(file, path('hard.csv'));
    await symlink('.', path('folder'));
    for (const other of ['./rows.csv', 'folder/rows.csv', 'symbolic.csv', 'hard.csv']) {
      const given = `${path('.')}/${other}`;
      await refuses(
        ['kmeans', file, '--k=2', '--out', given],
        /would replace the same file, \S+rows\.csv,/,
      );
      await refuses(['kmeans', given, '--k=2', '--out', file], /would replace the same file/);
    }
    const model = ['--labels', labels, '--model', labels];
    await refuses(
      ['kmeans', file, '--k=2', ...model],
      /--model is .*classes\.idx, which would replace/,
    );
  });
});

describe('two outputs to one file', () => {
  test('are refused, new files too', async () => {
    const file = await folder.write('rows.csv', ROWS);
    const twice = (a: string, b: string) => [
      'kmeans',
      file,
      '--k=2',
      '--model',
      path(a),
      '--report',
      path(b),
    ];
    await refuses(twice('new', 'new'), /--report is \S+, which would replace what --model writes/);
    // One file on some disks.
    await refuses(twice('new.html', 'New.HTML'), /would replace what --model writes/);
    await refuses(twice('\u00e9.html', 'e\u0301.html'), /would replace what --model writes/);
    await folder.write('old', '');
    await link(path('old'), path('old.link'));
    await refuses(twice('old', 'old.link'), /would replace what --model writes to the same file/);
  });

  test('are refused of several commands before the first runs', async () => {
    const file = await folder.write('rows.csv', ROWS);
    const first = ['kmeans', file, ...K, '--report', path('both.html')];
    const second = ['pca', file, '--device', 'cpu', '--report', path('both.html')];
    expect(await runAll([first, second])).toBe(2);
    expect(said).not.toHaveBeenCalled();
    expect(await runAll([first, ['gmm', path('both.html'), ...K]])).toBe(2);
    expect(said).not.toHaveBeenCalled();
    expect(await readdir(path('.'))).not.toContain('both.html');
  });

  test('are written where they are two, of any names', async () => {
    const file = await folder.write('rows.csv', ROWS);
    await folder.write('a.json', '');
    await folder.write('b.json', '');
    const outputs = [
      '--out',
      path('a.json'),
      '--model',
      path('b.json'),
      '--report',
      path('a.html'),
    ];
    expect(await run(['kmeans', file, ...K, ...outputs])).toBe(0);
    expect(await readFile(file, 'utf8')).toBe(ROWS);
    await refuseOverwriting([{ file: path('nowhere'), options: { out: path('a') } }]);
  });
});
