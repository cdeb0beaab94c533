import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

interface PackageJson {
  readonly dependencies: Readonly<Record<string, string>>;
}

const { dependencies } = JSON.parse(
  readFileSync('packages/cli/package.json', 'utf8'),
) as PackageJson;
/** What the command line takes of the library, by source. */
const library = new Map([
  [resolve('src/index'), './index.js'],
  [resolve('src/shard/index'), './shard.js'],
]);

/** The command line uses the built library beside it, as its users do. */
const libraryBeside: Plugin = {
  name: 'library-beside',
  enforce: 'pre',
  resolveId(source, importer) {
    if (importer === undefined || !source.startsWith('.')) return null;
    const target = resolve(importer, '..', source).replace(/\.[jt]s$/, '');
    const id = library.get(target);
    return id === undefined ? null : { id, external: true };
  },
};

/**
 * Builds the command line beside the library: dist/cli.js, which build/cli_package.mjs makes a package of, and
 * dist/start.js for `npm start`.
 */
export default defineConfig({
  plugins: [libraryBeside],
  build: {
    target: 'node20',
    sourcemap: true,
    emptyOutDir: false,
    lib: { entry: { cli: 'src/cli/main.ts', start: 'src/cli/start.ts' }, formats: ['es'] },
    rolldownOptions: {
      external: [/^node:/, ...Object.keys(dependencies).map((name) => new RegExp(`^${name}(/|$)`))],
      output: { entryFileNames: '[name].js', chunkFileNames: 'cli-[name].js' },
    },
  },
});
