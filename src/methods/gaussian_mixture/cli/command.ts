/** `webgpu-clustering gmm FILE`. */
import type { Command } from 'commander';
import { InvalidArgumentError, purity } from '../../../index.js';
import { addFlags } from '../../../cli/option_flags.js';
import { formatMean, formatObjective, formatSeconds } from '../../../cli/format.js';
import type { Table } from '../../../cli/read/read_table.js';
import { MOST_SUGGESTED } from '../../../cli/suggest.js';
import { inFileUnits } from '../../../cli/table_math.js';
import { writePng } from '../../../cli/write/images.js';
import { nested } from '../../../cli/write/json.js';
import { drawMixture } from './mixture_picture.js';
import { rowsText } from '../../../cli/write/report_page.js';
import type { ColumnGroup } from '../../../cli/write/rows.js';
import { optionTable as bayesianTable } from '../../bayesian_gaussian_mixture/option_table.js';
import { optionTable } from '../option_table.js';
import { covarianceOf, covarianceInFileUnits } from './mixture_math.js';
import { type Candidate, countsOf, fitCandidates, type GmmOptions, lowest } from './fit.js';
import { drawingOf, renderReport } from './report.js';
import { addWorkers, runMixture, type ShardOptions } from '../../../cli/shards/run.js';
import { finishJob, type Job, openJob, stateOf } from '../../../cli/job.js';
import { addInput, addRunAndOutputs, countOrRange, countsOrSuggest } from '../../../cli/options.js';

/** Columns whose means are printed: more are for the report. */
const PRINTED_COLUMNS = 6;

/** Adds the command to the program. A fit under way rejects when `signal` is aborted. */
export function addGmm(program: Command, signal: AbortSignal): void {
  const command = program
    .command('gmm')
    .description('A Gaussian mixture by expectation maximisation, or by variational inference.');
  addFlags(addInput(command), optionTable, { k: countsOrSuggest });
  command.option(
    '--bayesian',
    'variational inference: components that are not needed lose their weight',
  );
  for (const option of addFlags(command, bayesianTable)) option.implies({ bayesian: true });
  addWorkers(addRunAndOutputs(command, 'the labels'))
    .option('--responsibilities', "write the components' responsibilities to --out as well")
    .option('--picture <file>', 'write rows and components in the plane as a PNG')
    .option('--trace', 'print the bound of every iteration')
    .action((file: string, options: GivenOptions) =>
      options.workers === undefined
        ? gmmCommand(file, options, signal)
        : runMixture(file, options, command, signal),
    );
}

/** As they are given, before a suggestion's range is known. */
interface GivenOptions extends Omit<GmmOptions, 'k'>, ShardOptions {
  readonly k: GmmOptions['k'] | 'suggest';
}

async function gmmCommand(file: string, given: GivenOptions, signal: AbortSignal): Promise<void> {
  const withRange = ({ shape: [n] }: Table): GmmOptions => {
    const k = given.k === 'suggest' ? countOrRange(`1..${Math.min(MOST_SUGGESTED, n)}`) : given.k;
    return { ...given, k };
  };
  const job = await openJob(file, given, signal, (table) => {
    checkOptions(file, table, withRange(table));
  });
  const options = withRange(job.table);
  const { say, table, used, where } = job;
  const candidates = await fitCandidates(job, options);
  const best = lowest(candidates);
  const { model } = best.fit;
  const share = table.labels && purity(table.labels, model.labels);
  if (candidates.length > 1) say(`lowest BIC: k = ${best.k}`);
  if (options.trace) {
    model.history.forEach((bound, i) => {
      say(`iteration ${i + 1}: bound ${formatObjective(bound)}`);
    });
  }
  describe(job, best, share, options).forEach(say);
  const drawn = options.picture !== undefined || options.report !== undefined;
  const drawing = drawn ? await drawingOf(job, model) : undefined;

  await finishJob(job, options, {
    out: async () => {
      const labels: ColumnGroup = { key: 'labels', names: ['label'], data: model.labels };
      if (!options.responsibilities) return [labels];
      const { data, shape } = used;
      const responsibilities = await model.predictProba({ data, shape }, where);
      const names = Array.from({ length: model.k }, (_, c) => `responsibility${c}`);
      return [labels, { key: 'responsibilities', names, data: responsibilities.data }];
    },
    model,
    // checkOptions saw to it that there is a plane to draw on.
    picture: [options.picture, (path) => writePng(path, drawMixture(drawing!))],
    report: () => renderReport(job, { best, candidates, drawing, purity: share }, options),
    json: () => toJson(job, best, candidates, share),
  });
}

function checkOptions(file: string, table: Table, options: GmmOptions): void {
  if (options.responsibilities && options.out === undefined) {
    throw new InvalidArgumentError(
      'responsibilities',
      '--responsibilities adds columns to the file of --out, which is missing; name one.',
    );
  }
  if (options.bayesian && options.k.length > 1) {
    throw new InvalidArgumentError(
      'k',
      `--bayesian takes one number of components, not ${options.k.length}: it empties those that are not needed. Give the most that there may be.`,
    );
  }
  const [n, d] = table.shape;
  if (options.picture !== undefined && Math.min(n, d) < 2) {
    throw new InvalidArgumentError(
      'picture',
      `--picture draws rows in a plane, but ${file} is ${n} x ${d}; leave it out.`,
    );
  }
}

function describe(
  { table, scale }: Job,
  { fit, bic, aic }: Candidate,
  share: number | undefined,
  options: GmmOptions,
) {
  const { model, milliseconds } = fit;
  const { logLikelihood, labels } = model;
  const d = table.shape[1];
  const means = inFileUnits(model.means.data, scale);
  const counts = countsOf(model);
  const component = (c: number) => {
    const covariances = covarianceInFileUnits(covarianceOf(model, c), scale);
    const mean = table.columns.map((name, j) => {
      const deviation = Math.sqrt(covariances[j * (d + 1)]);
      return `${name} ${formatMean(means[c * d + j], deviation)}`;
    });
    return (
      `component ${c}: weight ${model.weights.data[c].toFixed(4)}, ${rowsText(counts[c])}` +
      (d > PRINTED_COLUMNS ? '' : `, mean ${mean.join(', ')}`)
    );
  };
  return [
    `adapter: ${model.engine}`,
    `log-likelihood: ${formatObjective(logLikelihood)} (${formatObjective(logLikelihood / labels.length)} a row) ` +
      `after ${stateOf(model, options)}`,
    ...(bic === undefined ? [] : [`BIC ${formatObjective(bic)}, AIC ${formatObjective(aic!)}`]),
    ...(share === undefined ? [] : [`purity against the true classes: ${share.toFixed(4)}`]),
    ...Array.from(counts, (_, c) => component(c)),
    `time: ${formatSeconds(milliseconds)}`,
  ];
}

/** What --json prints. Labels and responsibilities go to --out: they are as many as the rows. */
function toJson(job: Job, best: Candidate, candidates: readonly Candidate[], share?: number) {
  const { model, milliseconds } = best.fit;
  const { scale } = job;
  return {
    adapter: model.engine,
    milliseconds,
    k: model.k,
    covarianceType: model.covarianceType,
    ...criteriaOf(best),
    lowerBound: model.lowerBound,
    history: [...model.history],
    weights: [...model.weights.data],
    counts: [...countsOf(model)],
    // Means and covariances are in the file's units; covariances are whole matrices of any type.
    means: nested(inFileUnits(model.means.data, scale), model.means.shape),
    covariances: Array.from({ length: model.k }, (_, c) => {
      const d = model.means.shape[1];
      return nested(covarianceInFileUnits(covarianceOf(model, c), scale), [d, d]);
    }),
    ...(share === undefined ? {} : { purity: share }),
    ...(candidates.length > 1 && {
      range: candidates.map((candidate) => ({ k: candidate.k, ...criteriaOf(candidate) })),
    }),
  };
}

function criteriaOf({ fit: { model }, bic, aic }: Candidate) {
  const { logLikelihood, iterations, converged } = model;
  const criteria = bic === undefined ? {} : { bic, aic };
  return { ...criteria, logLikelihood, iterations, converged };
}
