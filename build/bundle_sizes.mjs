/**
 * What a page loads of the package, bundled and minified by Vite, in kB of gzip: at first, for a method's
 * import and a fit on a GPU, and with all that is loaded later by those who need it (the CPU twin, streams,
 * bounds ...). Fails above the budget.
 */
import console from 'node:console';
import process from 'node:process';
import { URL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const INDEX = new URL('../dist/page/index.js', import.meta.url).pathname;
const ENTRY = '\0page';

/** What a page imports, and kB that this may take at first. */
const BUDGETS = [
  ['kmeans', 45],
  ['miniBatchKMeans', 45],
  ['gaussianMixture', 60],
  ['pca', 41],
  ['adjustedRandIndex', 2],
  ['kmeans, miniBatchKMeans, gaussianMixture, bayesianGaussianMixture, pca', 90],
  ['autoencoder', 60],
  ['deepClustering', 80],
  ['*', 200],
];

const kilobytes = (chunks) =>
  chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length / 1000, 0);

for (const [names, most] of BUDGETS) {
  const imported = names === '*' ? '* as all' : `{ ${names} }`;
  const kept = names === '*' ? 'all' : `[${names}]`;
  const { output } = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) =>
          id === ENTRY
            ? `import ${imported} from ${JSON.stringify(INDEX)}; globalThis.kept = ${kept};`
            : null,
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: ENTRY },
    },
  });
  const chunks = output.filter(({ type }) => type === 'chunk');
  const first = new Set(chunks.filter(({ isEntry }) => isEntry));
  for (const { imports } of first) {
    for (const name of imports) first.add(chunks.find(({ fileName }) => fileName === name));
  }
  const size = kilobytes([...first]);
  console.log(
    `${size.toFixed(1).padStart(6)} kB of ${most}, ${kilobytes(chunks).toFixed(1)} with all that is loaded later: ${names}`,
  );
  if (size > most) process.exitCode = 1;
}
