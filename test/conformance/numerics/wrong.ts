/** Whether what judges the models would see a wrong one: models changed by a little, on the CPU twin. */
import type { KMeansOptions, Points } from '../../../src/index.js';
import type { NumericsGolden, NumericsKind } from '../../golden/index.js';
import type { Case, ConformanceContext } from '../case.js';
import { expectThat } from '../expect.js';
import { runClustering } from './clustering.js';
import { type Findings, isSound, type Place } from './figure.js';
import { runGraphs } from './graphs.js';
import { runMixtures } from './mixture.js';
import { runPca } from './pca.js';

type Library = Place['library'];
type Changes<Model> = Readonly<Record<string, (model: Model) => Partial<Model>>>;
type ModelOf<Fit extends keyof Library> = Library[Fit] extends (
  ...given: never[]
) => Promise<infer Model>
  ? Model
  : never;

const changedAt = <T extends Float64Array | Float32Array | Uint32Array>(
  values: T,
  at: number,
  change: (value: number) => number,
): T => {
  const copy = values.slice() as T;
  copy[at] = change(copy[at]);
  return copy;
};

/** Each of them is to be found out. */
const KMEANS: Changes<ModelOf<'kmeans'>> = {
  'a label': ({ labels }) => ({ labels: changedAt(labels, 0, (label) => 1 - Math.min(label, 1)) }),
  'the inertia': ({ inertia }) => ({ inertia: inertia * (1 + 2e-5) }),
  'a centroid': ({ centroids: { data, shape } }) => ({
    centroids: { data: changedAt(data, 0, (value) => value * 1.01), shape },
  }),
  'a history that rises': ({ history, inertia }) => ({
    history: changedAt(history, history.length - 1, () => inertia * (1 - 1e-4)),
  }),
};
const MIXTURE: Changes<ModelOf<'gaussianMixture'>> = {
  'the bound': ({ lowerBound }) => ({ lowerBound: lowerBound + 2e-4 }),
  'the log-likelihood': ({ logLikelihood, labels }) => ({
    logLikelihood: logLikelihood - 2e-4 * labels.length,
  }),
  'a covariance': ({ covariances: { data, shape } }) => ({
    covariances: { data: changedAt(data, 0, (value) => value * (1 + 1e-4)), shape },
  }),
  'a covariance without a factor': ({ covariances: { data, shape } }) => ({
    covariances: { data: changedAt(data, 0, () => 0), shape },
  }),
  'a precision': ({ precisions: { data, shape } }) => ({
    precisions: { data: changedAt(data, 0, (value) => value * (1 + 1e-4)), shape },
  }),
  'a mean': ({ means: { data, shape } }) => ({
    means: { data: changedAt(data, 0, (value) => value * 1.01), shape },
  }),
};
const PCA: Changes<ModelOf<'pca'>> = {
  'a variance': ({ explainedVariance }) => ({
    explainedVariance: changedAt(explainedVariance, 3, (value) => value * (1 + 2e-4)),
  }),
  'one variance fewer': ({ explainedVariance }) => ({
    explainedVariance: explainedVariance.slice(1),
  }),
  'a component twice': ({ components: { data, shape } }) => {
    const copy = data.slice();
    copy.copyWithin(shape[1], 0, shape[1]);
    return { components: { data: copy, shape } };
  },
  'components in another order': ({ components: { data, shape } }) => ({
    components: {
      data: Float64Array.from([
        ...data.subarray(shape[1], 2 * shape[1]),
        ...data.subarray(0, shape[1]),
        ...data.subarray(2 * shape[1]),
      ]),
      shape,
    },
  }),
};

const NEIGHBOURS: Changes<ModelOf<'nearestNeighbours'>> = {
  'a neighbour': ({ indices }) => ({ indices: changedAt(indices, 0, (row) => (row + 20) % 48) }),
  'a distance': ({ distances }) => ({ distances: changedAt(distances, 0, (one) => one * 1.001) }),
};
const SPECTRAL: Changes<ModelOf<'spectralClustering'>> = {
  'an eigenvalue': ({ eigenvalues }) => ({
    eigenvalues: changedAt(eigenvalues, 2, (value) => value + 1e-4),
  }),
};
const SUBSPACES: Changes<ModelOf<'subspaceClustering'>> = {
  'a coefficient': ({ coefficients }) => ({
    coefficients: {
      ...coefficients,
      data: changedAt(coefficients.data, 1, (value) => value + 1e-3),
    },
  }),
};
const DICTIONARY: Changes<ModelOf<'dictionaryLearning'>> = {
  'the objective': ({ objective }) => ({ objective: objective * 1.1 }),
};

/** The model with some of its properties changed. */
const changed = <Model extends object>(model: Model, changes: Partial<Model>): Model =>
  new Proxy(model, {
    get: (target, name) => {
      if (name in changes) return Reflect.get(changes, name) as unknown;
      const value: unknown = Reflect.get(target, name);
      // Methods reach private fields, which a proxy does not have.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

async function expectFound<Model extends object>(
  { library, takeWarnings }: ConformanceContext,
  changes: Changes<Model>,
  judge: (place: Place, kind: NumericsKind) => Promise<Findings>,
  kind: NumericsKind,
  fitted: (change: (model: Model) => Model) => Partial<Library>,
): Promise<void> {
  const none: Changes<Model> = { nothing: () => ({}) };
  for (const [what, change] of Object.entries({ ...none, ...changes })) {
    const altered = fitted((model) => changed(model, change(model)));
    const place = { library: { ...library, ...altered }, runtime: 'cpu', takeWarnings } as const;
    const sound = isSound(await judge(place, kind));
    expectThat(sound === (what === 'nothing'), `${what} changed: sound is ${sound}.`);
  }
}

export const wrongModels = (
  golden: (context: ConformanceContext) => Promise<NumericsGolden>,
): Case => ({
  name: 'a model that is a little wrong is found out',
  where: 'once',
  run: async (context) => {
    const { kinds, leastLost } = await golden(context);
    const kind = kinds.find(({ name }) => name === 'quakes');
    expectThat(kind !== undefined, 'numerics.json has no quakes.');
    const { library } = context;
    const kmeans = (place: Place, data: NumericsKind) => runClustering(place, data, 'euclidean');
    await expectFound(context, KMEANS, kmeans, kind, (change) => ({
      kmeans: (async (points: Points, options: KMeansOptions) =>
        change(await library.kmeans(points, options))) as typeof library.kmeans,
    }));
    await expectFound(context, MIXTURE, runMixtures, kind, (change) => ({
      gaussianMixture: async (...given) => change(await library.gaussianMixture(...given)),
    }));
    const pca = (place: Place, data: NumericsKind) => runPca(place, data, leastLost);
    await expectFound(context, PCA, pca, kind, (change) => ({
      pca: async (...given) => change(await library.pca(...given)),
    }));
    await expectFound(context, NEIGHBOURS, runGraphs, kind, (change) => ({
      nearestNeighbours: async (...given) => change(await library.nearestNeighbours(...given)),
    }));
    await expectFound(context, SPECTRAL, runGraphs, kind, (change) => ({
      spectralClustering: async (...given) => change(await library.spectralClustering(...given)),
    }));
    await expectFound(context, SUBSPACES, runGraphs, kind, (change) => ({
      subspaceClustering: async (...given) => change(await library.subspaceClustering(...given)),
    }));
    await expectFound(context, DICTIONARY, runGraphs, kind, (change) => ({
      dictionaryLearning: async (...given) => change(await library.dictionaryLearning(...given)),
    }));
  },
});
