/** `webgpu-clustering predict MODEL FILE`. */
import { type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import {
  AutoencoderModel,
  BayesianGaussianMixtureModel,
  DeepClusteringModel,
  DictionaryModel,
  GaussianMixtureModel,
  KMeansModel,
  MiniBatchKMeansModel,
  OnlineKMeansModel,
  PcaModel,
  SelfOrganizingMapModel,
  SubspaceClusteringModel,
  TransformedKMeansModel,
  TransformModel,
} from '../index.js';
import { placeWork } from './device.js';
import { asFileError, FileError } from './errors.js';
import { beginJob, checkOutputs, headerOf, type Job, needsAll } from './job.js';
import { addRows, addDevice, addRowsOutput, type SharedOptions } from './options.js';
import { type Feature, MISSING, type Preparation, prepare, prepareAs } from './prepare.js';
import { readTable } from './read/read_table.js';
import { type ColumnGroup, writeRows } from './write/rows.js';

type PredictOptions = Pick<
  SharedOptions,
  'columns' | 'header' | 'device' | 'out' | 'labelsOnly' | 'json' | 'quiet'
>;

type Where = Job['where'];
interface Matrix {
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly [number, number];
}
interface Labelling {
  predict(points: Matrix, where: Where): Promise<Uint32Array>;
}
interface Transforming {
  transform(
    points: Matrix,
    where: Where,
  ): Promise<{ data: Float32Array; shape: readonly number[] }>;
}
type Apply = (points: Matrix, where: Where) => Promise<readonly ColumnGroup[]>;

const labelsBy =
  (model: Labelling, name = 'label'): Apply =>
  async (points, where) => [
    { key: `${name}s`, names: [name], data: await model.predict(points, where) },
  ];

const columnsBy =
  (model: Transforming, key: string, letter: string): Apply =>
  async (points, where) => {
    const { data, shape } = await model.transform(points, where);
    const names = Array.from({ length: shape[1] }, (_, t) => `${letter}${t + 1}`);
    return [{ key, names, data }];
  };

const MODELS: Readonly<Record<string, (json: unknown) => Apply>> = {
  kmeans: (json) => labelsBy(KMeansModel.fromJSON(json)),
  'mini-batch-kmeans': (json) => labelsBy(MiniBatchKMeansModel.fromJSON(json)),
  'online-kmeans': (json) => labelsBy(OnlineKMeansModel.fromJSON(json)),
  'gaussian-mixture': (json) => labelsBy(GaussianMixtureModel.fromJSON(json)),
  'bayesian-gaussian-mixture': (json) => labelsBy(BayesianGaussianMixtureModel.fromJSON(json)),
  'self-organizing-map': (json) => labelsBy(SelfOrganizingMapModel.fromJSON(json), 'unit'),
  'subspace-clustering': (json) => labelsBy(SubspaceClusteringModel.fromJSON(json)),
  'transformed-kmeans': (json) => labelsBy(TransformedKMeansModel.fromJSON(json)),
  'deep-clustering': (json) => labelsBy(DeepClusteringModel.fromJSON(json)),
  pca: (json) => columnsBy(PcaModel.fromJSON(json), 'scores', 'pc'),
  transform: (json) => columnsBy(TransformModel.fromJSON(json), 'representation', 'z'),
  dictionary: (json) => columnsBy(DictionaryModel.fromJSON(json), 'representation', 'z'),
  autoencoder: (json) => {
    const model = AutoencoderModel.fromJSON(json);
    const transform: Transforming['transform'] = (points, where) => model.encode(points, where);
    return columnsBy({ transform }, 'embedding', 'z');
  },
};

/** What --model has written: see `savedModel`. */
interface Saved {
  readonly apply: Apply;
  /** Undefined for a model alone, whose rows are all numeric columns of a file. */
  readonly preparation: Preparation | undefined;
}

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addPredict(program: Command, signal: AbortSignal): void {
  const command = program
    .command('predict')
    .description(
      'What a model that --model has written says of the rows of another file: clusters, or principal components. Rows are prepared as those that it was fitted to.',
    )
    .argument('<model>', 'the model, a JSON file that --model has written');
  addRowsOutput(addDevice(addRows(command)), 'the clusters, or what else the model gives')
    .option('--json', 'print the result as JSON on standard output, and nothing else')
    .option('--quiet', 'print nothing but errors')
    .action((model: string, file: string, options: PredictOptions) =>
      predictCommand(model, file, options, signal),
    );
}

async function predictCommand(
  modelPath: string,
  file: string,
  options: PredictOptions,
  signal: AbortSignal,
): Promise<void> {
  await checkOutputs(file, options, [modelPath]);
  const { apply, preparation } = await readModel(modelPath);
  const runtime = await placeWork(options.device, (notice) => {
    if (!options.quiet) console.error(notice);
  });
  const columns = options.columns ?? columnsOf(preparation);
  const source = await readTable(file, {
    ...{ columns, missing: true, encode: true, texts: needsAll(options) },
    header: headerOf(options),
  });
  const prepared = preparation
    ? prepareAs(file, source, preparation)
    : prepare(file, source, {
        ...{ columns, missing: 'drop', encode: false, keepIds: false, standardize: false },
      });
  const job = beginJob(file, options, {
    ...{ source, prepared, where: { runtime, signal } },
    check: () => undefined,
  });
  const { data, shape } = job.used;
  const groups = await apply({ data, shape }, job.where);
  const [first] = groups;
  if (first.data instanceof Uint32Array) describe(job, first.names[0], first.data);
  if (options.out !== undefined) {
    await writeRows(options.out, groups, {
      ...(job.rows && { rows: job.rows }),
      ...(needsAll(options) && source.names && { source }),
    });
    if (options.out !== '-') job.say(`wrote ${options.out}`);
  }
  if (options.json) {
    const entries = groups.map(({ key, names, data: values }) => [
      key,
      names.length === 1 ? [...values] : rowsOf(values, names.length),
    ]);
    console.log(JSON.stringify(Object.fromEntries(entries)));
  }
}

const rowsOf = (values: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, i) =>
    Array.from({ length: width }, (__, j) => values[i * width + j]),
  );

function describe({ say }: Job, name: string, labels: Uint32Array): void {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sizes = [...counts].sort(([a], [b]) => a - b).map(([label, count]) => `${label}: ${count}`);
  say(`rows of each ${name === 'label' ? 'cluster' : name}: ${sizes.join(', ')}`);
}

const columnsOf = (preparation: Preparation | undefined): string[] | undefined =>
  preparation && [...new Set(preparation.features.map(({ column }) => column))];

async function readModel(path: string): Promise<Saved> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw asFileError(path, error, 'read');
  }
  const json = parseModel(path, text);
  const wrapped = 'model' in json && 'columns' in json ? (json as unknown as Wrapped) : undefined;
  const model: unknown = wrapped ? wrapped.model : json;
  const format = isObject(model) && typeof model.format === 'string' ? model.format : '';
  const make = MODELS[format.replace(/^webgpu-clustering\//, '')] as
    ((json: unknown) => Apply) | undefined;
  if (!make) {
    throw new FileError(
      path,
      format === '' ? 'it holds no model' : `models of ${format} do not tell of other rows`,
      `Give a file that --model has written for ${Object.keys(MODELS).slice(0, 3).join(', ')} ...`,
    );
  }
  const apply = make(model);
  const reduction = wrapped?.pca === undefined ? undefined : PcaModel.fromJSON(wrapped.pca);
  return {
    apply: reduction
      ? async (points, where) => apply(await reduction.transform(points, where), where)
      : apply,
    preparation: wrapped
      ? preparationOf(path, wrapped)
      : 'columnNames' in json
        ? preparationOf(path, { columns: json.columnNames })
        : undefined,
  };
}

interface Wrapped {
  readonly columns: unknown;
  readonly features?: unknown;
  readonly missing?: unknown;
  readonly standardize?: unknown;
  readonly pca?: unknown;
  readonly model?: unknown;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((one) => Number.isFinite(one));

function parseModel(path: string, text: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FileError(
      path,
      `it is not JSON (${(error as Error).message})`,
      'Give a file that --model has written.',
      { cause: error },
    );
  }
  if (isObject(json)) return json;
  throw new FileError(path, 'it holds no model', 'Give a file that --model has written.');
}

const KINDS: ReadonlySet<unknown> = new Set<Feature['kind']>([
  ...(['number', 'days', 'boolean', 'category'] as const),
]);

function isFeature(value: unknown): value is Feature {
  if (!isObject(value)) return false;
  const { column, kind, category, fill } = value;
  return (
    typeof column === 'string' &&
    KINDS.has(kind) &&
    (kind === 'category') === (typeof category === 'string') &&
    (fill === undefined || Number.isFinite(fill))
  );
}

function preparationOf(
  path: string,
  { columns, features, missing, standardize }: Wrapped,
): Preparation {
  const refuse = (part: string) =>
    new FileError(path, `its ${part} is not as --model writes it`, 'Write the model again.');
  const isNames = Array.isArray(columns) && columns.every((name) => typeof name === 'string');
  if (!isNames || columns.length === 0) throw refuse('columns');
  const plain = columns.map((column: string): Feature => ({ column, kind: 'number' }));
  if (features !== undefined && !(Array.isArray(features) && features.every(isFeature))) {
    throw refuse('features');
  }
  const found = features ?? plain;
  if (found.length !== columns.length) throw refuse('features');
  const policy = MISSING.find((one) => one === missing) ?? 'drop';
  const how: Preparation = { features: found, missing: policy };
  if (standardize === undefined) return how;
  const { mean, deviation } = isObject(standardize) ? standardize : {};
  const isScale =
    isNumbers(mean) &&
    isNumbers(deviation) &&
    mean.length === found.length &&
    deviation.length === found.length;
  if (!isScale) throw refuse('standardize');
  return {
    ...how,
    standardize: { mean: Float64Array.from(mean), deviation: Float64Array.from(deviation) },
  };
}
