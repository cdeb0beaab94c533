/**
 * Small data sets of everyday kinds (numerics.json), on each of which every method starts from given
 * numbers and is held to float64. docs/numerics.md shows the same figures.
 */
import { loadNumerics, type NumericsGolden } from '../../golden/index.js';
import { type Case, type ConformanceContext, firstEverywhere, type Suite } from '../case.js';
import { expectEqual, expectThat } from '../expect.js';
import { runClustering } from './clustering.js';
import { type Figure, type Findings, holds, type Method } from './figure.js';
import { HARD, runGraphs } from './graphs.js';
import { DIRECTIONS, KINDS, ONE_COLUMN } from './kinds.js';
import { runMixtures } from './mixture.js';
import { runPca } from './pca.js';
import { wrongModels } from './wrong.js';

const golden = ({ readFile }: ConformanceContext): Promise<NumericsGolden> =>
  loadNumerics((name) => readFile(`golden/${name}`));

/** The methods, by the name of their suite, and the kinds of data that each is for. */
export const METHODS: readonly {
  readonly name: string;
  readonly isFor: (kind: string) => boolean;
  readonly method: (numerics: NumericsGolden) => Method;
}[] = [
  {
    name: 'numerics kmeans',
    isFor: () => true,
    method: () => (place, kind) => runClustering(place, kind, 'euclidean'),
  },
  {
    name: 'numerics cosine',
    isFor: (kind) => DIRECTIONS.has(kind),
    method: () => (place, kind) => runClustering(place, kind, 'cosine'),
  },
  { name: 'numerics mixture', isFor: () => true, method: () => runMixtures },
  {
    name: 'numerics pca',
    isFor: (kind) => !ONE_COLUMN.has(kind),
    method:
      ({ leastLost }) =>
      (place, kind) =>
        runPca(place, kind, leastLost),
  },
];

function sentence(figure: Figure): string {
  const { method, quantity, float64, found, difference, measure, tolerance, because } = figure;
  return (
    `${method}, ${quantity}: ${found} for ${float64}, ${measure} difference ${difference.toExponential(2)}, ` +
    `allowed ${tolerance.toExponential(1)}, because ${because}`
  );
}

/** Fails with every figure that is off and every rule that is broken. */
function expectSound({ figures, faults }: Findings): void {
  const lines = [...figures.filter((figure) => !holds(figure)).map(sentence), ...faults];
  expectThat(lines.length === 0, lines.join('\n'));
}

const theNames: Case = {
  name: 'the suites name every kind of data in the file',
  where: 'once',
  run: async (context) => {
    const { kinds } = await golden(context);
    const names = (chosen: typeof kinds) => chosen.map(({ name }) => name);
    expectEqual(names(kinds), [...KINDS], 'kinds');
    const directions = names(kinds.filter(({ cosine }) => cosine !== null));
    expectEqual(directions, [...DIRECTIONS], "kinds with 'cosine'");
    expectEqual(names(kinds.filter(({ pca }) => pca === null)), [...ONE_COLUMN], 'one column');
  },
};

const caseOf = (kindName: string, method: (numerics: NumericsGolden) => Method): Case => ({
  name: kindName,
  run: async (context) => {
    const numerics = await golden(context);
    const kind = numerics.kinds.find((one) => one.name === kindName);
    expectThat(kind !== undefined, `numerics.json has no kind '${kindName}'.`);
    expectSound(await method(numerics)(context, kind));
  },
});

export const numericsSuites: readonly Suite[] = [
  ...METHODS.map(({ name, isFor, method }, i) => ({
    name,
    cases: [
      ...(i === 0 ? [theNames, wrongModels(golden)] : []),
      ...firstEverywhere(KINDS.filter(isFor).map((kindName) => caseOf(kindName, method))),
    ],
  })),
  {
    name: 'numerics graphs, transforms and dictionaries',
    cases: HARD.map((kindName) => ({
      ...caseOf(kindName, () => runGraphs),
      where: 'each runtime' as const,
    })),
  },
];
