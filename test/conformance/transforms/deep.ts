/** Deep dictionary clustering. */
import { loadTransforms } from '../../golden/index.js';
import type { Case } from '../case.js';
import { expectClose, expectEqual, expectThat } from '../expect.js';

const golden: Case = {
  where: 'each runtime',
  name: 'deep dictionaries: the objective at each step that numpy finds',
  run: async ({ library, runtime, readFile }) => {
    const { deep } = await loadTransforms((file) => readFile(`golden/${file}`));
    const { points, options, objectives, labels } = deep;
    const model = await library.deepDictionaryClustering(points, { ...options, runtime });
    expectClose(
      model.history.map(({ objective }) => objective),
      objectives.data,
      { relative: 1e-4, because: 'float32 products on a device' },
    );
    expectEqual(library.adjustedRandIndex(labels.data, model.labels), 1, 'labels');
  },
};

const layered: Case = {
  where: 'once',
  name: 'deep dictionaries: no step raises the objective, whatever the layers; codes keep their bound',
  run: async ({ library, readFile }) => {
    const { deep } = await loadTransforms((file) => readFile(`golden/${file}`));
    const { points } = deep;
    for (const options of [
      { layers: [4, 3] },
      { layers: [5, 4, 3, 2], nonNegative: false },
      { layers: [4], clustering: 'subspace', nonNegative: false },
    ] as const) {
      const given = { k: 3, maxIter: 4, tol: 0, runtime: 'cpu', ...options } as const;
      const { history, representation } = await library.deepDictionaryClustering(points, given);
      history.forEach(({ objective }, i) => {
        const bound = i === 0 ? Number.POSITIVE_INFINITY : history[i - 1].objective;
        expectThat(objective <= bound * (1 + 1e-6), `${JSON.stringify(options)} rises at ${i}`);
      });
      const least = Math.min(...representation.data);
      expectThat(least >= 0 || 'nonNegative' in options, `a code is ${least}`);
    }
  },
};

const collapse: Case = {
  where: 'once',
  name: 'deep dictionaries: codes that have collapsed are told of, with the figure',
  run: async ({ library, takeWarnings }) => {
    // Of one atom, two dimensions come to one.
    const points = Array.from({ length: 20 }, (_, i) => [1 + (i % 2), 1 + (i % 3), i % 5]);
    const { warnings } = await library.deepDictionaryClustering(points, {
      ...{ k: 2, layers: [1], runtime: 'cpu' },
    });
    expectThat(/to a line: 1 of the points' 3 directions/.test(warnings.join()), warnings.join());
    expectEqual(takeWarnings().length, 1, 'warnings on the console');
  },
};

export const deepCases: readonly Case[] = [golden, layered, collapse];
