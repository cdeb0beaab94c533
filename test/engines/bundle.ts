/**
 * Bundles the suites with the code that runs them. Kernels and the host, which suites test from
 * within, are bundled from source; the library itself is not: every import of src/index.ts becomes
 * an import of the built dist/index.js, so that each engine loads what a user would.
 */
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';
import { wgslPlugin } from '../../build/wgsl_plugin.js';
import { changedKernels } from './changed_kernels.js';
import type * as runner from './runner.js';

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
const outDir = join(root, 'out', 'conformance');
const library = join(root, 'dist', 'index.js');

/** What Node and Deno run as a child process. */
export const childEntry = join(outDir, 'child.js');

/** What stands for sources in bundles that lie in `outDir`; the command line imports row shards beside the library. */
export function useBuiltLibrary(outDir: string): Plugin {
  const built = new Map([
    [join(root, 'src', 'index.ts'), library],
    [join(root, 'src', 'shard', 'index.ts'), join(root, 'dist', 'shard.js')],
  ]);
  return {
    name: 'use-built-library',
    enforce: 'pre',
    async resolveId(id, importer, options) {
      const resolved = await this.resolve(id, importer, { ...options, skipSelf: true });
      const file = resolved && built.get(resolved.id);
      return file ? { id: relative(outDir, file), external: true } : null;
    },
  };
}

/** Folders whose files go into the library (the command line aside). */
const LIBRARY_FOLDERS = ['src', 'host', 'shaders'] as const;

interface Built {
  /** The file, from the repository's root. */
  readonly file: string;
  /** The folders of its sources. */
  readonly from: readonly string[];
  /** The npm script that builds it. */
  readonly script: string;
}

/** Throws when what was built is not there, or older than its sources. */
async function checkBuilt({ file: output, from, script }: Built): Promise<void> {
  const modified = async (file: string) =>
    (await stat(join(root, file)).catch(() => undefined))?.mtimeMs ?? 0;
  const built = await modified(output);
  for (const folder of from) {
    for (const name of await readdir(join(root, folder), { recursive: true })) {
      const file = join(folder, name);
      const counts = /\.(ts|wgsl|html|css)$/.test(name) && !/^(cli|dist)\b/.test(name);
      if (counts && (await modified(file)) > built) {
        const why = built === 0 ? 'is not there' : `is older than ${file}`;
        throw new Error(`${output} ${why}; run: npm run ${script}`);
      }
    }
  }
}

/** Throws when demo/dist, the site, is not there or older than its sources. */
export const checkSite = (): Promise<void> =>
  checkBuilt({
    file: 'demo/dist/index.html',
    from: ['demo', 'bench', ...LIBRARY_FOLDERS],
    script: 'demo:build',
  });

/** Throws when dist/index.js is not there or older than its sources. */
export const checkLibrary = (): Promise<void> =>
  checkBuilt({ file: 'dist/index.js', from: LIBRARY_FOLDERS, script: 'build' });

/** Writes runner.js, child.js and page.js in out/conformance/. */
export async function bundleSuites(): Promise<void> {
  await checkLibrary();
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [wgslPlugin(), useBuiltLibrary(outDir)],
    define: { CHANGED_KERNELS: JSON.stringify(changedKernels(root)) },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      minify: false,
      lib: {
        entry: ['runner', 'child', 'page'].map((name) => join(root, `test/engines/${name}.ts`)),
        formats: ['es'],
      },
      rolldownOptions: {
        external: [/^node:/, 'webgpu'],
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  });
}

/** The bundle, loaded into this process. */
export async function loadRunner(): Promise<typeof runner> {
  const url = pathToFileURL(join(outDir, 'runner.js')).href;
  return (await import(/* @vite-ignore */ url)) as typeof runner;
}
