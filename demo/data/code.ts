/** The code that does with the library what the page did. */
import type { FitSettings, TableSummary } from './jobs.js';
import { readingCode } from './reading_code.js';

const STANDARDIZE = `
/** Every column with mean 0 and deviation 1; a constant one becomes 0. */
function standardize({ data, shape: [n, d] }) {
  const scaled = new Float64Array(n * d);
  for (let j = 0; j < d; j++) {
    let mean = 0;
    for (let i = 0; i < n; i++) mean += data[i * d + j] / n;
    let variance = 0;
    for (let i = 0; i < n; i++) variance += (data[i * d + j] - mean) ** 2 / n;
    if (variance === 0) continue;
    for (let i = 0; i < n; i++) scaled[i * d + j] = (data[i * d + j] - mean) / Math.sqrt(variance);
  }
  return { data: scaled, shape: [n, d] };
}
`;

/** A module for Node that reads the file and clusters the chosen columns, as the page did. */
export function equivalentCode(
  { data, method, k, seed }: Omit<FitSettings, 'axes'>,
  { rows, columns, format }: TableSummary,
  fileName: string,
): string {
  const { standardize, components } = data;
  const d = data.columns.length;
  const { imports, lines: reading } = readingCode({
    fileName,
    format,
    columns: data.columns,
    names: data.columns.map((position) => columns[position].name),
    rows,
    width: columns.length,
  });
  const fit = method.method === 'kmeans' ? 'kmeans' : 'gaussianMixture';
  const extra =
    method.method === 'kmeans'
      ? method.metric === 'euclidean'
        ? ''
        : `, metric: '${method.metric}'`
      : `, covarianceType: '${method.covarianceType}'`;
  const lines = [
    ...imports,
    `import { ${components > 0 ? `${fit}, pca` : fit} } from 'webgpu-clustering';`,
    ...(standardize ? [STANDARDIZE.trimEnd()] : []),
    '',
    ...reading,
    `${standardize || components > 0 ? 'let' : 'const'} points = { data: rows, shape: [${rows}, ${d}] };`,
    ...(standardize ? ['points = standardize(points);'] : []),
    ...(components > 0
      ? [
          `const components = await pca(points, { nComponents: ${components} });`,
          'points = await components.transform(points);',
        ]
      : []),
    `const model = await ${fit}(points, { k: ${k}, seed: ${seed}${extra} });`,
    method.method === 'kmeans'
      ? 'console.log(model.labels, model.centroids, model.inertia);'
      : 'console.log(model.labels, model.means, model.lowerBound);',
  ];
  return lines.join('\n');
}
