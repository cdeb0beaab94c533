/** `webgpu-clustering deep FILE`. */
import type { Command } from 'commander';
import { clusteringAccuracy, deepClustering, normalizedMutualInformation } from '../../../index.js';
import { formatCount, formatNumber, formatSeconds } from '../../../cli/format.js';
import { finishJob, headOf, openJob, timed } from '../../../cli/job.js';
import { addFlags } from '../../../cli/option_flags.js';
import { addInput, addRunAndOutputs } from '../../../cli/options.js';
import { renderPage } from '../../../cli/write/report_page.js';
import {
  addCheckpoints,
  centroidSection,
  embeddingSection,
  layersOf,
  lossSection,
  type NetworkCommandOptions,
  reconstructionSection,
  settingsOf,
  toldOf,
  trained,
} from '../../autoencoder/cli/network_job.js';
import { sizesSection } from '../../kmeans/cli/report.js';
import { countsOf } from '../../spectral_clustering/cli/report.js';
import { optionTable } from '../option_table.js';

interface DeepCommandOptions extends NetworkCommandOptions {
  readonly k: number;
}

/** Adds the command to the program. Work under way rejects when `signal` is aborted. */
export function addDeep(program: Command, signal: AbortSignal): void {
  const command = program
    .command('deep')
    .description(
      'Deep clustering: an autoencoder, and clusters of its codes, learnt together (DEC, IDEC, DCN and others).',
    );
  addFlags(addInput(command), optionTable, { layers: layersOf });
  addRunAndOutputs(addCheckpoints(command), 'the labels').action(
    (file: string, options: DeepCommandOptions) => deepCommand(file, options, signal),
  );
}

async function deepCommand(
  file: string,
  options: DeepCommandOptions,
  signal: AbortSignal,
): Promise<void> {
  const job = await openJob(file, options, signal, () => undefined);
  const { k, seed } = options;
  const { data, shape } = job.used;
  const told = toldOf(optionTable, options);
  const { pretrainEpochs = 0, clusteringEpochs = 0, layerwise = 0, layers } = told;
  const totals = {
    layers: layerwise * ((layers?.length ?? 3) + 1),
    pretrain: pretrainEpochs,
    cluster: told.method === 'ae+kmeans' ? 0 : clusteringEpochs,
  };
  const { model, milliseconds } = await timed('deep clustering', (step) =>
    trained(options, totals, step, (given) =>
      deepClustering({ data, shape }, { ...told, k, seed, ...job.where, ...given }),
    ),
  );
  const { labels, history, autoencoder: coder, warnings } = model;
  const counts = countsOf(model);
  const truth = job.table.labels && {
    accuracy: clusteringAccuracy(job.table.labels, labels),
    normalizedMutualInformation: normalizedMutualInformation(job.table.labels, labels),
  };
  job.say(`adapter: ${model.engine}`);
  job.say(`loss of the autoencoder: ${formatNumber(coder.loss)} after ${coder.epochs} epochs`);
  if (history.length > 0) {
    job.say(
      `loss with the clusters: ${formatNumber(history[history.length - 1].loss)} after ${history.length} epochs`,
    );
  }
  if (truth) job.say(`accuracy against the true classes: ${truth.accuracy.toFixed(4)}`);
  job.say(`cluster sizes: ${counts.join(' ')}`);
  job.say(`time: ${formatSeconds(milliseconds)}${model.converged ? '' : ', not converged'}`);
  await finishJob(job, options, {
    out: () => [{ key: 'labels', names: ['label'], data: labels }],
    model,
    report: async () =>
      renderPage(
        headOf('Deep clustering', job, model.engine, milliseconds, settingsOf(told, options)),
        [
          ['Clusters', formatCount(k)],
          ['Method', model.method],
          ['Layers', [...coder.layers, coder.embeddingSize].join(', ')],
          truth && ['Accuracy', truth.accuracy.toFixed(4)],
          ...warnings.map((warning) => ['Warning', warning] as const),
        ],
        [
          lossSection('The autoencoder’s loss by epoch', {
            loss: coder.history.map(({ loss }) => loss),
          }),
          lossSection('Losses with the clusters by epoch', {
            reconstruction: history.map(({ reconstruction }) => reconstruction),
            clustering: history.map(({ clustering }) => clustering),
          }),
          sizesSection('Cluster sizes', 'cluster', counts),
          await embeddingSection(job, model.embedding, model),
          await reconstructionSection(job, coder),
          centroidSection(job, await model.decodedCentroids(job.where), counts),
        ],
      ),
    json: () => ({
      ...{ adapter: model.engine, milliseconds, counts, ...truth, warnings },
      ...{ converged: model.converged, epochs: history.length, history },
      autoencoderLoss: coder.loss,
    }),
  });
}
