import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { wgslPlugin } from './build/wgsl_plugin.js';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Builds the bench: for Node, packages left outside, in out/bench; with `--mode page` the page that
 * its browser opens, in out/bench/site.
 */
export default defineConfig(({ mode }) =>
  mode === 'page'
    ? {
        root: pathOf('bench'),
        base: './',
        plugins: [wgslPlugin()],
        build: {
          target: 'es2022',
          outDir: pathOf('out/bench/site'),
          emptyOutDir: true,
          assetsInlineLimit: 0,
          chunkSizeWarningLimit: 5000,
          // tfjs hands its code to its workers as text, which does not survive minifying.
          minify: false,
          rolldownOptions: { input: pathOf('bench/page.html') },
        },
      }
    : {
        plugins: [wgslPlugin()],
        build: {
          target: 'node20',
          outDir: 'out/bench',
          emptyOutDir: false,
          minify: false,
          lib: {
            entry: Object.fromEntries(
              [
                ...[
                  'main',
                  'node_worker',
                  'profile',
                  'maps',
                  'images',
                  'algebra',
                  'pursuit',
                  'subspaces',
                  'factors',
                  'first_use',
                  'compat',
                  'splats',
                  'real_gpu',
                ],
                ...['compilers/main', 'compilers/catch', 'compilers/compile'],
              ].map((path) => [path.replace('/', '_'), `bench/${path}.ts`]),
            ),
            formats: ['es'],
          },
          rolldownOptions: {
            external: (id) =>
              !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('pure-rand'),
            output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
          },
        },
      },
);
