/** Neighbours, density, graphs, sums of rows, transforms and dictionaries on a kind of data, held to float64. */
import type { NumericsKind } from '../../golden/index.js';
import { absolute, type Findings, Ledger, type Place, relative } from './figure.js';
import { columnMeans, directions, FLOAT32, type Rows, rowsOf, squaredDistance } from './float64.js';

/** Kinds whose numbers are hard on these: far offsets, spots, long tails, equal rows, wide rows; those that are quick. */
export const HARD = [
  'sizes 1000 to 1',
  'lognormal',
  'one-hot',
  'timestamps, ms',
  'duplicates',
  'fewer rows than columns',
] as const;

/** The first rows tell as much, and are quick on every driver. */
const ROWS = 48;
const NEIGHBOURS = 5;
const CLUSTERS = 3;
const LAMBDA = 0.01;
const BECAUSE = 'rows are stored in float32, and on a device products are summed in float32';

function firstRows(kind: NumericsKind) {
  const { data, shape } = rowsOf(kind);
  const n = Math.min(ROWS, shape[0]);
  return { data: Float64Array.from(data.subarray(0, n * shape[1])), shape: [n, shape[1]] } as const;
}

type Given = ReturnType<typeof firstRows>;

/** The length of each row about the mean, by which float32 rounds it. */
function sizesOf(rows: Rows): Float64Array {
  const means = { data: columnMeans(rows), shape: [1, rows.shape[1]] as const };
  return Float64Array.from({ length: rows.shape[0] }, (_, i) =>
    Math.sqrt(squaredDistance(rows, i, means, 0)),
  );
}

async function judgeNeighbours({ library, runtime }: Place, points: Given, ledger: Ledger) {
  const [n, d] = points.shape;
  const sizes = sizesOf(points);
  const { indices, distances } = await library.nearestNeighbours(points, NEIGHBOURS, { runtime });
  let astray = 0;
  for (let i = 0; i < n; i++) {
    const all = Array.from({ length: n }, (_, j) =>
      Math.sqrt(squaredDistance(points, i, points, j)),
    );
    const sorted = all.filter((_, j) => j !== i).sort((a, b) => a - b);
    for (let r = 0; r < NEIGHBOURS; r++) {
      const at = i * NEIGHBOURS + r;
      const own = all[indices[at]];
      const allowed = FLOAT32 * (4 * (sizes[i] + sizes[indices[at]]) + (d + 4) * own);
      const isOff = Math.abs(own - sorted[r]) > allowed || Math.abs(distances[at] - own) > allowed;
      if (isOff || indices[at] === i) astray++;
    }
  }
  ledger.expect(astray === 0, `nearest neighbours: ${astray} are not the nearest`);
}

/** DBSCAN by its definition, in float64. */
function densityOf(points: Given, eps: number, minSamples: number) {
  const [n] = points.shape;
  const near = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => j).filter(
      (j) => Math.sqrt(squaredDistance(points, i, points, j)) <= eps,
    ),
  );
  const isCore = near.map((others) => others.length >= minSamples);
  const labels = new Int32Array(n).fill(-1);
  let k = 0;
  for (let i = 0; i < n; i++) {
    if (!isCore[i] || labels[i] !== -1) continue;
    const chain = [i];
    for (let at = chain.pop(); at !== undefined; at = chain.pop()) {
      if (labels[at] !== -1) continue;
      labels[at] = k;
      if (isCore[at]) chain.push(...near[at]);
    }
    k++;
  }
  return { labels, core: isCore.flatMap((is, i) => (is ? [i] : [])) };
}

async function judgeDensity({ library, runtime }: Place, points: Given, ledger: Ledger) {
  const [n] = points.shape;
  // Half of the rows are core rows, and no pair is just so far apart.
  const reaches = Array.from(
    { length: n },
    (_, i) =>
      Array.from({ length: n }, (_, j) => Math.sqrt(squaredDistance(points, i, points, j))).sort(
        (a, b) => a - b,
      )[NEIGHBOURS - 1],
  ).sort((a, b) => a - b);
  const eps = 1.01 * (reaches.slice(n >> 1).find((reach) => reach > 0) ?? 1);
  const found = await library.dbscan(points, { eps, minSamples: NEIGHBOURS, runtime });
  const { labels, core } = densityOf(points, eps, NEIGHBOURS);
  const same = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    a.length === b.length && Array.from(a).every((value, i) => value === b[i]);
  ledger.expect(same(found.labels, labels), 'dbscan: other labels than in float64');
  ledger.expect(same(found.core, core), 'dbscan: other core rows than in float64');

  // Where distances tie, several trees are least, and which is found hangs on float32.
  const distances = Array.from({ length: n }, (_, i) =>
    Array.from({ length: i }, (__, j) => squaredDistance(points, i, points, j)),
  ).flat();
  if (new Set(distances).size < distances.length) return;
  const size = { minClusterSize: NEIGHBOURS } as const;
  const levels = await library.hdbscan(points, { ...size, runtime });
  const own = await library.hdbscan(points, { ...size, runtime: 'cpu' });
  ledger.expect(
    same(levels.labels, own.labels) && same(levels.probabilities, own.probabilities),
    'hdbscan: other clusters or probabilities than on the CPU',
  );
}

/** W v = (1 - eigenvalue) D v, whatever found them. */
async function judgeSpectral(
  { library, runtime, takeWarnings }: Place,
  points: Given,
  ledger: Ledger,
) {
  const [n] = points.shape;
  const k = CLUSTERS;
  const { affinity, eigenvalues, embedding } = await library.spectralClustering(points, {
    ...{ k, affinity: 'nearestNeighbours', nNeighbours: NEIGHBOURS, laplacian: 'shiMalik' },
    ...{ assignLabels: 'clusterQr', runtime },
  });
  // Graphs in several parts are told of.
  takeWarnings();
  if (!('indptr' in affinity)) throw new Error('a graph of neighbours is sparse.');
  const { indptr, indices, data } = affinity;
  let [off, most] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let q = 0; q < k; q++) {
      let [image, degree] = [0, 0];
      for (let e = indptr[i]; e < indptr[i + 1]; e++) {
        image += data[e] * embedding.data[indices[e] * k + q];
        degree += data[e];
      }
      const own = degree * embedding.data[i * k + q];
      off = Math.max(off, Math.abs(image - (1 - eigenvalues[q]) * own));
      most = Math.max(most, Math.abs(own));
    }
  }
  const named = { method: 'spectral clustering', quantity: 'what W v is off (1 - l) D v' };
  ledger.figures.push(absolute({ ...named, tolerance: 1e-5, because: BECAUSE }, off / most, 0));
}

/** (X - C X) X' = lambda C off the diagonal, of unit rows. */
async function judgeSums({ library, runtime, takeWarnings }: Place, points: Given, ledger: Ledger) {
  const { data, shape } = directions(points);
  const [n, d] = shape;
  const { coefficients } = await library.subspaceClustering(points, {
    ...{ k: 2, method: 'lsr', lambda: LAMBDA, assignLabels: 'clusterQr', runtime },
  });
  takeWarnings();
  const c = coefficients.data;
  let slope = 0;
  for (let i = 0; i < n; i++) {
    const left = Float64Array.from({ length: d }, (_, p) => {
      let value = data[i * d + p];
      for (let j = 0; j < n; j++) value -= c[i * n + j] * data[j * d + p];
      return value;
    });
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      let value = -LAMBDA * c[i * n + j];
      for (let p = 0; p < d; p++) value += left[p] * data[j * d + p];
      slope = Math.max(slope, Math.abs(value));
    }
  }
  const named = { method: "subspaces 'lsr'", quantity: 'slope of the objective, of unit rows' };
  ledger.figures.push(absolute({ ...named, tolerance: 1e-4, because: BECAUSE }, slope, 0));
}

const squares = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value * value, 0);

/** |X - Z D|^2, or |X T' - Z|^2 where T is given for D. */
function misfitOf(
  { data, shape: [n, d] }: Rows,
  z: Rows,
  atoms: Rows,
  isTransform: boolean,
): number {
  const k = atoms.shape[0];
  const at = (i: number, p: number, q: number) =>
    isTransform
      ? data[i * d + q] * atoms.data[p * d + q]
      : z.data[i * k + q] * atoms.data[q * d + p];
  const [across, along] = isTransform ? [k, d] : [d, k];
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < across; p++) {
      let value = isTransform ? -z.data[i * k + p] : -data[i * d + p];
      for (let q = 0; q < along; q++) value += at(i, p, q);
      sum += value * value;
    }
  }
  return sum;
}

function rows({ data, shape }: { data: ArrayLike<number>; shape: readonly number[] }): Rows {
  return { data, shape: [shape[0], shape[1]] };
}

function judgeHistory(
  ledger: Ledger,
  method: string,
  history: readonly { objective: number }[],
  of: number,
) {
  const rise = history.map(({ objective }, i) =>
    i === 0 ? 0 : objective - history[i - 1].objective,
  );
  const most = Math.max(...rise) / of;
  ledger.expect(most <= 1e-5, `${method}: the objective rises by ${most} of its size`);
}

async function judgeFactors(
  { library, runtime, takeWarnings }: Place,
  points: Given,
  ledger: Ledger,
) {
  const size = squares(points.data);
  const limits = { maxIter: 4, tol: 0, runtime } as const;
  const transform = await library.transformLearning(points, limits);
  const { atoms, representation, history, objective, penalty } = transform;
  const { logDet } = history[history.length - 1];
  const regular = penalty * (squares(atoms.data) - logDet);
  const own = misfitOf(points, rows(representation), rows(atoms), true) + regular;
  // Terms of either sign may all but cancel.
  const of = Math.abs(own) + penalty * (squares(atoms.data) + Math.abs(logDet));
  const named = { quantity: 'objective, of its terms', tolerance: 1e-5, because: BECAUSE };
  ledger.figures.push(
    absolute({ ...named, method: 'transform learning' }, objective / of, own / of),
  );
  judgeHistory(ledger, 'transform learning', history, of);

  const nAtoms = Math.min(4, points.shape[1]);
  const learnt = await library.dictionaryLearning(points, { nAtoms, alpha: 0.1, ...limits });
  takeWarnings();
  const z = rows(learnt.representation);
  const magnitudes = Array.from(z.data).reduce((sum, value) => sum + Math.abs(value), 0);
  const misfit = misfitOf(points, z, rows(learnt.atoms), false) / 2;
  const total = misfit + 0.1 * magnitudes;
  ledger.figures.push(
    relative(
      { ...named, method: 'dictionary learning', quantity: 'objective, beside all squares' },
      size + learnt.objective,
      size + total,
    ),
  );
  judgeHistory(ledger, 'dictionary learning', learnt.history, size);
}

export async function runGraphs(place: Place, kind: NumericsKind): Promise<Findings> {
  const points = firstRows(kind);
  const ledger = new Ledger();
  for (const [what, judge] of Object.entries({
    'nearest neighbours': judgeNeighbours,
    density: judgeDensity,
    'spectral clustering': judgeSpectral,
    subspaces: judgeSums,
    'transforms and dictionaries': judgeFactors,
  })) {
    await ledger.part(what, () => judge(place, points, ledger));
  }
  return ledger;
}
