/** Which kernels' text differs from the commit before: wrong copies of those are tried, of all on demand. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import process from 'node:process';

const IMPORT = /^\/\/ import (\S+)$/gm;

/** A shader and all that it imports. */
function withImports(root: string, file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const imports = [...text.matchAll(IMPORT)].map(([, name]) =>
    normalize(join(dirname(file), name)),
  );
  return [file, ...imports.flatMap((each) => withImports(root, each))];
}

/**
 * Their names; 'all' where MUTATIONS=all asks for them (`npm run test:mutations`), or where there is no
 * commit before to compare with.
 */
export function changedKernels(root: string): readonly string[] | 'all' {
  if (process.env.MUTATIONS === 'all') return 'all';
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter((line) => line !== '');
  try {
    const changed = new Set(git('diff', '--name-only', 'HEAD~1', '--', 'shaders'));
    return git('ls-files', '-co', '--exclude-standard', '--', 'shaders')
      .filter((file) => file.endsWith('.wgsl') && !file.startsWith('shaders/lib/'))
      .filter((file) => withImports(root, file).some((each) => changed.has(each)))
      .map((file) => basename(file, '.wgsl'));
  } catch {
    return 'all';
  }
}
