/** Transformed K-means. */
import { loadTransforms } from '../../golden/index.js';
import type { Case } from '../case.js';
import { expectClose, expectEqual, expectSameBits, expectThat } from '../expect.js';
import { metricOf } from './subspaces.js';

const golden: Case = {
  where: 'each runtime',
  name: 'transformed K-means: the objective at each step, T and the labels that numpy finds',
  run: async ({ library, runtime, readFile }) => {
    const { transformed } = await loadTransforms((file) => readFile(`golden/${file}`));
    const { points, options, objectives, metric, labels, started } = transformed;
    const model = await library.transformedKMeans(points, { ...options, runtime });
    const rounded = { relative: 1e-5, because: 'products are float32 on a device' };
    const history = model.history.map(({ objective }) => objective);
    expectClose(history, objectives.data, rounded);
    expectThat(
      history.every((value, i) => i === 0 || value <= history[i - 1] * (1 + 1e-6)),
      `the objective rises: ${history.join()}`,
    );
    expectClose(metricOf(model.atoms.data, 3), metric.data, { ...rounded, absolute: 1e-6 });
    expectEqual(library.adjustedRandIndex(labels.data, model.labels), 1, 'labels');
    const moved = library.adjustedRandIndex(started.data, model.labels);
    expectThat(moved < 1, 'the labels are those of K-means');
    expectSameBits(await model.predict(points, { runtime }), model.labels, 'predict');
  },
};

const trivial: Case = {
  where: 'once',
  name: 'transformed K-means: without a penalty all is 0, and one cluster is left, with warnings',
  run: async ({ library, takeWarnings }) => {
    const points = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i * i), i % 3]);
    const model = await library.transformedKMeans(points, { k: 3, penalty: 0, runtime: 'cpu' });
    expectEqual(model.objective, 0, 'objective');
    const { data } = model.representation;
    expectThat(
      [...model.atoms.data, ...data].every((value) => value === 0),
      'T or Z',
    );
    expectThat(/vary by 0.*only 1 of 3 own rows/.test(model.warnings.join()), 'no such warning');
    expectThat(takeWarnings().join().includes('transformedKMeans'), 'not on the console');
  },
};

export const transformedCases: readonly Case[] = [golden, trivial];
