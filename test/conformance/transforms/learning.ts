/** Transform learning. */
import { loadTransforms } from '../../golden/index.js';
import { type Case, firstEverywhere } from '../case.js';
import { expectClose, expectEqual, expectThat, expectThrows } from '../expect.js';

const GOLDEN = ['square, magnitudes', 'square, the largest', 'tall, magnitudes'];

const golden = (name: string): Case => ({
  where: 'each runtime',
  name: `the transform that numpy finds: ${name}`,
  run: async ({ library, runtime, readFile }) => {
    const { transforms } = await loadTransforms((file) => readFile(`golden/${file}`));
    expectEqual(
      transforms.map((one) => one.name),
      GOLDEN,
      'cases',
    );
    const { points, init, options, objectives, atoms, logDet, condition } = transforms.find(
      (one) => one.name === name,
    )!;
    const model = await library.transformLearning(points, { ...options, init, tol: 0, runtime });
    const history = model.history.map(({ objective }) => objective);
    const rounded = { relative: 1e-5, because: 'products are float32 on a device' };
    expectClose(history, objectives.data, rounded);
    expectThat(
      history.every((value, i) => i === 0 || value <= history[i - 1] * (1 + 1e-6)),
      `the objective rises: ${history.join()}`,
    );
    expectClose(model.atoms.data, atoms.data, { absolute: 1e-4, because: rounded.because });
    const last = model.history[history.length - 1];
    expectClose([last.logDet, last.condition], [logDet, condition], rounded);
    const { data } = await model.transform(points, { runtime });
    const nonzero = data.filter((value) => value !== 0).length / points.shape[0];
    expectThat(options.nNonzero === undefined || nonzero === options.nNonzero, `${nonzero} a row`);
  },
});

const trivial: Case = {
  where: 'each runtime',
  name: 'without a penalty T is 0, at objective 0, with a warning; a penalty prevents it',
  run: async ({ library, runtime, takeWarnings }) => {
    const points = Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i * i), i % 3]);
    const { objective, atoms, representation, history, warnings } = await library.transformLearning(
      points,
      { penalty: 0, runtime },
    );
    expectEqual(objective, 0, 'objective');
    expectThat(
      [...atoms.data, ...representation.data].every((value) => value === 0),
      'T or Z',
    );
    expectEqual(history[0].logDet, Number.NEGATIVE_INFINITY, 'log det');
    expectThat(/vary by 0.*penalty above 0/.test(warnings.join()), warnings.join());
    expectEqual(takeWarnings().length, 1, 'warnings on the console');
    const regular = await library.transformLearning(points, { nNonzero: 2, runtime });
    expectEqual(regular.warnings.length, 0, 'warnings');
    const { logDet, condition } = regular.history[regular.iterations - 1];
    expectThat(Number.isFinite(logDet) && condition < 100, `${logDet}, ${condition}`);
  },
};

const refused: Case = {
  where: 'once',
  name: 'wide transforms, streams and numbers too large are refused with a remedy',
  run: async ({ library }) => {
    const points = [
      [1, 2, 3],
      [3, 2, 2],
    ];
    for (const [rows, options, message] of [
      [points, { nAtoms: 2 }, /nAtoms is 2, but points has 3 columns.*pca\(points/],
      [points, { alpha: 1, nNonzero: 2 }, /give one of them/],
      [[[1e30, 1]], {}, /divide all by a constant/],
      [{ blocks: () => [], shape: [1, 1] }, {}, /come as a stream/],
    ] as const) {
      const work = () => library.transformLearning(rows, { ...options, runtime: 'cpu' });
      await expectThrows(work, { name: 'InvalidArgumentError', message });
    }
    await expectThrows(() => library.transformLearning(points, { init: [[1, 0, 0]] }), {
      name: 'ShapeError',
      message: /init has 1 row, but T has 3/,
    });
  },
};

export const learningCases: readonly Case[] = [
  ...firstEverywhere(GOLDEN.map(golden)),
  trivial,
  refused,
];
