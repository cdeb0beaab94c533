/** Transformed subspace clustering. */
import { loadTransforms } from '../../golden/index.js';
import type { Case } from '../case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from '../expect.js';

/** T'T of a d x d matrix. */
export function metricOf(data: ArrayLike<number>, d: number): Float64Array {
  return Float64Array.from({ length: d * d }, (_, at) => {
    let sum = 0;
    for (let a = 0; a < d; a++) sum += data[a * d + Math.floor(at / d)] * data[a * d + (at % d)];
    return sum;
  });
}

const golden: Case = {
  where: 'each runtime',
  name: 'transformed subspaces: the objective at each step, T and coefficients that numpy finds',
  run: async ({ library, runtime, readFile }) => {
    const { subspaces } = await loadTransforms((file) => readFile(`golden/${file}`));
    const { points, options, objectives, metric, coefficients, labels } = subspaces;
    const model = await library.transformedSubspaceClustering(points, { ...options, runtime });
    const rounded = { relative: 1e-4, absolute: 1e-4, because: 'float32 products on a device' };
    expectClose(
      model.history.map(({ objective }) => objective),
      objectives.data,
      { relative: 1e-5, because: rounded.because },
    );
    expectClose(metricOf(model.layers[0].data, 6), metric.data, rounded);
    expectClose(model.coefficients.data, coefficients.data, rounded);
    expectEqual(library.adjustedRandIndex(labels.data, model.labels), 1, 'labels');
  },
};

const layered: Case = {
  where: 'once',
  name: 'transformed subspaces: no step raises the objective, whatever the layers and expression',
  run: async ({ library, readFile, takeWarnings }) => {
    const { subspaces } = await loadTransforms((file) => readFile(`golden/${file}`));
    const { points } = subspaces;
    for (const [expression, layers] of [
      ['llmc', 4],
      ['ssc', 1],
      ['lowRank', 2],
    ] as const) {
      const given = { k: 3, expression, layers, maxIter: 5, tol: 0, runtime: 'cpu' } as const;
      const { history } = await library.transformedSubspaceClustering(points, given);
      history.forEach(({ objective, logDet, condition }, i) => {
        const bound = i === 0 ? Number.POSITIVE_INFINITY : history[i - 1].objective;
        expectThat(objective <= bound + 1e-7 * Math.abs(bound), `${expression} rises at ${i}`);
        expectThat(Number.isFinite(logDet) && condition >= 1, `${logDet}, ${condition}`);
      });
    }
    // Layers may tear the graph of sums apart, which is told of.
    takeWarnings();
    const sparse = { k: 3, expression: 'ssc', tol: 0, runtime: 'cpu' } as const;
    const shrunk = await library.transformedSubspaceClustering(points, { ...sparse, lambda: 0.03 });
    expectThat(!shrunk.converged && shrunk.coefficients.data.some(Number), 'no coefficients');
    expectThat(/shrunk so far.*lower lambda/.test(shrunk.warnings.join()), 'no such warning');
    expectThat(takeWarnings().join().includes('shrunk so far'), 'not on the console');
    for (const expression of ['ssc', 'lowRank'] as const) {
      const none = () =>
        library.transformedSubspaceClustering(points, { ...sparse, expression, lambda: 1e6 });
      const message = /^transformedSubspaceClustering: lambda is 1000000, at which.*a lower one/;
      await expectThrows(none, { name: 'InvalidArgumentError', message });
    }
    const alone = () => library.transformedSubspaceClustering([[1, 2]], { k: 1, runtime: 'cpu' });
    await expectThrows(alone, { name: 'InvalidArgumentError', message: /points has 1 row/ });
  },
};

export const subspaceCases: readonly Case[] = [golden, layered];
