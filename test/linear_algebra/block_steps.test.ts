/** What is solved by turns in transforms and dictionaries: each step leaves no slope in float64. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom, standardNormal } from '../../src/math/random.js';
import {
  fitAtoms,
  fitCodes,
  misfits,
  openStack,
  type Stack,
} from '../../src/methods/deep_dictionary_clustering/layers.js';
import {
  clustersOf,
  drawToMeans,
} from '../../src/methods/deep_dictionary_clustering/towards_means.js';
import { drawToSums } from '../../src/methods/deep_dictionary_clustering/towards_sums.js';
import { sparseCodes } from '../../src/methods/dictionary_learning/codes.js';
import { transformStep } from '../../src/methods/transform_learning/transform_step.js';
import { transformedKMeans } from '../../src/methods/transformed_kmeans/transformed_kmeans.js';
import {
  expressed,
  solveExpressed,
} from '../../src/methods/transformed_subspace_clustering/self_expression.js';
import { proxy } from '../../src/methods/transformed_subspace_clustering/transformed_subspace_clustering.js';
import type { Matrix } from '../../src/ops/algebra/algebra.js';
import { hostAlgebra } from '../../src/ops/algebra/host_algebra.twin.js';

/** Plain matrices of this test's own, as rows. */
type Rows = readonly (readonly number[])[];

const random = createRandom(11);
const pause = () => Promise.resolve();
const algebra = hostAlgebra();
const runtime = 'cpu';
/** Of the largest number of what pulls the other way. */
const NO_SLOPE = 1e-6;

const normals = (rows: number, columns: number): Rows =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => standardNormal(random)));
const transposed = (a: Rows): Rows => a[0].map((_, j) => a.map((row) => row[j]));
const times = (a: Rows, b: Rows): Rows => {
  const columns = transposed(b);
  return a.map((row) =>
    columns.map((column) => row.reduce((sum, value, p) => sum + value * column[p], 0)),
  );
};
/** a + factor b */
const plus = (a: Rows, factor: number, b: Rows): Rows =>
  a.map((row, i) => row.map((value, j) => value + factor * b[i][j]));
const identity = (n: number, value = 1): Rows =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? value : 0)));
const most = (a: Rows): number => Math.max(...a.flat().map(Math.abs));
const squares = (a: Rows): number => a.flat().reduce((sum, value) => sum + value * value, 0);

const held = (a: Rows): Promise<Matrix> => algebra.matrix(a.length, a[0].length, a.flat());
const seen = async (matrix: Matrix): Promise<Rows> =>
  asRows(await algebra.read(matrix), matrix.columns);
const asRows = (data: ArrayLike<number>, columns: number): Rows =>
  Array.from({ length: data.length / columns }, (_, i) =>
    Array.from({ length: columns }, (__, j) => data[i * columns + j]),
  );

/** Each row less the mean of its cluster. */
function aboutMeans(a: Rows, labels: ArrayLike<number>): Rows {
  return a.map((row, i) => {
    const own = a.filter((_, other) => labels[other] === labels[i]);
    return row.map((value, j) => value - own.reduce((sum, one) => sum + one[j], 0) / own.length);
  });
}

/** The largest violation of what holds at the minimum with z >= 0: no slope, or one upwards at 0. */
function slopeAbove0(z: Rows, slope: Rows): number {
  return Math.max(
    ...z.flatMap((row, i) =>
      row.map((value, j) => (value > 0 ? Math.abs(slope[i][j]) : Math.max(0, -slope[i][j]))),
    ),
  );
}

/** The same of smooth + weight |z|. */
function slopeOfSparse(z: Rows, slope: Rows, weight: number): number {
  return Math.max(
    ...z.flatMap((row, i) =>
      row.map((value, j) =>
        value === 0
          ? Math.max(0, Math.abs(slope[i][j]) - weight)
          : Math.abs(slope[i][j] + weight * Math.sign(value)),
      ),
    ),
  );
}

describe('codes of a dictionary', () => {
  it.each([false, true])('are found where they are sparse (above 0: %s)', async (positive) => {
    const [x, atoms] = [normals(30, 6), normals(8, 6)];
    const codes = await held(normals(30, 8));
    const alpha = 0.5;
    await sparseCodes({
      ...{
        algebra,
        inputs: await held(x),
        atoms: await held(atoms),
        alpha,
        positive,
        codes,
        pause,
      },
    });
    const z = await seen(codes);
    const pull = times(x, transposed(atoms));
    const slope = plus(times(z, times(atoms, transposed(atoms))), -1, pull);
    const least = positive
      ? slopeAbove0(
          z,
          slope.map((row) => row.map((value) => value + alpha)),
        )
      : slopeOfSparse(z, slope, alpha);
    expect(least / most(pull)).toBeLessThan(NO_SLOPE);
    expect(z.flat().filter((value) => value === 0).length).toBeGreaterThan(10);
  });
});

describe('dictionaries one upon the other', () => {
  const x = normals(40, 6);
  const lambda = 0.7;
  const mu = 0.4;
  const opened = async (nonNegative: boolean): Promise<Stack> =>
    openStack(
      { algebra, x: await held(x), nonNegative, pause, random: createRandom(2) },
      [5, 4],
      lambda,
    );

  it.each([false, true])('codes between layers are the best (above 0: %s)', async (bounded) => {
    const stack = await opened(bounded);
    await fitCodes(stack, 0);
    const [first, second] = stack.layers;
    const [z, d] = [await seen(first.codes), await seen(first.held)];
    const after = times(await seen(second.codes), await seen(second.held));
    const pull = plus(times(x, transposed(d)), lambda, after);
    const slope = plus(times(z, plus(times(d, transposed(d)), lambda, identity(5))), -1, pull);
    const least = bounded ? slopeAbove0(z, slope) : most(slope);
    expect(least / most(pull)).toBeLessThan(NO_SLOPE);
  });

  it('the last codes are the best between their input and the means of their clusters', async () => {
    const stack = await opened(false);
    const clusters = await clustersOf(stack, { k: 3, mu, nInit: 3, seed: 0 }, undefined, {
      runtime,
    });
    await drawToMeans(stack, clusters, mu, undefined);
    const [first, last] = stack.layers;
    const [y, z, d] = [await seen(first.codes), await seen(last.codes), await seen(last.held)];
    const pull = times(y, transposed(d));
    const fit = plus(times(z, times(d, transposed(d))), -1, pull);
    const slope = plus(fit, mu / lambda, aboutMeans(z, clusters.labels));
    expect(most(slope) / most(pull)).toBeLessThan(NO_SLOPE);
  });

  it('the last codes are the best between their input and sums of one another', async () => {
    const stack = await opened(false);
    const [first, last] = stack.layers;
    const { coefficients } = (await expressed(algebra, last.codes, 'llmc', 0.5, pause))!;
    await drawToSums(stack, coefficients, mu);
    const [y, z, d] = [await seen(first.codes), await seen(last.codes), await seen(last.held)];
    const rest = plus(identity(z.length), -1, await seen(coefficients));
    const pull = times(y, transposed(d));
    const fit = plus(times(z, times(d, transposed(d))), -1, pull);
    const slope = plus(fit, mu / lambda, times(transposed(rest), times(rest, z)));
    expect(most(slope) / most(pull)).toBeLessThan(NO_SLOPE);
  });

  it('no step raises the objective', async () => {
    const stack = await opened(false);
    const options = { k: 3, mu, nInit: 3, seed: 0 };
    let clusters = await clustersOf(stack, options, undefined, { runtime });
    const last = stack.layers[1];
    const objective = async () =>
      (await misfits(stack)) + mu * squares(aboutMeans(await seen(last.codes), clusters.labels));
    let before = Number.POSITIVE_INFINITY;
    const expectNoRise = async (step: string) => {
      const now = await objective();
      expect(now, step).toBeLessThanOrEqual(before * (1 + 1e-9));
      before = now;
    };
    await drawToMeans(stack, clusters, mu, undefined);
    await expectNoRise('the first codes');
    for (let turn = 0; turn < 3; turn++) {
      await fitCodes(stack, 0);
      await expectNoRise('codes between layers');
      clusters = await clustersOf(stack, options, clusters, { runtime });
      // Clusters are the best together with codes.
      await drawToMeans(stack, clusters, mu, undefined);
      await expectNoRise('clusters and codes');
      await fitAtoms(algebra, stack.layers[0], stack.x, random, pause);
      await expectNoRise('the first atoms');
      await fitAtoms(algebra, last, stack.layers[0].codes, random, pause);
      await expectNoRise('the last atoms');
    }
  });
});

describe('rows as sums of one another', () => {
  const z = normals(24, 5);
  const squaresOf = times(z, transposed(z));
  const found = async (kind: 'llmc' | 'ssc' | 'lowRank', lambda: number) => {
    const { coefficients, size } = (await expressed(algebra, await held(z), kind, lambda, pause))!;
    const c = await seen(coefficients);
    // Half of the slope of |Z - C Z|^2, upside down.
    return { c, size, rest: times(plus(identity(z.length), -1, c), squaresOf) };
  };
  const offDiagonal = (a: Rows): Rows => a.map((row, i) => row.map((v, j) => (i === j ? 0 : v)));

  it('by least squares', async () => {
    const lambda = 0.6;
    const { c, size, rest } = await found('llmc', lambda);
    expect(size).toBeCloseTo(lambda * squares(c), 10);
    expect(most(c.map((row, i) => [row[i]]))).toBe(0);
    expect(most(offDiagonal(plus(rest, -lambda, c))) / most(squaresOf)).toBeLessThan(NO_SLOPE);
  });

  it('by few', async () => {
    const lambda = 0.6;
    const { c, rest } = await found('ssc', lambda);
    const slope = offDiagonal(rest).map((row) => row.map((value) => -value));
    expect(slopeOfSparse(c, slope, lambda) / most(squaresOf)).toBeLessThan(NO_SLOPE);
    expect(c.flat().filter((value) => value === 0).length).toBeGreaterThan(24 * 12);
  });

  it('by a matrix of low rank', async () => {
    const lambda = 15;
    const { c, rest } = await found('lowRank', lambda);
    // At the minimum (Z - C Z) Z' is lambda on the directions of C, and at most that on the others.
    expect(most(plus(times(rest, c), -lambda, c)) / (lambda * most(c))).toBeLessThan(NO_SLOPE);
    for (const direction of normals(50, z.length)) {
      const [along] = times([direction], rest);
      expect(Math.sqrt(squares([along]) / squares([direction]))).toBeLessThan(
        lambda * (1 + NO_SLOPE),
      );
    }
    expect(squares(c)).toBeGreaterThan(0);
  });

  it('by none where the penalty is too large, which is told', async () => {
    for (const kind of ['ssc', 'lowRank'] as const) {
      expect(await expressed(algebra, await held(z), kind, 1e3, pause)).toBeUndefined();
    }
  });
});

describe('transforms', () => {
  const x = normals(30, 4);
  const gamma = 1.3;
  let coefficients: Matrix;
  let rest: Rows;
  beforeAll(async () => {
    ({ coefficients } = (await expressed(algebra, await held(x), 'llmc', 2, pause))!);
    rest = plus(identity(x.length), -1, await seen(coefficients));
  });

  it('with the representation that agrees with sums of one another', async () => {
    const input = await held(x);
    const ones = new Float64Array(4).fill(1);
    const w = await seen(await solveExpressed(algebra, coefficients, gamma, ones, input, pause));
    const left = plus(plus(w, gamma, times(transposed(rest), times(rest, w))), -1, x);
    expect(most(left) / most(x)).toBeLessThan(NO_SLOPE);
    // T by what that leaves: f(T) = min over Z, of which W T' is the place.
    const gram = times(transposed(x), plus(x, -1, w));
    const penalty = 0.3;
    const problem = { gram: Float64Array.from(gram.flat()), d: 4, k: 4, penalty };
    const { atoms } = await transformStep(problem, random, pause);
    const t = asRows(atoms, 4);
    const f = (at: Rows): number => {
      const [y, z] = [times(x, transposed(at)), times(w, transposed(at))];
      return (
        squares(plus(y, -1, z)) +
        gamma * squares(times(rest, z)) +
        penalty * (squares(at) - Math.log(Math.abs(determinant(at))))
      );
    };
    expect(slopeBySteps(f, t) / most(times(t, gram))).toBeLessThan(NO_SLOPE);
  });

  it('with what lies between two of them', async () => {
    const [before, after] = [normals(4, 4), normals(4, 4)];
    const between = [await held(x), await held(normals(30, 4))];
    const image = normals(30, 4);
    const transforms = [await held(before), await held(after)];
    await proxy(algebra, between, await held(image), transforms, 1, pause);
    const y = await seen(between[1]);
    const pull = plus(times(x, transposed(before)), 1, times(image, after));
    const gram = plus(identity(4), 1, times(transposed(after), after));
    expect(slopeAbove0(y, plus(times(y, gram), -1, pull)) / most(pull)).toBeLessThan(NO_SLOPE);
  });

  it('with clusters: T, Z and the means of a whole fit', async () => {
    const blobs = normals(60, 3).map((row, i) =>
      row.map((v, j) => v * (j + 1) + 9 * ((i + j) % 3)),
    );
    const [penalty, mu] = [20, 0.8];
    const model = await transformedKMeans(
      blobs.map((row) => [...row]),
      {
        ...{ k: 3, penalty, mu, tol: 0, runtime },
      },
    );
    expect(model.converged).toBe(true);
    const t = asRows(model.atoms.data, 3);
    const y = times(blobs, transposed(t));
    const z = asRows(model.representation.data, 3);
    // Z: y - z is what draws it to the means.
    const slopeOfZ = plus(plus(z, -1, y), mu, aboutMeans(z, model.labels));
    expect(most(slopeOfZ) / most(y)).toBeLessThan(NO_SLOPE);
    const f = (at: Rows): number =>
      squares(plus(times(blobs, transposed(at)), -1, z)) +
      mu * squares(aboutMeans(z, model.labels)) +
      penalty * (squares(at) - Math.log(Math.abs(determinant(at))));
    expect(model.objective / f(t)).toBeCloseTo(1, 6);
    const pull = most(times(transposed(z), blobs));
    expect(slopeBySteps(f, t) / pull).toBeLessThan(NO_SLOPE);
  });
});

/** By elimination with pivots. */
function determinant(a: Rows): number {
  const rows = a.map((row) => [...row]);
  let found = 1;
  for (let p = 0; p < rows.length; p++) {
    const best = rows.reduce(
      (at, row, i) => (i > p && Math.abs(row[p]) > Math.abs(rows[at][p]) ? i : at),
      p,
    );
    if (best !== p) {
      [rows[p], rows[best]] = [rows[best], rows[p]];
      found = -found;
    }
    found *= rows[p][p];
    for (let i = p + 1; i < rows.length; i++) {
      const factor = rows[i][p] / rows[p][p];
      rows[i] = rows[i].map((value, j) => value - factor * rows[p][j]);
    }
  }
  return found;
}

/** The steepest slope of f at `a`, by central differences. */
function slopeBySteps(f: (a: Rows) => number, a: Rows): number {
  const step = 1e-4;
  return Math.max(
    ...a.flatMap((row, i) =>
      row.map((_, j) => {
        const moved = (by: number) =>
          f(a.map((one, r) => one.map((v, c) => (r === i && c === j ? v + by : v))));
        return Math.abs(moved(step) - moved(-step)) / (2 * step);
      }),
    ),
  );
}
