/**
 * `npm run bench:pursuit -- FILE`: orthogonal matching pursuit of all rows beside NumPy, 5 rows each, on the adapter that
 * Dawn finds: by the clock and by the time of processors, which a busy machine changes less. FILE holds n x 500
 * float32 numbers, rows of length 1, such as scattering features on their first components; random ones when absent.
 */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { create, globals } from 'webgpu';
import { createPause } from '../src/math/event_loop.js';
import { createRuntime } from '../src/index.js';
import { orthogonalPursuit } from '../src/methods/subspace_clustering/pursuit.js';
import { deviceAlgebra } from '../src/ops/algebra/device_algebra.js';
import { blobs } from './data/synthetic.js';
import { askPython, type Seconds, timed } from './peer.js';
import script from './pursuit.py?raw';

Object.assign(globalThis, globals);

const COLUMNS = 500;
const NONZERO = 5;
const RANDOM_ROWS = 10_000;
/** Rows that the loop over rows takes; its time is that of all by proportion. */
const SOME = 200;
const SEED = 3;

interface Answer extends Seconds {
  readonly name: string;
  readonly chosen: readonly (readonly number[])[];
}

function unitRows(given: Float32Array): Float32Array {
  const rows = given.slice();
  for (let at = 0; at < rows.length; at += COLUMNS) {
    const row = rows.subarray(at, at + COLUMNS);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, j) => (row[j] = value / length));
  }
  return rows;
}

async function ours(rows: Float32Array): Promise<Answer> {
  const n = rows.length / COLUMNS;
  const runtime = await createRuntime({ gpu: create([]) });
  const algebra = await deviceAlgebra(runtime);
  const pursue = async (given: Float32Array) => {
    const x = await algebra.matrix(given.length / COLUMNS, COLUMNS, given);
    const doubles = Float64Array.from(given);
    const task = {
      algebra,
      x,
      y: x,
      rows: doubles,
      targets: doubles,
      pause: createPause(undefined),
    };
    return orthogonalPursuit(task, NONZERO);
  };
  // The first compiles.
  await pursue(rows.slice(0, 64 * COLUMNS));
  const { result, ...seconds } = await timed(() => pursue(rows));
  const { indptr, indices } = result;
  return {
    ...{ name: `webgpu-clustering, ${algebra.description}`, ...seconds },
    chosen: Array.from({ length: Math.min(n, SOME) }, (_, i) => [
      ...indices.slice(indptr[i], indptr[i + 1]),
    ]),
  };
}

/** Prints a line for each contender: its times, and how many of some rows have the supports that ours have. */
async function main(file: string | undefined): Promise<void> {
  const given = file
    ? new Float32Array(Uint8Array.from(await readFile(file)).buffer)
    : blobs(RANDOM_ROWS, COLUMNS, 10, SEED);
  const rows = unitRows(given);
  const own = await ours(rows);
  const sizes = [rows.length / COLUMNS, COLUMNS, NONZERO, SOME];
  const theirs = await askPython<Answer>('numpy', script, rows, sizes);
  const key = (support: readonly number[]) => [...support].sort((a, b) => a - b).join();
  const table = [own, ...theirs].map(({ name, wall, processors, chosen }) => ({
    contender: name,
    s: Number(wall.toFixed(1)),
    's of processors': Number(processors.toFixed(1)),
    'times ours': Number((wall / own.wall).toFixed(2)),
    'times our processors': Number((processors / own.processors).toFixed(2)),
    'same rows': chosen.filter((support, i) => key(support) === key(own.chosen[i])).length,
  }));
  console.table(table);
}

await main(process.argv[2]);
process.exit();
