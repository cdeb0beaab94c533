/** A page that imports the package, bundled and minified by each common bundler, then run. */
import { nodeResolve } from '@rollup/plugin-node-resolve';
import * as esbuild from 'esbuild';
import { readFile } from 'node:fs/promises';
import { createContext, runInContext } from 'node:vm';
import { rollup } from 'rollup';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { expect, test } from 'vitest';
import { installedPackage } from './installed.js';

const installed = installedPackage();

const PAGE = `
import { ClusteringError, kmeans, ShapeError } from 'webgpu-clustering';
const caught = async (points) => {
  try { await kmeans(points, { k: 2, runtime: 'cpu' }); } catch (error) { return error; }
};
globalThis.result = (async () => {
  const points = { data: Float32Array.of(1, 1, 1, 2, 8, 8, 8, 9), shape: [4, 2] };
  const { inertia } = await kmeans(points, { k: 2, runtime: 'cpu' });
  const error = await caught([]);
  const kinds = [error instanceof ShapeError, error instanceof ClusteringError];
  const model = await kmeans(points, { k: 2, runtime: 'cpu' });
  const names = [model.constructor.name, error.name, error.constructor.name, error.stack.split(':')[0], ClusteringError.name];
  return JSON.stringify({ inertia, kinds, names });
})();`;

/**
 * Bundles the page's file into another, both minified and as one script, with what would be loaded later
 * put in; gives what it warned of.
 */
const BUNDLERS: Record<string, (page: string, out: string) => Promise<unknown>> = {
  Vite: (page, out) =>
    vite({
      ...{ configFile: false, logLevel: 'silent', root: installed.path('.') },
      build: {
        emptyOutDir: false,
        outDir: installed.path('.'),
        rolldownOptions: {
          input: page,
          output: {
            ...{ format: 'iife', codeSplitting: false },
            entryFileNames: out.slice(installed.path('').length + 1),
          },
          onLog: (_, { code, message }) => {
            // Of Vite's own helper for what is loaded later.
            if (code !== 'EMPTY_IMPORT_META') throw new Error(message);
          },
        },
      },
    }).then(() => []),
  esbuild: async (page, outfile) => {
    const { warnings } = await esbuild.build({
      ...{ entryPoints: [page], outfile, bundle: true, minify: true, format: 'iife' },
      ...{ absWorkingDir: installed.path('.'), logLevel: 'silent' },
    });
    return warnings;
  },
  webpack: (page, out) =>
    new Promise((done, fail) => {
      const [name, ...folders] = out.split('/').reverse();
      const path = folders.reverse().join('/');
      const plugins = [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })];
      const settings = { mode: 'production', entry: page, context: path, plugins } as const;
      webpack({ ...settings, output: { path, filename: name } }, (error, stats) => {
        if (error) fail(error);
        const told = stats?.toJson({ all: false, errors: true, warnings: true });
        // That 460 kB are much for a page is no fault of the bundle.
        const size = /size limit|limit the size/;
        const all = [...(told?.errors ?? []), ...(told?.warnings ?? [])];
        done(all.filter(({ message }) => !size.test(message)));
      });
    }),
  Rollup: async (page, file) => {
    const warnings: unknown[] = [];
    const bundle = await rollup({
      input: page,
      plugins: [nodeResolve({ browser: true })],
      onwarn: (warning) => warnings.push(warning),
    });
    await bundle.write({ file, format: 'iife', inlineDynamicImports: true });
    await bundle.close();
    const { code } = await esbuild.transform(await readFile(file, 'utf8'), { minify: true });
    await installed.write(file.slice(installed.path('').length + 1), code);
    return warnings;
  },
};

test.each(Object.keys(BUNDLERS))('%s', async (name) => {
  const page = await installed.write('page.js', PAGE);
  const file = installed.path(`${name}.bundle.js`);
  expect(await BUNDLERS[name](page, file)).toEqual([]);

  const bundle = await readFile(file, 'utf8');
  // Error messages name the package, and `process.versions.node` is asked for: neither is an import.
  expect(
    bundle.match(
      /.{0,40}(["'\x60]node:|\brequire\(|\bimport\s*\(|\bfrom\s*["'\x60]webgpu).{0,20}/g,
    ),
  ).toBeNull();

  const { console, setTimeout, clearTimeout, performance, MessageChannel, AbortSignal } =
    globalThis;
  const globals = { console, setTimeout, clearTimeout, performance, MessageChannel, AbortSignal };
  const context = createContext({ ...globals });
  runInContext(bundle, context);
  const result = JSON.parse((await context.result) as string) as unknown;
  expect(result).toEqual({
    inertia: 1,
    kinds: [true, true],
    names: ['KMeansModel', 'ShapeError', 'ShapeError', 'ShapeError', 'ClusteringError'],
  });
});
