/** `--workers`: kmeans, gmm and pca of rows in shards. */
import type { Command } from 'commander';
import { basename } from 'node:path';
import { plural } from '../../errors.js';
import { InvalidArgumentError } from '../../index.js';
import {
  type Asked,
  kmeansOfShards,
  mixtureOfShards,
  pcaOfShards,
  type ShardKMeansOptions,
  type ShardMixtureOptions,
  type ShardPcaOptions,
  type Shards,
} from '../../shard/index.js';
import { formatCount, formatObjective, formatSeconds } from '../format.js';
import { type SharedOptions, wholeNumber } from '../options.js';
import { showProgress } from '../progress.js';
import { checkWritable } from '../write/atomic.js';
import { nested, writeJson } from '../write/json.js';
import { refuseOverwriting } from '../write/overwriting.js';
import { CheckpointFile } from './checkpoint_file.js';
import { mergeParts, openParts } from './labels.js';
import { refuseChanged, type Sources, sourcesOf } from './sources.js';
import { withShards, type WorkersOptions } from './workers.js';

/** What every command that takes --workers is given. */
export interface ShardOptions extends SharedOptions, Partial<Omit<WorkersOptions, 'device'>> {
  readonly shardRows?: number;
  readonly width?: number;
  readonly checkpoint?: string;
  readonly resume?: boolean;
}

const SHARD_ROWS = 65_536;
const WORKER_TIMEOUT = 60;

/** Adds --workers and what belongs to it. */
export function addWorkers(command: Command): Command {
  return command
    .option(
      '--workers <where>',
      'fit rows in shards that others hold: tcp://host:8786 of a Dask scheduler, mpi:RANKS, or local (docs/scale.md)',
    )
    .option(
      '--shard-rows <number>',
      `--workers: rows of a shard at most (default: ${SHARD_ROWS})`,
      wholeNumber(1),
    )
    .option('--width <number>', '--workers: numbers in a row of .f32 files', wholeNumber(1))
    .option(
      '--checkpoint <file>',
      '--workers: what each iteration leaves (default: FILE.METHOD.checkpoint.json here)',
    )
    .option('--resume', '--workers: go on from the checkpoint')
    .option(
      '--python <command>',
      '--workers: the Python that has Dask or mpi4py (default: python3)',
    )
    .option(
      '--worker-timeout <seconds>',
      `--workers: end after so long without any worker (default: ${WORKER_TIMEOUT})`,
      wholeNumber(1),
    );
}

/** Options that go with --workers, whatever the method. */
const COMMON_OPTIONS = [
  ...['workers', 'shardRows', 'width', 'checkpoint', 'resume', 'python', 'workerTimeout'],
  ...['columns', 'seed', 'device', 'model', 'json', 'quiet', 'trace', 'k', 'maxIter', 'tol'],
] as const;

/** What a method makes of shards. */
interface Outcome {
  readonly model: object;
  /** For people, after how it went. */
  readonly lines: readonly string[];
  readonly json: object;
}

/** One run: what the methods differ in. */
interface Run {
  readonly method: 'kmeans' | 'gmm' | 'pca';
  /** Options beside the common ones. */
  readonly takes: readonly string[];
  readonly fit: (shards: Shards, tools: Tools) => Promise<Outcome>;
}

interface Tools {
  readonly checkpoints: CheckpointFile;
  readonly parts: string | undefined;
  readonly signal: AbortSignal;
  readonly step: (title: string, iteration: number, most: number, figure: string) => void;
}

export function runKMeans(
  file: string,
  options: ShardOptions &
    Pick<ShardKMeansOptions, 'maxIter' | 'tol'> & { k: unknown; init?: string },
  command: Command,
  signal: AbortSignal,
): Promise<void> {
  const { seed, maxIter = 0, tol } = options;
  const k = countOf(options.k);
  const given = command.getOptionValueSource('init') === 'cli' ? options.init : undefined;
  if (given === 'k-means++') {
    throw new InvalidArgumentError(
      'init',
      '--init k-means++ needs all rows in one place, a row at a time; with --workers it is k-means|| or random.',
    );
  }
  const init = given as ShardKMeansOptions['init'];
  return run(file, options, command, signal, {
    method: 'kmeans',
    takes: ['init', 'out', 'labelsOnly'],
    fit: async (shards, { step, parts, ...tools }) => {
      const { model, counts, ...found } = await kmeansOfShards(shards, {
        ...{ k, seed, maxIter, ...tools },
        ...(tol === undefined ? {} : { tol }),
        ...(init ? { init } : {}),
        ...(parts === undefined ? {} : { parts }),
        onIteration: (iteration, inertia) => {
          step('k-means', iteration, maxIter, `objective ${formatObjective(inertia)}`);
        },
      });
      const { inertia, iterations, converged, history } = found;
      return {
        model,
        lines: [
          `objective (inertia): ${formatObjective(inertia)} after ${iterations} ${plural(iterations, 'iteration')}${converged ? ', converged' : ''}`,
          `cluster sizes: ${counts.join(' ')}`,
        ],
        json: {
          ...{ inertia, iterations, converged },
          history: [...history],
          counts: [...counts],
          centroids: nested(model.centroids.data, model.centroids.shape),
        },
      };
    },
  });
}

export function runMixture(
  file: string,
  options: ShardOptions &
    Pick<ShardMixtureOptions, 'maxIter' | 'tol' | 'regCovar'> & { k: unknown; covariance?: string },
  command: Command,
  signal: AbortSignal,
): Promise<void> {
  const { seed, maxIter = 0, tol, regCovar, covariance } = options;
  const k = countOf(options.k);
  if (covariance === 'fixed') {
    throw new InvalidArgumentError(
      'covariance',
      '--covariance fixed does not go with --workers; use full, tied, diag or spherical.',
    );
  }
  const covarianceType = covariance as ShardMixtureOptions['covarianceType'];
  return run(file, options, command, signal, {
    method: 'gmm',
    takes: ['covariance', 'regCovar', 'out', 'labelsOnly'],
    fit: async (shards, { step, parts, ...tools }) => {
      const { model, counts } = await mixtureOfShards(shards, {
        ...{ k, seed, maxIter, ...tools },
        ...(tol === undefined ? {} : { tol }),
        ...(regCovar === undefined ? {} : { regCovar }),
        ...(covarianceType ? { covarianceType } : {}),
        ...(parts === undefined ? {} : { parts }),
        onStart: (iteration, inertia) => {
          step('k-means', iteration, maxIter, `objective ${formatObjective(inertia)}`);
        },
        onIteration: (iteration, bound) => {
          step('mixture', iteration, maxIter, `bound ${formatObjective(bound)}`);
        },
      });
      const { logLikelihood, iterations, converged, lowerBound, history, weights, means } = model;
      return {
        model,
        lines: [
          `log-likelihood: ${formatObjective(logLikelihood)} after ${iterations} ${plural(iterations, 'iteration')}${converged ? ', converged' : ''}`,
          `component sizes: ${counts.join(' ')}`,
        ],
        json: {
          ...{ k, covarianceType: model.covarianceType, logLikelihood, lowerBound },
          ...{ iterations, converged, history: [...history] },
          weights: [...weights.data],
          counts: [...counts],
          means: nested(means.data, means.shape),
          covariances: [...model.covariances.data],
        },
      };
    },
  });
}

export function runPca(
  file: string,
  options: ShardOptions &
    Omit<ShardPcaOptions, 'solver'> & { components?: number | 'all'; solver?: string },
  command: Command,
  signal: AbortSignal,
): Promise<void> {
  const { components, whiten, solver, seed, nOversamples, iteratedPower } = options;
  if (solver !== undefined && solver !== 'covariance' && solver !== 'randomized') {
    throw new InvalidArgumentError(
      'solver',
      `--solver ${solver} does not go with --workers; use covariance or randomized.`,
    );
  }
  return run(file, options, command, signal, {
    method: 'pca',
    takes: ['components', 'whiten', 'solver', 'nOversamples', 'iteratedPower'],
    fit: async (shards, tools) => {
      const model = await pcaOfShards(shards, {
        ...(components === undefined ? {} : { nComponents: components }),
        ...(whiten === undefined ? {} : { whiten }),
        ...(nOversamples === undefined ? {} : { nOversamples }),
        ...(iteratedPower === undefined ? {} : { iteratedPower }),
        ...(solver ? { solver } : {}),
        ...{ seed, signal: tools.signal },
      });
      const { explainedVarianceRatio: ratio, mean } = model;
      const share = ratio.reduce((sum, one) => sum + one, 0);
      return {
        model,
        lines: [
          `components: ${model.nComponents} of ${mean.length}, ${(100 * share).toFixed(2)} % of the variance`,
        ],
        json: {
          ...{ solver: model.solver, nComponents: model.nComponents },
          explainedVariance: [...model.explainedVariance],
          explainedVarianceRatio: [...ratio],
          singularValues: [...model.singularValues],
          noiseVariance: model.noiseVariance,
          mean: [...mean],
          components: nested(model.components.data, model.components.shape),
        },
      };
    },
  });
}

async function run(
  file: string,
  options: ShardOptions,
  command: Command,
  signal: AbortSignal,
  { method, takes, fit }: Run,
): Promise<void> {
  checkOptions(command, takes);
  const { out, quiet = false, json = false, trace = false, workers = 'local' } = options;
  const say = (line: string) => {
    if (!quiet && !json) console.log(line);
  };
  const sources = await sourcesOf(file, {
    shardRows: options.shardRows ?? SHARD_ROWS,
    columns: options.columns,
    width: options.width,
  });
  const [n, d] = sources.shape;
  say(
    `${basename(file)}: ${formatCount(n)} rows x ${formatCount(d)} ${plural(d, 'column')} in ${sources.shards.length} ${plural(sources.shards.length, 'shard')}`,
  );
  const path =
    options.checkpoint ?? `${basename(file).replaceAll(/[*?]/g, '_')}.${method}.checkpoint.json`;
  await refuseOverwriting([
    {
      ...{ file: sources.files[0], alsoRead: sources.files.slice(1) },
      options: {
        checkpoint: path,
        ...(out === undefined ? {} : { out }),
        ...(options.model === undefined ? {} : { model: options.model }),
      },
    },
  ]);
  await checkWritable(path);
  if (options.model !== undefined) await checkWritable(options.model);
  const checkpoints = new CheckpointFile(path, describe(command, sources));
  if (options.resume) await checkpoints.resume();
  else await checkpoints.refuseOthers();
  const parts = out === undefined ? undefined : await openParts(out);
  const totals = { bytes: 0, workers: 0 };
  /** What each kind of question took, in milliseconds: until the answer, and the shards' own work. */
  const questions: Record<string, { count: number; wall: number; shards: number }> = {};
  const onAsked = ({ op, bytes, asked, milliseconds, wall, workers: count }: Asked) => {
    totals.bytes += bytes + count * asked;
    totals.workers = count;
    const all = (questions[op] ??= { count: 0, wall: 0, shards: 0 });
    all.count++;
    all.wall += wall;
    all.shards += milliseconds;
  };
  const progress = showProgress(method, 'iterations');
  const step: Tools['step'] = (title, iteration, most, figure) => {
    const where = `${totals.workers} ${plural(totals.workers, 'worker')}, ${sources.shards.length} ${plural(sources.shards.length, 'shard')}, ${(totals.bytes / 1e6).toFixed(1)} MB`;
    if (trace) console.error(`${title} iteration ${iteration}: ${figure} (${where})`);
    progress.update({ done: iteration, total: most, figure: `${figure} | ${where}` });
  };
  const start = performance.now();
  const workersOptions = {
    workers,
    python: options.python ?? process.env.WEBGPU_CLUSTERING_PYTHON ?? 'python3',
    workerTimeout: options.workerTimeout ?? WORKER_TIMEOUT,
    device: options.device,
  };
  const notice = (sentence: string) => {
    if (!quiet) console.error(sentence);
  };
  const watch = { signal, onAsked, notice };
  const outcome = await withShards(sources, workersOptions, watch, async (shards) => {
    const made = await fit(shards, { checkpoints, parts, signal, step });
    // Workers stay: what they hold for this fit need not.
    await shards.ask({ header: { op: 'drop' }, arrays: {} });
    await refuseChanged(sources);
    return made;
  }).finally(() => {
    progress.stop();
  });
  const milliseconds = performance.now() - start;
  if (out !== undefined && parts !== undefined) {
    await mergeParts(out, parts, sources);
    say(`wrote ${out}`);
  }
  if (options.model !== undefined) {
    await writeJson(options.model, outcome.model);
    say(`wrote ${options.model}`);
  }
  await checkpoints.remove();
  outcome.lines.forEach(say);
  say(
    `time: ${formatSeconds(milliseconds)}, ${totals.workers} ${plural(totals.workers, 'worker')}, ${(totals.bytes / 1e6).toFixed(1)} MB moved`,
  );
  if (json) {
    const shards = sources.shards.length;
    const went = { rows: n, columns: d, shards, milliseconds, ...totals, questions };
    console.log(JSON.stringify({ ...went, ...outcome.json }));
  }
}

/** What of a fit must be the same for its checkpoint to be of use: files and options that change a result. */
function describe(command: Command, { shards, modified }: Sources): object {
  const { k, init, maxIter, tol, seed, covariance, regCovar, columns } =
    command.opts<Record<string, unknown>>();
  return {
    options: { k, init, maxIter, tol, seed, covariance, regCovar, columns },
    shards: shards.map(({ path, size, first, rows }) => [path, size, first, rows]),
    modified,
  };
}

function checkOptions(command: Command, takes: readonly string[]): void {
  const allowed = new Set<string>([...COMMON_OPTIONS, ...takes]);
  for (const option of command.options) {
    const name = option.attributeName();
    if (allowed.has(name) || command.getOptionValueSource(name) !== 'cli') continue;
    throw new InvalidArgumentError(
      name,
      `${option.long ?? option.flags} does not go with --workers, which fits rows as they are in files; leave it out, or fit without --workers.`,
    );
  }
}

function countOf(k: unknown): number {
  const count: unknown = Array.isArray(k) && k.length === 1 ? k[0] : k;
  if (typeof count === 'number') return count;
  throw new InvalidArgumentError(
    'k',
    '--k must be one number with --workers; ranges and suggest need the rows here.',
  );
}
