/** What a page loads of the package, bundled and minified by esbuild, in gzip; fails above the budget. */
import console from 'node:console';
import { build } from 'esbuild';
import process from 'node:process';
import { gzipSync } from 'node:zlib';

/** kB of gzip at most. */
const BUDGET = {
  kmeans: 66,
  miniBatchKMeans: 67,
  gaussianMixture: 86,
  pca: 45,
  adjustedRandIndex: 15,
  '*': 133,
};

for (const [name, most] of Object.entries(BUDGET)) {
  const { outputFiles } = await build({
    stdin: {
      contents: `export ${name === '*' ? '*' : `{ ${name} }`} from './dist/page/index.js';`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  const kilobytes = gzipSync(outputFiles[0].contents, { level: 9 }).length / 1000;
  console.log(`${name.padEnd(18)} ${kilobytes.toFixed(1).padStart(6)} kB of ${most}`);
  if (kilobytes > most) process.exitCode = 1;
}
