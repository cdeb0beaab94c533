/** `webgpu-clustering spectral FILE`. */
import type { Command } from 'commander';
import { purity, spectralClustering, type SpectralClusteringModel } from '../../../index.js';
import { formatNumber, formatSeconds } from '../../../cli/format.js';
import { finishJob, headOf, type Job, openJob, timed, type Timed } from '../../../cli/job.js';
import { addFlags, optionsOf } from '../../../cli/option_flags.js';
import { type ClusterProfile, profilesOf } from '../../../cli/cluster_profiles.js';
import { profileJson, profileLines, profileSection } from '../../../cli/profile.js';
import { addInput, addRunAndOutputs, type SharedOptions } from '../../../cli/options.js';
import { choosePlane, placeRows, sampleOf } from '../../../cli/plane.js';
import { optionTable } from '../option_table.js';
import type { SpectralClusteringOptions } from '../spectral_clustering.js';
import { countsOf, renderSpectralReport } from './report.js';

type SpectralCommandOptions = SharedOptions &
  Required<Omit<SpectralClusteringOptions, 'nInit' | 'runtime' | 'signal'>>;

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addSpectral(program: Command, signal: AbortSignal): void {
  const command = program
    .command('spectral')
    .description(
      'Spectral clustering: parts of the graph of rows that lie near each other, of any shape.',
    );
  addFlags(addInput(command), optionTable);
  addRunAndOutputs(command, 'the labels').action((file: string, options: SpectralCommandOptions) =>
    spectralCommand(file, options, signal),
  );
}

async function spectralCommand(
  file: string,
  options: SpectralCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = await openJob(file, options, signal, () => undefined);
  const { table, used, say, where } = job;
  const { k, seed } = options;
  const { data, shape } = used;
  const given = { ...optionsOf(optionTable, options), ...{ k, seed, ...where } };
  const fit = await timed('spectral clustering', () => spectralClustering({ data, shape }, given));
  const { model, milliseconds } = fit;
  const share = table.labels && purity(table.labels, model.labels);
  say(`adapter: ${model.engine}`);
  say(`eigenvalues: ${Array.from(model.eigenvalues, formatNumber).join(' ')}`);
  if (share !== undefined) say(`purity against the true classes: ${share.toFixed(4)}`);
  say(`cluster sizes: ${countsOf(model).join(' ')}`);
  say(`time: ${formatSeconds(milliseconds)}`);
  const profiles = profilesOf(job, model.labels, k);
  profileLines(job, profiles).forEach(say);
  await finishJob(job, options, {
    out: () => [{ key: 'labels', names: ['label'], data: model.labels }],
    model,
    report: () => report(job, fit, profiles, options),
    json: () => ({ ...toJson(fit, share), ...profileJson(job, profiles) }),
  });
}

async function report(
  job: Job,
  { model, milliseconds }: Timed<SpectralClusteringModel>,
  profiles: readonly ClusterProfile[],
  options: SpectralCommandOptions,
): Promise<string> {
  const { affinity, gamma, nNeighbours, laplacian, assignLabels, seed } = options;
  const sample = sampleOf(job);
  const plane = affinity === 'precomputed' ? undefined : await choosePlane(job, sample);
  return renderSpectralReport(
    headOf(
      'Spectral clustering',
      job,
      model.engine,
      milliseconds,
      {
        affinity,
        ...(affinity === 'rbf' ? { gamma } : {}),
        ...(affinity === 'nearestNeighbours' ? { 'n-neighbours': nNeighbours } : {}),
        ...{ laplacian, 'assign-labels': assignLabels, seed },
        standardize: options.standardize ?? false,
      },
      [profileSection(job, profiles)],
    ),
    model,
    plane && {
      xName: plane.names[0],
      yName: plane.names[1],
      note: plane.note,
      ...placeRows(plane, sample.points.data),
      labels: Uint32Array.from(sample.rows, (row) => model.labels[row]),
      kind: 'cluster',
      groups: Array.from({ length: model.k }, (_, c) => String(c)),
    },
  );
}

/** What --json prints. Labels go to --out: they are as many as the rows. */
function toJson(
  { model, milliseconds }: Timed<SpectralClusteringModel>,
  share: number | undefined,
) {
  return {
    adapter: model.engine,
    milliseconds,
    eigenvalues: [...model.eigenvalues],
    counts: countsOf(model),
    ...(share === undefined ? {} : { purity: share }),
  };
}
