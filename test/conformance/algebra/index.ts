/** Dense linear algebra as methods use it, beside numpy. */
import { exactSystem } from '../../../bench/data/system.js';
import type { Algebra } from '../../../src/ops/algebra/algebra.js';
import { deviceAlgebra } from '../../../src/ops/algebra/device_algebra.js';
import { hostAlgebra } from '../../../src/ops/algebra/host_algebra.twin.js';
import type { Case, ConformanceContext, Suite } from '../case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from '../expect.js';
import { openRuntime } from '../kernels/lab.js';

/** See make_algebra.py. */
interface Golden {
  readonly product: { readonly places: readonly [number, number][]; readonly values: number[] };
  readonly solve: { readonly solution: number[]; readonly pivots: number[] };
  readonly top: {
    readonly excluded: number[];
    readonly indices: number[];
    readonly magnitudes: number[];
  };
}

async function goldenOf({ readFile }: ConformanceContext): Promise<Golden> {
  return JSON.parse(new TextDecoder().decode(await readFile('golden/algebra.json'))) as Golden;
}

export const onAlgebra = (
  name: string,
  work: (algebra: Algebra, context: ConformanceContext) => Promise<void>,
): Case => ({
  name,
  run: async (context) => {
    if (!context.gpu) {
      await work(hostAlgebra(), context);
      return;
    }
    const runtime = await openRuntime(context);
    const algebra = await deviceAlgebra(runtime);
    try {
      await work(algebra, context);
    } finally {
      algebra.dispose();
      runtime.dispose();
    }
  },
});

/** As in make_algebra.py. */
export const pattern = (rows: number, columns: number, step: number): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return ((i * step + j * 7919 + i * j) % 1009) / 1009 - 0.5;
  });

const cauchy = (n: number): Float32Array =>
  Float32Array.from({ length: n * n }, (_, at) => {
    const apart = ((at % n) - Math.floor(at / n)) / 3.2;
    return 1 / (1 + apart * apart);
  });

const largestError = (actual: ArrayLike<number>, expected: readonly number[]): number =>
  expected.reduce((most, value, at) => Math.max(most, Math.abs(actual[at] - value)), 0);

const SIZE = 1024;
const N = 150;

const products = onAlgebra('a product of 1,024 x 1,024 matrices', async (algebra, context) => {
  const { places, values } = (await goldenOf(context)).product;
  const a = await algebra.matrix(SIZE, SIZE, pattern(SIZE, SIZE, 31));
  const b = await algebra.matrix(SIZE, SIZE, pattern(SIZE, SIZE, 57));
  const c = await algebra.read(await algebra.product(a, b));
  const actual = places.map(([i, j]) => c[i * SIZE + j]);
  const error = largestError(actual, values);
  context.note(`largest error ${error.toExponential(1)} of 48 numbers beside float64`);
  expectClose(actual, values, {
    absolute: 2 * Math.sqrt(SIZE) * algebra.rounding * Math.sqrt(SIZE),
    because:
      'sums of 1,024 products within 1/4, whose roundings go either way: of the size of the root of their number',
  });
});

const solves = onAlgebra('a system whose condition number is 1e4', async (algebra, context) => {
  const { solution, pivots } = (await goldenOf(context)).solve;
  const a = await algebra.matrix(N, N, cauchy(N));
  const b = await algebra.matrix(N, 3, pattern(N, 3, 17));
  const factor = await algebra.cholesky(a);
  expectClose(await algebra.read(await algebra.diagonal(factor.lower)), pivots, {
    absolute: 64 * algebra.rounding * 1e2,
    because: 'pivots are the roots of what sums of terms within 1 leave, down to 1e-2',
  });
  const size = Math.max(...solution.map(Math.abs));
  const errorOf = async (refine: number) =>
    largestError(await algebra.read(await algebra.solve(factor, b, { refine })), solution) / size;
  const [plain, refined] = [await errorOf(0), await errorOf(1)];
  context.note(`relative error ${plain.toExponential(1)}, refined ${refined.toExponential(1)}`);
  expectThat(plain < 1e4 * 32 * algebra.rounding, `solved with an error of ${plain}.`);
  expectThat(refined <= 4 * algebra.rounding + 1e-15 * 1e4, `refined to an error of ${refined}.`);
  const identity = await algebra.product(await algebra.inverse(factor, { refine: 1 }), a);
  const sums = await algebra.read(await algebra.sums(identity, 'rows', 'squares'));
  expectClose([...sums], new Array<number>(N).fill(1), {
    absolute: 1e4 * N * algebra.rounding,
    because: 'an inverse times the matrix: sums of 150 rounded terms, times the condition number',
  });
});

const large: Case = {
  ...onAlgebra('a system of 1,027 equations, and the pivot that spoils it', async (algebra) => {
    const n = 1027;
    const { a, b, x } = exactSystem(n, 3);
    const matrix = await algebra.matrix(n, n, a);
    const rightSides = await algebra.matrix(n, 3, b);
    const factor = await algebra.cholesky(matrix);
    const solved = async (refine: number) =>
      algebra.read(await algebra.solve(factor, rightSides, { refine }));
    expectClose(await solved(0), x, {
      absolute: 4 * 4e3 * 32 * algebra.rounding,
      because: 'numbers within 4, times the condition number',
    });
    expectClose(await solved(1), x, {
      absolute: 4 * (4 * algebra.rounding + 1e-15 * 4e3),
      because: 'what is left of a solution is held in float64, or in pairs of float32',
    });
    a[1000 * (n + 1)] = -1;
    algebra.write(matrix, a);
    const error = await algebra.cholesky(matrix).catch((reason: unknown) => reason);
    expectEqual((error as { pivot: number }).pivot, 1000, 'the pivot');
  }),
  where: 'once',
};

const top = onAlgebra('the rows with the largest products', async (algebra, context) => {
  const { excluded, indices, magnitudes } = (await goldenOf(context)).top;
  const x = await algebra.matrix(200, 24, pattern(200, 24, 11));
  const r = await algebra.matrix(9, 24, pattern(9, 24, 5));
  const found = await algebra.topProducts(x, r, { k: 3, exclude: Uint32Array.from(excluded) });
  expectEqual(found.indices, Uint32Array.from(indices), 'rows');
  expectClose(found.magnitudes, magnitudes, { absolute: 24 * 2 ** -24, because: '24 terms' });
});

const refusals = onAlgebra('no factor, no fitting shape, no memory', async (algebra, { gpu }) => {
  const singular = cauchy(N);
  singular[100 * N + 100] = -1;
  const a = await algebra.matrix(N, N, singular);
  const error = await algebra.cholesky(a).catch((reason: unknown) => reason);
  expectEqual((error as { pivot: number }).pivot, 100, 'the pivot');
  const wide = await algebra.matrix(2, 3);
  await expectThrows(() => algebra.product(wide, wide), { name: 'ShapeError', message: /3 and 2/ });
  await expectThrows(() => algebra.solveLower({ lower: a, of: a }, wide), {
    name: 'ShapeError',
    message: /2 x 3, but must be 150 x 3/,
  });
  if (!gpu) return;
  const most = 2 ** 16;
  await expectThrows(() => algebra.matrix(most, most), {
    name: 'DeviceLimitError',
    message: /17179869184 bytes/,
  });
});

export const algebraSuite: Suite = {
  name: 'linear algebra',
  where: 'each runtime',
  cases: [products, solves, large, top, refusals],
};
