/**
 * `npm run bench:factors`: Cholesky factors of n x n matrices and systems solved by them, plain and refined, beside SciPy, on the adapter that Dawn finds; and whether a matrix that has no factor is told of by its pivot.
 */
import process from 'node:process';
import { create, globals } from 'webgpu';
import { createRuntime } from '../src/index.js';
import { deviceAlgebra } from '../src/ops/algebra/device_algebra.js';
import { NotPositiveDefiniteError } from '../src/ops/algebra/not_positive_definite_error.js';
import { exactSystem } from './data/system.js';
import script from './factors.py?raw';
import { askPython, type Seconds, timed } from './peer.js';

Object.assign(globalThis, globals);

const SIZES = [1024, 2048, 4096];
const COLUMNS = 16;

interface Answer extends Seconds {
  readonly name: string;
  readonly error: number;
}

const largestError = (actual: ArrayLike<number>, expected: Float32Array): number =>
  expected.reduce((most, value, at) => Math.max(most, Math.abs(actual[at] - value)), 0);

/** Prints a line for each size and contender: seconds, and the largest error of solutions within 4. */
async function main(): Promise<void> {
  const runtime = await createRuntime({ gpu: create([]) });
  const algebra = await deviceAlgebra(runtime);
  const table: Record<string, string | number>[] = [];
  const add = (n: number, { name, wall, processors, error }: Answer, pivot?: string) =>
    table.push({
      n,
      contender: name,
      s: Number(wall.toFixed(2)),
      's of processors': Number(processors.toFixed(2)),
      'largest error': Number(error.toPrecision(2)),
      ...(pivot !== undefined && { pivot }),
    });
  for (const n of [256, ...SIZES]) {
    const { a, b, x } = exactSystem(n, COLUMNS);
    const [matrix, rightSides] = [
      await algebra.matrix(n, n, a),
      await algebra.matrix(n, COLUMNS, b),
    ];
    const solved = async (refine: number): Promise<Answer> => {
      const { result, ...seconds } = await timed(async () => {
        const factor = await algebra.cholesky(matrix);
        const solution = await algebra.solve(factor, rightSides, { refine });
        const values = await algebra.read(solution);
        algebra.free(factor, solution);
        return values;
      });
      const name = `${algebra.description}${refine > 0 ? ', refined' : ''}`;
      return { name, ...seconds, error: largestError(result, x) };
    };
    const [plain, refined] = [await solved(0), await solved(1)];
    // The first size compiles.
    if (!SIZES.includes(n)) continue;
    const spoilt = Math.floor((3 * n) / 4) + 1;
    a[spoilt * (n + 1)] = -1;
    algebra.write(matrix, a);
    const told = await algebra.cholesky(matrix).catch((error: unknown) => error);
    const pivot = told instanceof NotPositiveDefiniteError ? told.pivot : 'none';
    add(n, plain, `${pivot} of ${spoilt}`);
    add(n, refined);
    algebra.free(matrix, rightSides);
    for (const peer of await askPython<Answer>('scipy', script, b, [n, COLUMNS])) add(n, peer);
  }
  console.table(table);
}

await main();
process.exit();
