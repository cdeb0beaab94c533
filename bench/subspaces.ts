/**
 * `npm run bench:subspaces -- FOLDER`: spectral clustering by neighbours beside scikit-learn, and, where FOLDER holds
 * the faces of docs/subspace.md, the ADMM of sparse subspace clustering beside NumPy; then nearest neighbours
 * as a share of the multiply-adds that the adapter, that which Dawn finds, can do at most.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { create, globals } from 'webgpu';
import {
  createRuntime,
  nearestNeighbours,
  type Runtime,
  spectralClustering,
} from '../src/index.js';
import { createPause } from '../src/math/event_loop.js';
import { lasso } from '../src/methods/subspace_clustering/lasso.js';
import { settingsOf, settled } from '../src/methods/subspace_clustering/options.js';
import { deviceAlgebra } from '../src/ops/algebra/device_algebra.js';
import { measureCeiling } from './ceiling.js';
import { blobs } from './data/synthetic.js';
import { askPython, type Seconds, timed } from './peer.js';
import script from './subspaces.py?raw';

Object.assign(globalThis, globals);
const gpu = create([]);
Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });

const GRAPH = { n: 10_000, d: 16, k: 10, nNeighbours: 10 };
const NEIGHBOURS = { n: 10_000, columns: [32, 128], k: 10 };
const SEED = 3;
/** Faces, their pixels and persons. */
const FACES = [
  ['ORL', 'orl_32x32', 400, 1024, 40],
  ['Yale B', 'yaleb_48x42_subjects_1_to_10', 640, 2016, 10],
] as const;

interface Answer extends Seconds {
  readonly name: string;
  readonly result: readonly number[];
}

type Line = Readonly<Record<string, string | number>>;

const lineOf = (what: string, { name, wall, processors }: Answer, own: Seconds): Line => ({
  what,
  contender: name,
  s: Number(wall.toFixed(2)),
  's of processors': Number(processors.toFixed(2)),
  'times ours': Number((wall / own.wall).toFixed(2)),
  'times our processors': Number((processors / own.processors).toFixed(2)),
});

/** How many of the pairs of neighbouring rows are together in one partition and apart in the other. */
function pairsApart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let apart = 0;
  for (let i = 1; i < a.length; i++) {
    if ((a[i] === a[i - 1]) !== (b[i] === b[i - 1])) apart++;
  }
  return apart;
}

async function spectral(runtime: Runtime): Promise<readonly Line[]> {
  const { n, d, k, nNeighbours } = GRAPH;
  const data = blobs(n, d, k, SEED);
  const options = {
    k,
    affinity: 'nearestNeighbours',
    nNeighbours,
    assignLabels: 'clusterQr',
    runtime,
  } as const;
  const fit = (rows: number) =>
    spectralClustering({ data: data.subarray(0, rows * d), shape: [rows, d] }, options);
  // The first compiles.
  await fit(1000);
  const { result, ...seconds } = await timed(() => fit(n));
  const own = {
    name: `webgpu-clustering, ${result.engine}`,
    ...seconds,
    result: [...result.labels],
  };
  const theirs = await askPython<Answer>('sklearn', script, data, [n, d, 'spectral', k]);
  return [own, ...theirs].map((one) => ({
    ...lineOf(`spectral, ${n} x ${d} by ${nNeighbours} neighbours`, one, own),
    difference: pairsApart(one.result, own.result),
  }));
}

/** As the faces lie in their files: bytes at the end. */
async function unitFaces(file: string, n: number, d: number): Promise<Float32Array> {
  const bytes = new Uint8Array(await readFile(file)).subarray(-n * d);
  const rows = Float32Array.from(bytes);
  for (let i = 0; i < n; i++) {
    const row = rows.subarray(i * d, (i + 1) * d);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, j) => (row[j] = value / length));
  }
  return rows;
}

async function sparse(
  runtime: Runtime,
  [name, file, n, d, k]: (typeof FACES)[number],
  folder: string,
): Promise<readonly Line[]> {
  const rows = await unitFaces(`${folder}/${file}.npy`, n, d);
  const algebra = await deviceAlgebra(runtime);
  const settings = settingsOf(settled({ method: 'ssc', iteration: 'matlab' }));
  const solve = async (count: number) => {
    const some = rows.subarray(0, count * d);
    const x = await algebra.matrix(count, d, some);
    const doubles = Float64Array.from(some);
    const pause = createPause(undefined);
    const task = { algebra, x, y: x, rows: doubles, targets: doubles, pause };
    return (await lasso(task, settings, 1)).coefficients.data;
  };
  // The first compiles.
  await solve(100);
  const { result, ...seconds } = await timed(() => solve(n));
  const own = {
    name: `webgpu-clustering, ${algebra.description}`,
    ...seconds,
    result: [...result],
  };
  algebra.dispose();
  const theirs = await askPython<Answer>('numpy', script, rows, [n, d, 'lasso', k]);
  return [own, ...theirs].map((one) => ({
    ...lineOf(`SSC by ADMM, ${name}, ${n} x ${d}`, one, own),
    difference: Number(
      one.result
        .reduce((most, value, at) => Math.max(most, Math.abs(value - own.result[at])), 0)
        .toPrecision(2),
    ),
  }));
}

async function neighbours(runtime: Runtime): Promise<void> {
  const { flopsPerSecond } = await measureCeiling();
  const { n, k, columns } = NEIGHBOURS;
  const table: Line[] = [];
  for (const d of columns) {
    const points = { data: blobs(n, d, k, SEED), shape: [n, d] as const };
    let least = Infinity;
    for (let round = 0; round < 3; round++) {
      const { wall } = await timed(() => nearestNeighbours(points, k, { runtime }));
      least = Math.min(least, wall);
    }
    table.push({
      what: `${k} nearest neighbours, ${n} x ${d}`,
      s: Number(least.toFixed(2)),
      // A product's two operations a term.
      '% of the ceiling': Number(((200 * n * n * d) / least / flopsPerSecond).toFixed(0)),
    });
  }
  console.log(`multiply-adds at most: ${(flopsPerSecond / 1e9).toFixed(1)} GFLOP/s`);
  console.table(table);
}

/** Prints a line for each contender: its times, and how far its answer is from ours. */
async function main(folder: string | undefined): Promise<void> {
  const runtime = await createRuntime({ gpu });
  const table = [...(await spectral(runtime))];
  if (folder) for (const faces of FACES) table.push(...(await sparse(runtime, faces, folder)));
  console.table(table);
  await neighbours(runtime);
}

await main(process.argv[2]);
process.exit();
