/** Subspaces, transforms and dictionaries, with every kind of argument. */
import fc from 'fast-check';
import {
  deepDictionaryClustering,
  dictionaryLearning,
  subspaceClustering,
  transformedKMeans,
  transformedSubspaceClustering,
  transformLearning,
} from '../../src/index.js';
import {
  callOf,
  counted,
  fitOf,
  given,
  harmless,
  type Recipe,
  type RowsArgument,
  RUNTIME,
  subject,
  tolerance,
  whole,
  without,
} from './fits.js';
import { attempt, finite, labelled, must, type Rows, shaped } from './judge.js';

/** Rows that may be refused for nothing but their options. */
const MOST = 1e6;

function isTame({ numbers }: Rows): boolean {
  if (numbers === undefined || numbers.length === 0) return false;
  const sizes = Array.from(numbers, Math.abs);
  return sizes.every((size) => size === 0 || (size > 1 / MOST && size < MOST));
}

const subspaces = subject(
  fitOf(
    {
      k: counted,
      method: fc.constantFrom('ssc', 'omp', 'elasticNet', 'lsr', 'lrsc'),
      nNonzero: whole(6),
      alpha: fc.constantFrom(1.5, 20, 1e9),
      lambda: fc.constantFrom(1e-9, 0.01, 1e9),
      l1Ratio: fc.constantFrom(0.01, 0.9, 1),
      zeroDiagonal: fc.boolean(),
      affine: fc.boolean(),
      outliers: fc.boolean(),
      normalize: fc.boolean(),
      solver: fc.constantFrom('admm', 'fista'),
      iteration: fc.constantFrom('exact', 'matlab'),
      maxIter: whole(30),
      tol: tolerance,
      keep: fc.constantFrom(0.1, 1),
      nLargest: whole(4),
      rowScale: fc.constantFrom('largest', 'length', 'none'),
      affinity: fc.constantFrom('magnitudes', 'dscNet'),
      laplacian: fc.constantFrom('normalized', 'ngJordanWeiss', 'shiMalik'),
      regularization: fc.constantFrom(0, 0.4, 1e9),
      assignLabels: fc.constantFrom('kmeans', 'clusterQr', 'discretize'),
      nInit: whole(3),
    },
    'k',
  ),
  async ({ rows: recipe, options }) => {
    const call = callOf<Parameters<typeof subspaceClustering>[1]>(
      recipe,
      without(options, 'onIteration'),
    );
    const { rows, signal, points } = call;
    const model = await attempt(() => subspaceClustering(points as RowsArgument, call.options), {
      signal,
    });
    call.unchanged();
    if (!model) return;
    const { k } = call.options;
    labelled(model.labels, rows.n, k);
    finite('coefficients', model.coefficients.data);
    finite('affinity', model.affinity.data);
    finite('eigenvalues', model.eigenvalues, k);
    const labels = await attempt(() => model.predict(points as never, RUNTIME));
    if (labels) labelled(labels, rows.n, k);
  },
);

/** What all models of fits by turns have. */
interface Fitted {
  readonly objective: number;
  readonly representation: { readonly data: ArrayLike<number>; readonly shape: readonly number[] };
  readonly history: readonly { readonly objective: number }[];
  readonly labels?: Uint32Array;
  readonly k?: number;
}

type Fit = (points: RowsArgument, options: never) => Promise<Fitted>;

/** A fit by turns, of which no good rows are refused where all its options are good. */
const byTurns = (
  fit: Fit,
  record: Record<string, fc.Arbitrary<unknown>>,
  mayRefuse: (options: Recipe, rows: Rows) => boolean,
  ...required: string[]
) =>
  subject(
    fitOf({ maxIter: whole(4), tol: tolerance, ...record }, ...required),
    async ({ rows: recipe, options }) => {
      const call = callOf<Recipe>(recipe, options);
      const { rows, signal } = call;
      const model = await attempt(() => fit(call.points as RowsArgument, call.options as never), {
        required: harmless(options) && isTame(rows) && !mayRefuse(options, rows),
        signal,
      });
      call.unchanged();
      if (!model) return;
      const { representation, labels, k, history } = model;
      must(representation.shape[0] === rows.n, `representation of ${representation.shape[0]} rows`);
      shaped('representation', representation, ...representation.shape);
      finite('objectives', [model.objective, ...history.map(({ objective }) => objective)]);
      if (labels && k !== undefined) labelled(labels, rows.n, k);
    },
  );

const penalty = fc.constantFrom(0, 1e-6, 1, 1e6);
const tooMany = ({ k }: Recipe, { n }: Rows): boolean => typeof k === 'number' && k > n;

export const SUBSPACES_AND_TRANSFORMS = {
  subspaceClustering: subspaces,
  transformLearning: byTurns(
    transformLearning as Fit,
    {
      nAtoms: whole(12),
      penalty,
      nNonzero: whole(4),
      alpha: fc.constantFrom(0, 0.1, 1e6),
      init: given,
    },
    // Wide transforms, two kinds of sparsity, penalties too small for empty directions.
    (options) => ['nAtoms', 'alpha', 'penalty'].some((name) => name in options),
  ),
  transformedKMeans: byTurns(
    transformedKMeans as Fit,
    { k: counted, penalty, mu: fc.constantFrom(1e-6, 1, 1e6), nInit: whole(3) },
    (options, rows) => 'penalty' in options || tooMany(options, rows),
    'k',
  ),
  transformedSubspaceClustering: byTurns(
    transformedSubspaceClustering as Fit,
    {
      k: counted,
      layers: whole(4),
      expression: fc.constantFrom('llmc', 'ssc', 'lowRank'),
      penalty: fc.constantFrom(1e-6, 1, 1e6),
      gamma: fc.constantFrom(1e-3, 1, 1e3),
      lambda: fc.constantFrom(1e-6, 0.1, 1e6),
      normalize: fc.boolean(),
      nInit: whole(3),
    },
    () => true,
    'k',
  ),
  dictionaryLearning: byTurns(
    dictionaryLearning as Fit,
    {
      nAtoms: whole(8),
      alpha: fc.constantFrom(0, 0.1, 1e6),
      positive: fc.boolean(),
      init: given,
    },
    () => false,
  ),
  deepDictionaryClustering: byTurns(
    deepDictionaryClustering as Fit,
    {
      k: counted,
      layers: fc.array(whole(6), { minLength: 1, maxLength: 4 }),
      clustering: fc.constantFrom('kmeans', 'subspace'),
      mu: fc.constantFrom(1e-3, 0.1, 1e3),
      lambda: fc.constantFrom(1e-3, 1, 1e3),
      nonNegative: fc.boolean(),
      expression: fc.constantFrom('llmc', 'ssc', 'lowRank'),
      nInit: whole(3),
    },
    (options, rows) => 'clustering' in options || tooMany(options, rows),
    'k',
  ),
} as const;
