/** `webgpu-clustering subspace FILE`. */
import type { Command } from 'commander';
import {
  clusteringAccuracy,
  selfExpressionError,
  sparsity,
  subspaceClustering,
  type SubspaceClusteringModel,
} from '../../../index.js';
import { formatNumber, formatSeconds } from '../../../cli/format.js';
import { finishJob, headOf, type Job, openJob, timed, type Timed } from '../../../cli/job.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import { type ClusterProfile, profilesOf } from '../../../cli/cluster_profiles.js';
import { profileJson, profileLines, profileSection } from '../../../cli/profile.js';
import { addInput, addRunAndOutputs, type SharedOptions } from '../../../cli/options.js';
import { choosePlane, placeRows, sampleOf } from '../../../cli/plane.js';
import { countsOf } from '../../spectral_clustering/cli/report.js';
import { optionTable } from '../option_table.js';
import { renderSubspaceReport } from './report.js';

interface SubspaceCommandOptions extends SharedOptions {
  readonly k: number;
}

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addSubspace(program: Command, signal: AbortSignal): void {
  const command = program
    .command('subspace')
    .description(
      'Subspace clustering: rows near several lines, planes or larger subspaces through the origin.',
    );
  addFlags(addInput(command), optionTable);
  addRunAndOutputs(command, 'the labels').action((file: string, options: SubspaceCommandOptions) =>
    subspaceCommand(file, options, signal),
  );
}

async function subspaceCommand(
  file: string,
  options: SubspaceCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = await openJob(file, options, signal, () => undefined);
  const { table, used, say, where } = job;
  const { k, seed } = options;
  const { data, shape } = used;
  const given = { ...optionsOf(optionTable, options), ...{ k, seed, ...where } };
  const fit = await timed('subspace clustering', () => subspaceClustering({ data, shape }, given));
  const { model, milliseconds } = fit;
  const truth = table.labels && {
    accuracy: clusteringAccuracy(table.labels, model.labels),
    selfExpressionError: selfExpressionError(model.coefficients, table.labels),
  };
  say(`adapter: ${model.engine}`);
  say(`eigenvalues: ${Array.from(model.eigenvalues, formatNumber).join(' ')}`);
  say(`coefficients per row: ${sparsity(model.coefficients).toFixed(1)}`);
  if (truth) {
    say(`accuracy against the true classes: ${truth.accuracy.toFixed(4)}`);
    say(`self-expression error: ${truth.selfExpressionError.toFixed(4)}`);
  }
  say(`cluster sizes: ${countsOf(model).join(' ')}`);
  say(`time: ${formatSeconds(milliseconds)}${model.converged ? '' : ', not converged'}`);
  const profiles = profilesOf(job, model.labels, model.k);
  profileLines(job, profiles).forEach(say);
  await finishJob(job, options, {
    out: () => [{ key: 'labels', names: ['label'], data: model.labels }],
    model,
    report: () => report(job, fit, profiles, options),
    // Labels go to --out: they are as many as the rows.
    json: () => ({
      ...{ adapter: model.engine, milliseconds, counts: countsOf(model) },
      eigenvalues: [...model.eigenvalues],
      ...{ sparsity: sparsity(model.coefficients), ...truth },
      ...{ iterations: model.iterations, converged: model.converged },
      ...profileJson(job, profiles),
    }),
  });
}

async function report(
  job: Job,
  { model, milliseconds }: Timed<SubspaceClusteringModel>,
  profiles: readonly ClusterProfile[],
  { seed, standardize = false }: SubspaceCommandOptions,
): Promise<string> {
  const sample = sampleOf(job);
  const plane = await choosePlane(job, sample);
  const settings = Object.entries(model.settings).filter(([, value]) => value !== undefined);
  return renderSubspaceReport(
    headOf(
      'Subspace clustering',
      job,
      model.engine,
      milliseconds,
      {
        ...(Object.fromEntries(settings) as Record<string, string | number | boolean>),
        ...{ seed, standardize },
      },
      [profileSection(job, profiles)],
    ),
    model,
    plane && {
      ...{ xName: plane.names[0], yName: plane.names[1], note: plane.note },
      ...placeRows(plane, sample.points.data),
      labels: Uint32Array.from(sample.rows, (row) => model.labels[row]),
      kind: 'cluster',
      groups: Array.from({ length: model.k }, (_, c) => String(c)),
    },
  );
}
