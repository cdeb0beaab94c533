/** Dictionary learning. */
import { loadTransforms } from '../../golden/index.js';
import type { Case } from '../case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from '../expect.js';

const golden: Case = {
  where: 'each runtime',
  name: "scikit-learn's codes, and its dictionary, which is as good here",
  run: async ({ library, runtime, readFile }) => {
    const { dictionary } = await loadTransforms((file) => readFile(`golden/${file}`));
    const { points, options, init, codes, positiveCodes, learnt, objective } = dictionary;
    const stays = await library.dictionaryLearning(points, {
      ...{ ...options, init: learnt, runtime, maxIter: 3, tol: 0 },
    });
    const because = 'products and codes are float32 on a device';
    expectClose(
      stays.history.map((entry) => entry.objective),
      [objective, objective, objective],
      { relative: 1e-5, because },
    );
    expectClose(stays.atoms.data, learnt.data, { absolute: 1e-3, because });
    const model = await library.dictionaryLearning(points, {
      ...{ ...options, init, runtime, maxIter: 6 },
    });
    const history = model.history.map((entry) => entry.objective);
    expectThat(
      history.every((value, i) => i === 0 || value <= history[i - 1] * (1 + 1e-6)),
      `the objective rises: ${history.join()}`,
    );
    for (const [positive, expected] of [
      [false, codes],
      [true, positiveCodes],
    ] as const) {
      const start = await library.dictionaryLearning(points, {
        ...{ ...options, init, runtime, positive, maxIter: 1 },
      });
      expectClose(start.representation.data, expected.data, {
        absolute: 1e-5,
        because: 'codes are float32, and solved to float32 on a device',
      });
    }
  },
};

const edges: Case = {
  where: 'once',
  name: 'dictionaries: codes that alpha kills are told of; atoms that no row uses are replaced',
  run: async ({ library, takeWarnings }) => {
    const points = Array.from({ length: 12 }, (_, i) => [1 + (i % 3), i % 2, 1]);
    const none = await library.dictionaryLearning(points, { alpha: 1e3, runtime: 'cpu' });
    expectThat(
      none.representation.data.every((value) => value === 0),
      'codes',
    );
    expectThat(/vary by 0/.test(none.warnings.join()), none.warnings.join());
    expectEqual(takeWarnings().length, 1, 'warnings on the console');
    // The third atom points away from all rows, and codes are positive.
    const init = [
      [1, 0, 0],
      [0, 1, 0],
      [-1, -1, -1],
    ];
    const given = { nAtoms: 3, alpha: 0.01, positive: true, init, runtime: 'cpu' } as const;
    const first = await library.dictionaryLearning(points, { ...given, maxIter: 1 });
    const last = await library.dictionaryLearning(points, { ...given, maxIter: 20 });
    const uses = ({ representation: { data } }: typeof first) =>
      data.filter((value, at) => at % 3 === 2 && value > 0).length;
    expectEqual(uses(first), 0, 'rows that use the atom at first');
    expectThat(uses(last) > 0, 'no row uses what took its place');
    const wrong = () => library.dictionaryLearning(points, { nAtoms: 2, init, runtime: 'cpu' });
    await expectThrows(wrong, { name: 'ShapeError', message: /init has 3 rows, but D has 2/ });
  },
};

export const dictionaryCases: readonly Case[] = [golden, edges];
