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

const FOLDER = new URL('../dist/page/', import.meta.url).pathname;
const ENTRY = '\0page';

/** What a page imports, kB that this may take at first, and of which entry, where it is not the whole library. */
const BUDGETS = [
  ['kmeans', 45],
  ['miniBatchKMeans', 45],
  ['gaussianMixture', 60],
  ['pca', 41],
  ['adjustedRandIndex', 2],
  ['dbscan', 21],
  ['hdbscan', 26],
  ['kmeans', 29, 'compat/ml-kmeans'],
  ['default', 28, 'compat/skmeans'],
  ['clustersKmeans, clustersDbscan', 34, 'compat/turf'],
  ['inWorker', 6, 'worker'],
  ['fromOrt, fromArrow, meanPool', 20, 'interop'],
  ['quantizeImage', 50],
  ['convolveImage', 12],
  ['gramMatrix', 29],
  ['synthesizeTexture', 40],
  ['readOnnx', 6],
  ['kmeans, miniBatchKMeans, gaussianMixture, bayesianGaussianMixture, pca', 90],
  ['autoencoder', 47],
  ['deepClustering', 83],
  ['*', 229],
];

const kilobytes = (chunks) =>
  chunks.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length / 1000, 0);

for (const [names, most, entry = 'index'] of BUDGETS) {
  const imported = names === '*' ? '* as all' : names === 'default' ? 'whole' : `{ ${names} }`;
  const kept = names === '*' ? 'all' : names === 'default' ? 'whole' : `[${names}]`;
  const { output } = await build({
    configFile: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) =>
          id === ENTRY
            ? `import ${imported} from ${JSON.stringify(`${FOLDER}${entry}.js`)}; globalThis.kept = ${kept};`
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
    `${size.toFixed(1).padStart(6)} kB of ${most}, ${kilobytes(chunks).toFixed(1)} with all that is loaded later: ${names}${entry === 'index' ? '' : ` of ${entry}`}`,
  );
  if (size > most) process.exitCode = 1;
}
