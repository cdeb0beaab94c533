/** Several commands in one process, as `npm start` runs them. */
import { access, readFile } from 'node:fs/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { run, runAll } from '../../src/cli/program.js';
import { IRIS } from './shell.js';
import { temporaryFolder } from './support.js';

const folder = temporaryFolder();
const cpu = ['--k', '2', '--device', 'cpu'];

afterEach(() => {
  vi.restoreAllMocks();
});

test('they run one after the other until one fails, whose code is the exit code', async () => {
  const said = vi.spyOn(console, 'log').mockReturnValue();
  const complained = vi.spyOn(console, 'error').mockReturnValue();
  const writing = (name: string) => ['kmeans', IRIS, ...cpu, '--out', folder.path(name)];
  const failing = ['kmeans', folder.path('nowhere.csv'), ...cpu];

  expect(await runAll([writing('first.csv'), failing, writing('third.csv')])).toBe(1);
  await access(folder.path('first.csv'));
  await expect(access(folder.path('third.csv'))).rejects.toThrow('ENOENT');
  expect(complained.mock.calls.flat().join('\n')).toMatch(/nowhere\.csv: there is no such file/);
  expect(said.mock.calls.flat().filter((line) => /^adapter/.test(String(line)))).toHaveLength(1);

  expect(await runAll([writing('second.csv'), writing('third.csv')])).toBe(0);
  await access(folder.path('third.csv'));
  expect(await runAll([['no-such-command'], writing('fourth.csv')])).toBe(2);
});

test('--version prints that of the package', async () => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  expect(await run(['--version'])).toBe(0);
  expect(written.mock.calls.flat().join('')).toBe(`${version}\n`);
});

test('help tells the runs that k-means makes by default', async () => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  expect(await run(['kmeans', '--help'])).toBe(0);
  expect(written.mock.calls.flat().join('')).toMatch(/--n-init[^-]*\(default: 1; 10\s+with/);
});

test.each([
  ['--kk', /unknown option '--kk'\n\(Did you mean --k\?\)/],
  ['--sed', /unknown option '--sed'\n\(Did you mean --seed\?\)/],
])('%s is told of before an option that is missing', async (flag, message) => {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await run(['kmeans', IRIS, flag, '3'])).toBe(2);
  expect(written.mock.calls.flat().join('')).toMatch(message);
});
