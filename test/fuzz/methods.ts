/** Every method and every model with every kind of argument. */
import fc from 'fast-check';
import {
  bayesianGaussianMixture,
  BayesianGaussianMixtureModel,
  blobRows,
  gaussianMixture,
  GaussianMixtureModel,
  type HostMatrix,
  kmeans,
  KMeansModel,
  miniBatchKMeans,
  MiniBatchKMeansModel,
  pca,
  PcaModel,
} from '../../src/index.js';
import {
  callOf,
  columns,
  counted,
  fitOf,
  given,
  harmless,
  limited,
  options,
  type Recipe,
  type RowsArgument,
  RUNTIME,
  subject,
  tolerance,
  whole,
} from './fits.js';
import { GRAPHS_AND_MAPS } from './graphs_and_maps.js';
import { SUBSPACES_AND_TRANSFORMS } from './subspaces_and_transforms.js';
import {
  attempt,
  finite,
  goodCentroids,
  goodKMeans,
  goodMixture,
  goodPca,
  goodProbabilities,
  labelled,
  must,
  type Rows,
  shaped,
} from './judge.js';
import {
  built,
  builtOption,
  builtRows,
  CallersError,
  mostly,
  plainRows,
  rowsOf,
  share,
  weights,
  wild,
} from './values.js';

const kmeansSubject = subject(
  fitOf(
    {
      k: counted,
      init: fc.oneof(fc.constantFrom('k-means++', 'k-means||', 'random'), given),
      ...limited(tolerance),
      metric: fc.constantFrom('euclidean', 'cosine'),
      algorithm: fc.constantFrom('auto', 'lloyd', 'bounded'),
      storage: fc.constantFrom('float32', 'float16'),
    },
    'k',
  ),
  async ({ rows: recipe, options: fitted }) => {
    const call = callOf<Parameters<typeof kmeans>[1]>(recipe, fitted);
    const { rows, signal } = call;
    const k = call.options.k;
    const euclidean = (call.options.metric ?? 'euclidean') === 'euclidean';
    const model = await attempt(() => kmeans(call.points as RowsArgument, call.options), {
      required: rows.numbers !== undefined && harmless(fitted) && rows.n >= k && euclidean,
      signal,
    });
    call.unchanged();
    if (!model) return;
    goodKMeans(model, rows, k, euclidean && model.storage === 'float32');
    if (!rows.numbers || !euclidean) return;
    const labels = await model.predict(call.points as RowsArgument, RUNTIME);
    must(labels.join() === model.labels.join(), 'predict(points) is not labels');
  },
);

const miniBatchSubject = subject(
  fc.record({
    rows: rowsOf(columns),
    options: options(
      {
        k: counted,
        init: fc.oneof(fc.constantFrom('k-means++', 'k-means||', 'random'), given),
        ...limited(tolerance),
        initSize: whole(50),
        batchSize: whole(50),
        maxNoImprovement: fc.nat(5),
        reassignmentRatio: fc.constantFrom(0, 0.01, 1),
        metric: fc.constantFrom('euclidean', 'cosine'),
      },
      'k',
    ),
    later: rowsOf(columns),
    online: fc.record(
      { sampleWeight: weights, signal: fc.constantFrom('aborted', 'soon') },
      { requiredKeys: [] },
    ),
  }),
  async ({ rows: recipe, options: fitted, later, online }) => {
    const call = callOf<Parameters<typeof miniBatchKMeans>[1]>(recipe, fitted);
    const model = await attempt(
      () => miniBatchKMeans(call.points as RowsArgument, call.options),
      call,
    );
    call.unchanged();
    if (!model) return;
    goodCentroids(model, call.rows, call.options.k, false);
    const next = callOf<Parameters<typeof model.partialFit>[1]>({ ...later, d: recipe.d }, online);
    const learnt = await attempt(
      () => model.partialFit(next.points as RowsArgument, next.options),
      next,
    );
    next.unchanged();
    if (learnt) goodCentroids(learnt, { ...next.rows, d: recipe.d }, call.options.k, false);
  },
);

const mixtureOptions = {
  k: whole(4),
  covarianceType: fc.constantFrom('full', 'tied', 'diag', 'spherical'),
  regCovar: fc.constantFrom(0, 1e-6, 1e-2),
  init: fc.constantFrom('kmeans', 'k-means++', 'random', 'random_from_data'),
  ...limited(fc.constantFrom(0, 1e-3)),
};

/** A tensor of a plausible shape, or rows of any kind. */
const tensor = fc.oneof(
  given,
  fc.array(fc.constantFrom(0, 0.25, 0.5, 1, -1, 1e30, Number.NaN), { maxLength: 6 }),
  fc.record({
    data: fc.array(fc.constantFrom(0, 0.5, 1, 2, 1e30), { maxLength: 8 }),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  }),
);

const gaussianMixtureSubject = subject(
  fitOf(
    {
      ...mixtureOptions,
      init: fc.oneof(
        { weight: 3, arbitrary: mixtureOptions.init },
        {
          weight: 1,
          arbitrary: fc.record(
            { weights: mostly(tensor), means: mostly(tensor), precisions: mostly(tensor) },
            { requiredKeys: [] },
          ),
        },
      ),
      covarianceType: fc.constantFrom('full', 'tied', 'diag', 'spherical', 'fixed'),
      fixedVariance: fc.constantFrom(1e-6, 1, 1e30),
      warmStart: wild,
    },
    'k',
  ),
  async ({ rows: recipe, options: fitted }) => {
    const call = callOf<Parameters<typeof gaussianMixture>[1]>(recipe, withBuilt(fitted, 'init'));
    const model = await attempt(
      () => gaussianMixture(call.points as RowsArgument, call.options),
      call,
    );
    call.unchanged();
    if (model) goodMixture(model, call.rows, call.options.k);
  },
);

/** With the parts of one option built: it may be an object of several. */
function withBuilt(recipe: Recipe, name: string): Recipe {
  const option = recipe[name];
  if (typeof option !== 'object' || option === null || 'wild' in option) return recipe;
  const parts = Object.entries(option).map(([part, value]) => [part, builtOption(value, 3)]);
  return { ...recipe, [name]: Object.fromEntries(parts) as unknown };
}

const bayesianSubject = subject(
  fitOf(
    {
      ...mixtureOptions,
      init: fc.oneof(
        { weight: 3, arbitrary: mixtureOptions.init },
        {
          weight: 1,
          arbitrary: fc.record({
            labels: mostly(
              fc.array(fc.constantFrom(0, 1, 2, 9, -1, 0.5, null), { maxLength: 9 }),
              3,
            ),
          }),
        },
      ),
      weightConcentrationPriorType: fc.constantFrom('dirichlet_process', 'dirichlet_distribution'),
      weightConcentrationPrior: fc.constantFrom(1e-3, 1, 1e6),
      meanPrecisionPrior: fc.constantFrom(1e-3, 1, 1e6),
      meanPrior: tensor,
      degreesOfFreedomPrior: fc.constantFrom(1, 6, 1e6),
      covariancePrior: tensor,
    },
    'k',
  ),
  async ({ rows: recipe, options: fitted }) => {
    const call = callOf<Parameters<typeof bayesianGaussianMixture>[1]>(
      recipe,
      withBuilt(fitted, 'init'),
    );
    const model = await attempt(
      () => bayesianGaussianMixture(call.points as RowsArgument, call.options),
      call,
    );
    call.unchanged();
    if (model) goodMixture(model, call.rows, call.options.k);
  },
);

const pcaSubject = subject(
  fitOf({
    nComponents: fc.oneof(counted, fc.constantFrom(0.5, 0.999, 'all')),
    whiten: fc.boolean(),
    solver: fc.constantFrom('covariance', 'randomized', 'deflation', 'incremental'),
    nOversamples: whole(12),
    iteratedPower: fc.nat(8),
    tol: fc.constantFrom(0, 1e-6, 1),
    maxIter: whole(2000),
    batchSize: whole(50),
  }),
  async ({ rows: recipe, options: fitted }) => {
    const call = callOf<Parameters<typeof pca>[1]>(recipe, fitted);
    const { rows, signal } = call;
    const free = Object.keys(fitted).every((name) =>
      ['seed', 'whiten', 'onIteration'].includes(name),
    );
    const model = await attempt(() => pca(call.points as RowsArgument, call.options), {
      required: rows.numbers !== undefined && rows.n >= 2 && free && harmless(fitted),
      signal,
    });
    call.unchanged();
    if (!model) return;
    goodPca(model, rows);
    if (!rows.numbers) return;
    const scores = await attempt(() => model.transform(call.points as RowsArgument, RUNTIME));
    if (scores) shaped('scores', scores, rows.n, model.nComponents);
  },
);

const COLUMNS = 3;
const CLUSTERS = 3;

const KINDS = ['kmeans', 'cosine', 'miniBatch', 'mixture', 'bayesian', 'pca'] as const;

/** A model of each kind over three columns. */
const FITS = {
  kmeans: (points) => kmeans(points, { k: CLUSTERS, ...RUNTIME }),
  cosine: (points) => kmeans(points, { k: CLUSTERS, metric: 'cosine', ...RUNTIME }),
  miniBatch: (points) => miniBatchKMeans(points, { k: CLUSTERS, ...RUNTIME }),
  mixture: (points) => gaussianMixture(points, { k: CLUSTERS, regCovar: 1e-3, ...RUNTIME }),
  bayesian: (points) =>
    bayesianGaussianMixture(points, { k: CLUSTERS, regCovar: 1e-3, ...RUNTIME }),
  pca: (points) => pca(points, { nComponents: 2, ...RUNTIME }),
} as const satisfies Record<(typeof KINDS)[number], (points: HostMatrix) => Promise<unknown>>;

type Kind = keyof typeof FITS;
type Models = { readonly [K in Kind]: Awaited<ReturnType<(typeof FITS)[K]>> };

/** Those that were asked for, fitted once. */
const fits = new Map<Kind, Promise<Models[Kind]>>();
function modelOf<K extends Kind>(kind: K): Promise<Models[K]> {
  const points = { data: plainRows(30, COLUMNS), shape: [30, COLUMNS] };
  const fit = fits.get(kind) ?? FITS[kind](points);
  fits.set(kind, fit);
  return fit as Promise<Models[K]>;
}

/** What can be asked of any model, for rows of n x 3; `n` is undefined where that is not known. */
async function ask(
  model: Models[keyof Models],
  question: number,
  points: RowsArgument,
  options: object,
  n: number,
): Promise<void> {
  if (model instanceof PcaModel) {
    const t = model.nComponents;
    const asked = [
      async () => {
        shaped('scores', await model.transform(points, options), n, t);
      },
      async () => {
        shaped('rows', await model.inverseTransform(points, options), n, COLUMNS);
      },
      async () => {
        shaped('rows', await model.reconstruct(points, undefined, options), n, COLUMNS);
      },
      async () => {
        finite('densities', await model.scoreSamples(points, options), n);
      },
      async () => {
        goodPca(await model.partialFit(points, options), { numbers: undefined, n, d: COLUMNS });
      },
    ];
    return asked[question % asked.length]();
  }
  const asked = [
    async () => {
      labelled(await model.predict(points, options), n, CLUSTERS);
    },
    async () => {
      finite('score', [await model.score(points, options)]);
    },
    async () => {
      if (model instanceof KMeansModel || model instanceof MiniBatchKMeansModel) {
        shaped('distances', await model.transform(points, options), n, CLUSTERS);
        return;
      }
      const { data, shape } = await model.predictProba(points, options);
      shaped('responsibilities', { data, shape }, n, CLUSTERS);
      goodProbabilities(data, CLUSTERS);
    },
    async () => {
      if (!(model instanceof GaussianMixtureModel)) return;
      finite('densities', await model.scoreSamples(points, options), n);
      finite('criteria', [await model.bic(points, options), await model.aic(points, options)]);
    },
  ];
  return asked[question % asked.length]();
}

const modelSubject = subject(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    question: fc.nat(9),
    rows: rowsOf(mostlyThree()),
    options: fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.record({ signal: wild }) },
      { weight: 1, arbitrary: fc.record({ sampleWeight: weights }) },
    ),
  }),
  async ({ kind, question, rows: recipe, options: asked }) => {
    const model = await modelOf(kind);
    const call = callOf<object>(recipe, asked);
    await attempt(
      () => ask(model, question, call.points as RowsArgument, call.options, recipe.n),
      call,
    );
    call.unchanged();
  },
);

function mostlyThree(): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(COLUMNS) },
    { weight: 1, arbitrary: columns },
  );
}

/** So many rows that a machine may have the memory for, and the patience. */
const isLarge = (n: unknown): boolean => {
  const asked = built(n);
  return typeof asked === 'number' && asked >= 1e6 && asked <= 2 ** 32;
};

const sampleSubject = subject(
  fc.record({
    kind: fc.constantFrom('mixture', 'bayesian'),
    n: mostly(whole(20), 2).filter((n) => !isLarge(n)),
    seed: mostly(fc.nat(100), 2),
    count: mostly(whole(2), 2),
  }),
  async ({ kind, n, seed, count }) => {
    const model = await modelOf(kind);
    const sample = await attempt(() => model.sample(built(n) as number, built(seed) as number));
    if (sample) shaped('a sample', sample.points, sample.labels.length, COLUMNS);
    const components = await modelOf('pca');
    const rows = { data: plainRows(4, COLUMNS), shape: [4, COLUMNS] };
    const back = await attempt(() => components.reconstruct(rows, built(count) as number, RUNTIME));
    if (back) shaped('rows', back, 4, COLUMNS);
  },
);

/** A change of a saved model: at the place that `path` leads to, by shares of what lies at each step. */
const mutation = fc.record({
  path: fc.array(share, { minLength: 1, maxLength: 2 }),
  change: fc.oneof(
    fc.constantFrom('remove', 'double', 'halve', 'negate', 'text', 'nest').map((how) => ({ how })),
    fc
      .constantFrom(
        null,
        true,
        -1,
        0,
        0.5,
        3,
        2 ** 32,
        2 ** 40,
        1e30,
        1e300,
        1e-300,
        '',
        'x',
        [],
        {},
        [[1]],
      )
      .map((to) => ({ to })),
  ),
});

function mutate(
  json: unknown,
  { path, change }: typeof mutation extends fc.Arbitrary<infer T> ? T : never,
) {
  let holder = json as Record<string, unknown>;
  let key = '';
  for (const place of path) {
    const next = key === '' ? holder : holder[key];
    if (typeof next !== 'object' || next === null || Object.keys(next).length === 0) break;
    holder = next as Record<string, unknown>;
    const keys = Object.keys(next);
    key = keys[Math.floor(place * keys.length)];
  }
  const value = holder[key];
  if ('to' in change) holder[key] = change.to;
  else if (change.how === 'remove') {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    else delete holder[key];
  } else if (change.how === 'text') holder[key] = String(value);
  else if (change.how === 'nest') holder[key] = [value];
  else if (Array.isArray(value)) {
    holder[key] =
      change.how === 'double'
        ? (value as unknown[]).concat(value)
        : (value as unknown[]).slice(value.length >> 1);
  } else if (typeof value === 'number') {
    holder[key] = value * { double: 2, halve: 0.5, negate: -1 }[change.how as 'double'];
  }
}

const READERS = {
  kmeans: KMeansModel,
  cosine: KMeansModel,
  miniBatch: MiniBatchKMeansModel,
  mixture: GaussianMixtureModel,
  bayesian: BayesianGaussianMixtureModel,
  pca: PcaModel,
} as const;

const jsonSubject = subject(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    mutations: fc.array(mutation, { maxLength: 3 }),
    instead: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: wild }),
    question: fc.nat(9),
  }),
  async ({ kind, mutations, instead, question }) => {
    const json = JSON.parse(JSON.stringify(await modelOf(kind))) as unknown;
    for (const change of mutations) mutate(json, change);
    const text = JSON.stringify(json);
    const model = await attempt(() => READERS[kind].fromJSON(instead ? built(instead) : json), {
      required: mutations.length === 0 && !instead,
    });
    must(JSON.stringify(json) === text, 'the JSON was changed');
    if (!model) return;
    const again = READERS[kind].fromJSON(JSON.parse(JSON.stringify(model)));
    must(JSON.stringify(again) === JSON.stringify(model), 'a model is another once saved');
    const columnsNow = 'mean' in model ? model.mean.length : COLUMNS;
    if (columnsNow !== COLUMNS) return;
    const clusters = 'k' in model ? model.k : CLUSTERS;
    if (clusters !== CLUSTERS) return;
    const points = { data: plainRows(5, COLUMNS), shape: [5, COLUMNS] };
    // Scores, of as many columns as there are components, are another matter.
    const other = model instanceof PcaModel && question % 5 === 1 ? 0 : question;
    await attempt(() => ask(model, other, points, RUNTIME, 5));
  },
);

const FAULTS = [
  'one too few',
  'one too many',
  'an odd block',
  'a throw',
  'a return that gives no promise',
  'no iterator',
  'a next that gives no object',
  'others each time',
  'endless',
] as const;

const streamSubject = subject(
  fc.record({
    rows: rowsOf(columns),
    step: whole(20),
    fault: fc.oneof(
      { weight: 2, arbitrary: fc.constant('right' as const) },
      { weight: 3, arbitrary: fc.constantFrom(...FAULTS) },
    ),
    synchronous: fc.boolean(),
    odd: wild,
    asRows: fc.boolean(),
    k: whole(3),
    method: fc.constantFrom('kmeans', 'miniBatch', 'pca', 'predict'),
  }),
  async ({ rows: recipe, step, fault, synchronous, odd, asRows, k, method }) => {
    const { n, d } = recipe;
    const { numbers } = builtRows({ ...recipe, form: 'float32', spoilt: null });
    const values = Float32Array.from(numbers ?? plainRows(n, d));
    let passes = 0;
    function* blocks(): Generator {
      passes++;
      for (let row = 0; row < n; row += step) {
        const last = row + step >= n;
        if (fault === 'one too few' && last) return;
        if (fault === 'an odd block' && last) yield built(odd);
        if (fault === 'a throw' && last) throw new CallersError('the stream broke');
        const part = values.slice(row * d, Math.min(n, row + step) * d);
        if (fault === 'others each time') part.fill(passes);
        yield asRows
          ? Array.from({ length: part.length / d }, (_, i) => part.subarray(i * d, (i + 1) * d))
          : part;
      }
      if (fault === 'one too many') yield values.slice(0, d);
      while (fault === 'endless') yield values.slice(0, d);
    }
    async function* later(): AsyncGenerator {
      await Promise.resolve();
      yield* blocks();
    }
    const start = (): unknown => {
      if (fault === 'no iterator') return built(odd);
      const made = synchronous ? blocks() : later();
      const own = synchronous ? Symbol.iterator : Symbol.asyncIterator;
      if (fault === 'a return that gives no promise') {
        return { [own]: () => ({ next: made.next.bind(made), return: () => undefined }) };
      }
      if (fault === 'a next that gives no object') return { [own]: () => ({ next: () => 3 }) };
      return made;
    };
    const stream = { shape: [n, d], blocks: start } as unknown as RowsArgument;
    const rows: Rows = { numbers: values, n, d };
    const right = fault === 'right' && numbers !== undefined;
    if (method === 'kmeans') {
      const model = await attempt(() => kmeans(stream, { k, ...RUNTIME }), {
        required: right && n >= k,
      });
      if (model) goodKMeans(model, rows, k, right);
    } else if (method === 'miniBatch') {
      const model = await attempt(() => miniBatchKMeans(stream, { k, maxIter: 2, ...RUNTIME }), {
        required: right && n >= k,
      });
      if (model) goodCentroids(model, rows, k, false);
    } else if (method === 'predict') {
      const model = await modelOf('kmeans');
      const labels = await attempt(() => model.predict(stream, RUNTIME), {
        required: right && d === COLUMNS,
      });
      if (labels) labelled(labels, n, CLUSTERS);
    } else {
      const batches = start() as RowsArgument;
      const model = await attempt(() => pca(batches, { nComponents: 1, ...RUNTIME }));
      if (model) goodPca(model, rows);
    }
  },
);

const blobSubject = subject(
  fc.record({
    bytes: fc.nat(100),
    columns: mostly(whole(4), 2),
    offset: mostly(fc.nat(8), 2),
    blob: fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: wild }),
  }),
  async ({ bytes, columns: width, offset, blob }) => {
    const source = blob ? built(blob) : new Blob([new Uint8Array(bytes)]);
    const args = [source, built(width), built(offset)] as Parameters<typeof blobRows>;
    const stream = await attempt(() => blobRows(...args));
    if (stream) {
      const model = await attempt(() => kmeans(stream, { k: 1, ...RUNTIME }));
      const [n, d] = stream.shape;
      if (model) goodKMeans(model, { numbers: undefined, n, d }, 1, false);
    }
  },
);

export const METHODS = {
  ...GRAPHS_AND_MAPS,
  ...SUBSPACES_AND_TRANSFORMS,
  kmeans: kmeansSubject,
  miniBatchKMeans: miniBatchSubject,
  gaussianMixture: gaussianMixtureSubject,
  bayesianGaussianMixture: bayesianSubject,
  pca: pcaSubject,
  models: modelSubject,
  sample: sampleSubject,
  'saved models': jsonSubject,
  streams: streamSubject,
  blobRows: blobSubject,
} as const;
